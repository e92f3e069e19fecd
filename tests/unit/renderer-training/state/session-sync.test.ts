import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Connection, ConnectionStatus, DapMessage } from '../../../../renderer/state/connection.js';
import type { SessionState } from '../../../../src/shared/session/session-state.js';
import { sessionAfter, stepEvent, stoppedMessage, trainingMessage } from '../fixtures.js';

/** A connection whose other end is the test. */
class FakeConnection {
  readonly asked: string[] = [];
  answers: Record<string, () => unknown> = {};
  private readonly dap = new Set<(message: DapMessage, sessionId: string) => void>();
  private readonly notes = new Map<string, (body: unknown) => void>();
  private readonly statuses = new Set<(status: ConnectionStatus) => void>();

  request(name: string): Promise<unknown> {
    return this.answer(name);
  }
  backstep(name: string): Promise<unknown> {
    return this.answer(name);
  }
  onDap(listener: (message: DapMessage, sessionId: string) => void) {
    this.dap.add(listener);
  }
  onNotification(name: string, listener: (body: unknown) => void) {
    this.notes.set(name, listener);
  }
  onStatus(listener: (status: ConnectionStatus) => void) {
    this.statuses.add(listener);
  }
  say(message: unknown, sessionId = 's1') {
    for (const listener of this.dap) listener(message as DapMessage, sessionId);
  }
  note(name: string, body: unknown) {
    this.notes.get(name)?.(body);
  }
  open() {
    for (const listener of this.statuses) listener('open');
  }
  private async answer(name: string): Promise<unknown> {
    this.asked.push(name);
    const answer = this.answers[name];
    if (!answer) throw new Error(`the test has no answer to ${name}`);
    return answer();
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const nextPublishing = () => new Promise((resolve) => setTimeout(resolve, 130));

let connection: FakeConnection;
let appStore: (typeof import('../../../../renderer/state/app-state.js'))['appStore'];
let sessionUi: (typeof import('../../../../renderer/state/session-ui.js'))['sessionUi'];

async function start(session: SessionState | undefined) {
  connection.answers['session/current'] = () => ({ session });
  connection.open();
  await settled();
}

beforeEach(async () => {
  vi.resetModules();
  connection = new FakeConnection();
  ({ appStore } = await import('../../../../renderer/state/app-state.js'));
  ({ sessionUi } = await import('../../../../renderer/state/session-ui.js'));
  const { startSessionSync } = await import('../../../../renderer/state/session-sync.js');
  startSessionSync(connection as unknown as Connection);
});

const folder = (path: string) => ({ path, name: 'w', trusted: true, experiments: [], breakpoints: [] });

describe('following a session', () => {
  it('leaves one that has ended behind in its folder, and takes one that runs along', async () => {
    for (const [status, kept] of [
      ['failed', false],
      ['running', true],
    ] as const) {
      const session: SessionState = { ...sessionAfter(3), experiment: '/w/one/e.ts', status };
      appStore.setState({ workspace: folder('/w/one') });
      await start(session);
      expect(appStore.getState().session).toBe(session);
      appStore.setState({ workspace: folder('/w/two') });
      expect(appStore.getState().session !== undefined).toBe(kept);
    }
  });

  it('finds it as it was after a reload, paused with its look', async () => {
    const paused: SessionState = {
      ...sessionAfter(12),
      status: 'paused',
      stop: stoppedMessage(12).body.backstep as never,
    };
    connection.answers['backstep/look'] = () => ({ loss: 42 });
    await start(paused);
    expect(appStore.getState().session).toBe(paused);
    expect(appStore.getState().look).toEqual({ loss: 42 });
  });

  it('folds many batches and tells the store once', async () => {
    await start(sessionAfter(0));
    const listener = vi.fn();
    appStore.subscribe(listener);
    for (let step = 1; step <= 500; step++) connection.say(trainingMessage(stepEvent(step)));
    expect(listener).not.toHaveBeenCalled();
    await nextPublishing();
    expect(listener).toHaveBeenCalledTimes(1);
    expect(appStore.getState().session?.step).toBe(500);
    expect(appStore.getState().session?.scalars['train/loss']?.steps).toHaveLength(500);
  });

  it('tells a stop at once, moves the cursor there and looks', async () => {
    await start(sessionAfter(7));
    connection.answers['backstep/look'] = () => ({ loss: 1, at: { step: 7 } });
    connection.say(stoppedMessage(7));
    expect(appStore.getState().session?.status).toBe('paused');
    expect(appStore.getState().cursor.step).toBe(7);
    await settled();
    expect(appStore.getState().look).toEqual({ loss: 1, at: { step: 7 } });
  });

  it('lets the cursor follow again when training goes on, unless the person moved it', async () => {
    await start(sessionAfter(7));
    connection.answers['backstep/look'] = () => ({});
    connection.say(stoppedMessage(7));
    connection.say({ type: 'event', event: 'continued', body: {} });
    expect(appStore.getState().cursor.step).toBeUndefined();
    connection.say(stoppedMessage(8));
    appStore.setState({ cursor: { step: 3 } });
    connection.say({ type: 'event', event: 'continued', body: {} });
    expect(appStore.getState().cursor.step).toBe(3);
  });

  it('drops a look that comes after training went on', async () => {
    await start(sessionAfter(7));
    let answer: (look: unknown) => void = () => undefined;
    connection.answers['backstep/look'] = () => new Promise((resolve) => (answer = resolve));
    connection.say(stoppedMessage(7));
    await settled();
    connection.say({ type: 'event', event: 'continued', body: {} });
    answer({ loss: 1 });
    await settled();
    expect(appStore.getState().look).toBeUndefined();
  });

  it('says why a step cannot be looked at', async () => {
    await start(sessionAfter(7));
    connection.answers['backstep/look'] = () => {
      throw new Error('out of memory');
    };
    connection.say(stoppedMessage(7));
    await settled();
    expect(sessionUi.getState().lookFailure).toBe('out of memory');
  });

  it('joins what arrives while the snapshot is on its way', async () => {
    let answer: (value: unknown) => void = () => undefined;
    connection.answers['session/current'] = () => new Promise((resolve) => (answer = resolve));
    connection.open();
    await settled();
    connection.say(trainingMessage(stepEvent(6)));
    connection.say(trainingMessage(stepEvent(7)));
    answer({ session: sessionAfter(6) });
    await settled();
    expect(appStore.getState().session?.scalars['train/loss']?.steps).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('asks again for a session that it does not know', async () => {
    await start(sessionAfter(3));
    connection.answers['session/current'] = () => ({ session: sessionAfter(5, 's2') });
    connection.say(trainingMessage(stepEvent(5)), 's2');
    await settled();
    expect(appStore.getState().session?.sessionId).toBe('s2');
    expect(appStore.getState().session?.step).toBe(5);
  });

  it('forgets look and refused breakpoints with the session they belong to', async () => {
    await start(sessionAfter(3));
    appStore.setState({ look: {} as never, breakpointMessages: { a: 'no' } });
    connection.note('session/changed', { session: sessionAfter(0, 's2') });
    expect(appStore.getState().look).toBeUndefined();
    expect(appStore.getState().breakpointMessages).toEqual({});
  });

  it('tells a failure with its hint', async () => {
    await start(sessionAfter(3));
    connection.say(trainingMessage({ kind: 'error', message: 'Shapes do not fit.', hint: 'Use 3 units.' }));
    expect(appStore.getState().notices.at(-1)).toMatchObject({
      severity: 'error',
      message: 'Shapes do not fit.',
      detail: 'Use 3 units.',
    });
  });
});
