import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Debugging, LineBreakpoint } from '../../../../src/shared/protocol/debugging.js';
import { sessionAfter } from '../fixtures.js';

interface Asked {
  readonly debugging: Debugging;
  readonly quietly: boolean;
  readonly linesInTraining?: Readonly<Record<string, number | null>>;
}
const requests: (Asked & { readonly name: string })[] = [];
let answering: Promise<void> = Promise.resolve();
vi.mock('../../../../renderer/state/server.js', () => ({
  server: () => ({
    request: async (name: string, params: Asked) => {
      requests.push({ name, ...params });
      await answering;
      return {};
    },
  }),
}));

let appStore: (typeof import('../../../../renderer/state/app-state.js'))['appStore'];
let debugging: typeof import('../../../../renderer/state/debugging.js');

beforeEach(async () => {
  vi.resetModules();
  vi.useRealTimers();
  requests.length = 0;
  answering = Promise.resolve();
  ({ appStore } = await import('../../../../renderer/state/app-state.js'));
  debugging = await import('../../../../renderer/state/debugging.js');
});

const lines = () => appStore.getState().debugging.lines;
const at = (line: number, more: Partial<LineBreakpoint> = {}): LineBreakpoint => ({
  id: `l${line}`,
  enabled: true,
  file: '/w/e.ts',
  line,
  ...more,
});

describe('breakpoints on lines', () => {
  it('are set, changed and cleared on their line, and told to the server each time', async () => {
    await debugging.toggleLine('/w/e.ts', 4);
    await debugging.setLine('/w/e.ts', 4, { condition: 'step > 2' });
    expect(lines()).toMatchObject([{ file: '/w/e.ts', line: 4, condition: 'step > 2', enabled: true }]);
    await debugging.toggleLine('/w/e.ts', 4);
    expect(lines()).toEqual([]);
    expect(requests.map(({ name, quietly }) => [name, quietly])).toEqual(
      Array.from({ length: 3 }, () => ['workspace/setDebugging', false]),
    );
  });

  it('go on to a new name of their file or its folder, and away with it, to be kept if that is wished', async () => {
    const { breakpointsDeleted, breakpointsRenamed } =
      await import('../../../../renderer/state/breakpoints-of-files.js');
    const other = at(2, { id: 'other', file: '/w/e.ts.bak' });
    appStore.setState({ debugging: { lines: [at(4, { condition: 'x' }), other], exceptions: [], watches: [] } });
    await breakpointsRenamed('/w/e.ts', '/w/model.ts');
    expect(lines()).toEqual([at(4, { condition: 'x', file: '/w/model.ts' }), other]);
    await breakpointsRenamed('/w', '/v');
    expect(lines().map(({ file }) => file)).toEqual(['/v/model.ts', '/v/e.ts.bak']);
    await breakpointsDeleted('/v/model.ts');
    expect(lines()).toEqual([{ ...other, file: '/v/e.ts.bak' }]);
    const [notice] = appStore.getState().notices;
    expect(notice!.message).toBe('The breakpoint in model.ts went with it.');
    notice!.actions![0]!.run();
    expect(lines()).toHaveLength(2);
    await breakpointsDeleted('/v/nothing.ts');
    expect(appStore.getState().notices).toHaveLength(1);
  });

  it('that were moved by an edit are kept without a word to the training, two on one line as one', async () => {
    vi.useFakeTimers();
    appStore.setState({ debugging: { lines: [at(4), at(6)], exceptions: [], watches: [] } });
    debugging.moveLines(
      new Map([
        ['l4', 5],
        ['l6', 5],
      ]),
    );
    expect(lines()).toEqual([at(5, { id: 'l4' })]);
    // An older word of the server's does not take it back.
    debugging.takeDebugging(undefined, false);
    expect(lines()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(requests).toMatchObject([{ quietly: true, debugging: { lines: [{ line: 5 }] } }]);
  });

  it('are told to the training by the lines of the text that it runs', async () => {
    const texts = await import('../../../../renderer/state/training-texts.js');
    const file = { path: '/w/e.ts', dirty: false, readOnly: false, version: '1' };
    appStore.setState({ openFiles: [{ ...file, text: 'a\nb\nc\n' }] });
    texts.rememberTexts();
    const session = sessionAfter(1);
    texts.adoptTexts(session.sessionId);
    appStore.setState({ session });
    await debugging.toggleLine('/w/e.ts', 2);
    expect(requests.at(-1)?.linesInTraining).toBeUndefined();

    appStore.setState({ openFiles: [{ ...file, dirty: true, text: 'new\na\nmore\nb\nc\n' }] });
    debugging.moveLines(new Map([[lines()[0]!.id, 4]]));
    await debugging.setLine('/w/e.ts', 4, { condition: 'step > 2' });
    expect(requests.at(-1)).toMatchObject({
      quietly: false,
      debugging: { lines: [{ line: 4, condition: 'step > 2' }] },
      linesInTraining: { [lines()[0]!.id]: 2 },
    });
    // A line that trains nowhere is for the next run.
    await debugging.toggleLine('/w/e.ts', 3);
    const [, added] = lines();
    expect(requests.at(-1)?.linesInTraining).toMatchObject({ [added!.id]: null });
    expect(debugging.statusOf(session, added!)).toMatchObject({ verified: false });
    expect([texts.toTraining('/w/e.ts', 5), texts.toEditor('/w/e.ts', 3), texts.toEditor('/other.ts', 3)]).toEqual([
      3, 5, 3,
    ]);
    appStore.setState({ session: undefined, openFiles: [] });
  });

  it('are kept one request after the other, the last as it is by then', async () => {
    let answer = () => undefined as void;
    answering = new Promise((resolve) => (answer = resolve));
    const first = debugging.toggleLine('/w/e.ts', 1);
    void debugging.toggleLine('/w/e.ts', 2);
    void debugging.toggleLine('/w/e.ts', 3);
    expect(requests).toHaveLength(1);
    answer();
    await first;
    expect(requests.map((request) => request.debugging.lines.length)).toEqual([1, 3]);
  });

  it('go to the line that the training stops on, once', () => {
    const session = {
      ...sessionAfter(1),
      lineBreakpoints: { l4: { verified: true, wished: 4, line: 6 }, l9: { verified: false, wished: 9 } },
    };
    expect(debugging.adopted([at(4), at(9)], session).map((entry) => entry.line)).toEqual([6, 9]);
    // Edited since: what the training says is of a line before.
    const edited = [at(8, { id: 'l4' })];
    expect(debugging.adopted(edited, session)).toBe(edited);
  });
});
