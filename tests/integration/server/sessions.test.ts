import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TrainingEvent } from '../../../src/shared/protocol/training.js';
import { openWorkspace, serve, testPlace, experimentText, TestWindow } from './support.js';

const has = (kind: TrainingEvent['kind'], matches: (event: TrainingEvent) => boolean = () => true) =>
  ((body: { events: TrainingEvent[] }) => body.events.some((event) => event.kind === kind && matches(event))) as (
    body: never,
  ) => boolean;

const runDirOf = (session: { start?: { runDir: string } }) => session.start!.runDir;

describe('a training', () => {
  test('runs to its end, its events reach every window, and its output is in the log', async () => {
    const { window, server, experiment } = await openWorkspace('steps=10');
    const other = await TestWindow.connect(server);
    const { sessionId } = await window.request('run/start', { experiment });
    const begun = await other.notification('session/changed');
    expect(begun.session).toMatchObject({ sessionId, experiment, status: 'starting' });
    await Promise.all([window.event('backstep/training', has('end')), other.event('backstep/training', has('end'))]);
    const session = await window.session('completed');
    expect(session.scalars['train/loss']!.steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(session.scalars['train/loss']!.values[2]).toBeNaN();
    expect(session.logs.map(({ level, text }) => [level, text])).toEqual(
      expect.arrayContaining([
        ['log', 'hello from the experiment'],
        ['warn', 'a native warning'],
      ]),
    );
    expect(session.problems).toEqual([]);
    const [run] = await window.request('runs/list', {});
    expect(run).toMatchObject({
      name: 'fake',
      status: 'completed',
      step: 10,
      last: { 'train/loss': Math.fround(0.1) },
      canContinue: true,
      params: 3,
    });
    const [loss] = await window.request('logs/points', { series: [{ run: run!.id, name: 'train/loss' }] });
    expect([...loss!.steps]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(loss!.values[2]).toBeNaN();
  });

  test('answers the window that asked, under its own number', async () => {
    const { window, server, experiment } = await openWorkspace('steps=100000');
    const other = await TestWindow.connect(server);
    await window.request('run/start', { experiment });
    await window.event('backstep/training', has('step'));
    const [mine, theirs] = await Promise.all([
      window.dap('evaluate', { expression: 'mine' }),
      other.dap('evaluate', { expression: 'theirs' }),
    ]);
    expect([mine.body, theirs.body]).toMatchObject([{ result: 'mine' }, { result: 'theirs' }]);
    const responses = other.frames.filter((frame) => frame.kind === 'dap' && frame.message.type === 'response');
    expect(responses).toHaveLength(1);
    await window.dap('pause');
    await other.event('stopped');
    const paused = await other.session('paused');
    expect(paused.stop).toMatchObject({ reason: 'pause', step: paused.step });
    await other.dap('continue');
    await window.event('continued');
    await window.dap('terminate');
    await other.session('stopped');
  });

  test('knows of breakpoints on lines before whatever is asked of it next', async () => {
    const { window, experiment } = await openWorkspace('steps=100000');
    await window.request('run/start', { experiment });
    await window.event('backstep/training', has('step'));
    const withLines = (...lines: number[]) => ({
      debugging: {
        lines: lines.map((line) => ({ id: `l${line}`, enabled: true, file: experiment, line })),
        exceptions: [],
        watches: [],
      },
    });
    const told = async () =>
      ((await window.dap('evaluate', { expression: 'lines' })).body as { result: string }).result;
    const written = [window.request('workspace/setDebugging', withLines(1, 3))];
    expect(await told()).toBe('1,3');
    written.push(window.request('workspace/setDebugging', withLines(2)));
    written.push(window.request('workspace/setDebugging', withLines()));
    expect(await told()).toBe('');
    await Promise.all(written);
    expect(await told()).toBe('');
    await window.dap('terminate');
  });

  test('is there as it is for a window that comes late, and goes on in it', async () => {
    const { window, server, experiment } = await openWorkspace('steps=100000 every=2');
    await window.request('run/start', { experiment });
    await window.event(
      'backstep/training',
      has('step', (event) => event.kind === 'step' && event.step >= 20),
    );
    window.socket.terminate();
    const late = await TestWindow.connect(server);
    const { session } = await late.request('session/current', {});
    const steps = session!.scalars['train/loss']!.steps;
    expect(session!.status).toBe('running');
    expect(steps[0]).toBe(1);
    expect(steps.length).toBe(session!.step);
    await late.event(
      'backstep/training',
      has('step', (event) => event.kind === 'step' && event.step > session!.step),
    );
    // Nothing between the state and the first event after it is missing.
    const after = late.frames.findIndex((frame) => frame.kind === 'result' && frame.id === 1);
    const first = late.frames.slice(after).find((frame) => frame.kind === 'dap')!;
    expect(
      (first as unknown as { message: { body: { events: TrainingEvent[] } } }).message.body.events[0],
    ).toMatchObject({
      step: session!.step + 1,
    });
    await late.request('run/kill', {});
    await late.session('failed');
  });

  test('is one at a time; the next may follow at once', async () => {
    const { window, experiment } = await openWorkspace('steps=100000');
    const starts = await Promise.all([
      window.ask('run/start', { experiment }),
      window.ask('run/start', { experiment }),
    ]);
    expect(starts.map(({ kind }) => kind).sort()).toEqual(['failure', 'result']);
    const busy = starts.find((answer) => answer.kind === 'failure')!;
    expect(busy).toMatchObject({ tag: 'busy', hint: expect.stringContaining('Stop it') as string });
    expect((await window.failure('workspace/close', {})).tag).toBe('busy');
    await window.event('backstep/training', has('step'));
    const [run] = await window.request('runs/list', {});
    expect(run!.status).toBe('running');
    expect((await window.failure('runs/delete', { id: run!.id })).tag).toBe('busy');
    expect((await window.failure('runs/rename', { id: run!.id, name: 'x' })).tag).toBe('busy');
    await window.dap('terminate');
    await window.session('stopped');
    await window.request('run/start', { experiment });
    expect((await window.session('running')).step).toBeLessThan(1000);
    await window.request('run/kill', {});
    await window.session('failed');
  });

  test('without one, requests of the debugger are refused, not lost', async () => {
    const { window, experiment } = await openWorkspace('steps=2');
    expect(await window.dap('pause')).toMatchObject({
      success: false,
      command: 'pause',
      message: 'No training is running.',
    });
    expect((await window.failure('run/kill', {})).tag).toBe('no-session');
    await window.request('run/start', { experiment });
    await window.session('completed');
    await window.event('terminated');
    await expect.poll(async () => (await window.dap('pause')).message).toBe('Training has ended.');
    expect((await window.failure('run/start', { experiment: 'none.ts' })).tag).toBe('not-found');
    expect((await window.failure('run/start', { experiment, epochs: -1 })).tag).toBe('invalid-params');
  });
});

describe('a trainer that ends without saying so', () => {
  test.each([
    ['steps=5 crash=SIGKILL', /ended by the system \(SIGKILL\)/, /memory runs out/],
    ['steps=5 crash=SIGSEGV', /crashed in native code \(SIGSEGV\)/, /another backend/],
    ['steps=5 exit=3', /ended by itself \(exit code 3\)/, /process\.exit/],
    ['oom', /ran out of memory/, /smaller batch/],
    ['refuse', /launch arguments are not right/, /settings/],
  ])('%s', async (words, message, hint) => {
    const { window, experiment } = await openWorkspace(words);
    await window.request('run/start', { experiment });
    const session = await window.session('failed');
    const problem = session.problems.at(-1)!;
    expect(problem.message).toMatch(message);
    expect(problem.hint).toMatch(hint);
    await window.event('backstep/training', has('error'));
    await window.event('terminated');
    if (!session.start) return;
    const saved = JSON.parse(readFileSync(path.join(runDirOf(session), 'run.json'), 'utf8')) as Record<string, unknown>;
    expect(saved).toMatchObject({ status: 'failed', error: problem.message, step: 0 });
    expect(saved).not.toHaveProperty('pid');
    expect(await window.request('runs/list', {})).toMatchObject([
      { status: 'failed', last: { 'train/loss': Math.fround(0.2) } },
    ]);
    // And the server is ready for the next.
    writeFileSync(experiment, experimentText('steps=2'));
    await window.request('run/start', { experiment });
    await window.session('completed');
  });

  test('killed by hand in mid-run: what was flushed is listed, pending questions are answered', async () => {
    const { window, experiment } = await openWorkspace('steps=100000');
    await window.request('run/start', { experiment });
    await window.event(
      'backstep/training',
      has('step', (event) => event.kind === 'step' && event.step >= 5),
    );
    const [run] = await window.request('runs/list', {});
    const { pid } = JSON.parse(readFileSync(path.join(run!.path, 'run.json'), 'utf8')) as { pid: number };
    const unanswered = window.dap('never');
    process.kill(pid, 'SIGKILL');
    expect(await unanswered).toMatchObject({ success: false, message: 'Training has ended.' });
    expect((await window.session('failed')).step).toBeGreaterThanOrEqual(5);
    const [after] = await window.request('runs/list', {});
    expect(after!.status).toBe('failed');
    expect(after!.warning).toBeUndefined();
    const [loss] = await window.request('logs/points', { series: [{ run: after!.id, name: 'train/loss' }] });
    expect(loss!.steps.length).toBeGreaterThanOrEqual(5);
  });

  test('killed on request: the session says so, the run counts as interrupted', async () => {
    const { window, experiment } = await openWorkspace('hang');
    await window.request('run/start', { experiment });
    await window.session('running');
    await window.request('run/kill', {});
    expect((await window.session('failed')).problems.at(-1)!.message).toBe('Training was ended at once, as asked.');
    expect(await window.request('runs/list', {})).toMatchObject([{ status: 'interrupted' }]);
  });

  test('the workspace deleted in mid-run costs neither server nor training', async () => {
    const { window, experiment, place } = await openWorkspace('steps=400');
    await window.request('run/start', { experiment, runDir: path.join(place.workspace, 'elsewhere') });
    await window.event('backstep/training', has('step'));
    const { renameSync } = await import('node:fs');
    renameSync(place.workspace, path.join(place.folder, 'moved'));
    await window.notification('workspace/changed', ({ message }) => message !== undefined);
    expect((await window.session('failed', 'completed')).step).toBeGreaterThan(0);
    expect((await window.request('app/info', {})).workspace).toBeUndefined();
  });
});

test('closing the server lets the trainer save', async () => {
  const { window, server, experiment } = await openWorkspace('steps=100000');
  await window.request('run/start', { experiment });
  const session = await window.session('running');
  await server.close();
  expect(existsSync(path.join(runDirOf(session), 'state.safetensors'))).toBe(true);
  expect(JSON.parse(readFileSync(path.join(runDirOf(session), 'run.json'), 'utf8'))).toMatchObject({
    status: 'stopped',
  });
});

describe('analyses', () => {
  test('come from one warm process, the last question for all who asked meanwhile', async () => {
    const { window, experiment } = await openWorkspace();
    const texts = ['a', 'ab', 'abc', 'abcd'];
    const answers = await Promise.all(
      texts.map((text) => window.request('experiment/analyze', { experiment, overlays: { [experiment]: text } })),
    );
    // The first may be under way already; those that wait are answered with the last.
    expect(answers.slice(1).map(({ settings }) => settings!.epochs)).toEqual([4, 4, 4]);
    const again = await window.request('experiment/analyze', { experiment });
    expect(again.settings!.seed).toBe(answers[3]!.settings!.seed);
  });

  test('that do not end are ended, and the next one works', async () => {
    const { window, experiment } = await openWorkspace('', { analysisTimeLimitMs: 400 });
    const began = performance.now();
    const { problems } = await window.request('experiment/analyze', {
      experiment,
      overlays: { [experiment]: 'loop()' },
    });
    expect(problems).toMatchObject([
      { severity: 'error', message: 'model() did not finish within 0.4 s.', file: experiment, line: 9 },
    ]);
    expect(performance.now() - began).toBeLessThan(5000);
    expect((await window.request('experiment/analyze', { experiment })).problems).toEqual([]);
  });

  test('that crash are told as a problem, and the next one works', async () => {
    const { window, experiment } = await openWorkspace();
    const { problems } = await window.request('experiment/analyze', {
      experiment,
      overlays: { [experiment]: 'crash()' },
    });
    expect(problems[0]!.message).toMatch(/^Looking at the experiment crashed in native code \(SIGABRT\)/);
    expect((await window.request('experiment/analyze', { experiment })).problems).toEqual([]);
  });

  test('without a trainer to ask, the reason is a problem', async () => {
    const place = testPlace();
    place.write('experiment.ts', experimentText());
    const first = await serve(place);
    await first.close();
    const server = await serve(place, {
      places: {
        appRoot: path.resolve(import.meta.dirname, '../../..'),
        renderer: place.folder,
        typings: place.folder,
        samples: place.folder,
        trainer: path.join(place.folder, 'no-such-trainer.js'),
        engine: path.join(place.folder, 'no-such-installer.js'),
        reader: path.join(place.folder, 'no-such-reader.js'),
        home: place.home,
        samplesFolder: place.folder,
      },
    });
    const window = await TestWindow.connect(server);
    await window.request('workspace/open', { path: place.workspace });
    await window.request('workspace/trust', { trusted: true });
    const { problems } = await window.request('experiment/analyze', { experiment: 'experiment.ts' });
    expect(problems[0]!.message).toContain('Cannot find module');
    await window.request('run/start', { experiment: 'experiment.ts' });
    expect((await window.session('failed')).problems[0]!.message).toContain('Cannot find module');
  });
});
