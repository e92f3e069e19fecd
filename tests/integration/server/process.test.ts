import { execFile, fork, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { TrainingEvent } from '../../../src/shared/protocol/training.js';
import {
  cleanUpLater,
  experimentText,
  fakeTrainer,
  repository,
  testPlace,
  TestWindow,
  type TestPlace,
} from './support.js';

const entry = path.join(repository, 'dist/server/main.js');

beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs', 'server', 'trainer'], { cwd: repository });
}, 180_000);

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
  readonly token: string;
  readonly url: string;
}

const environment = (place: TestPlace, extra: NodeJS.ProcessEnv = {}) => ({
  ...process.env,
  HOME: place.folder,
  BACKSTEP_HOME: place.home,
  ...extra,
});

async function start(place: TestPlace, args: readonly string[] = [], extra: NodeJS.ProcessEnv = {}): Promise<Started> {
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: environment(place, extra),
  });
  cleanUpLater(() => void child.kill('SIGKILL'));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const message = JSON.parse(line) as { kind: string; port: number; url: string };
  expect(message.kind).toBe('listening');
  return { child, port: message.port, url: message.url, token: new URL(message.url).searchParams.get('token')! };
}

const exitOf = (child: ChildProcess) =>
  new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal)),
  );

async function failing(place: TestPlace, args: readonly string[]) {
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(place),
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const code = await exitOf(child);
  return { code, output, errors };
}

describe('the process', () => {
  test('says where it listens, soon, and opens the folder it is given', async () => {
    const place = testPlace();
    const began = performance.now();
    const server = await start(place, ['--folder', place.workspace]);
    const ms = performance.now() - began;
    console.log(`the server listens after ${ms.toFixed(0)} ms`);
    expect(ms).toBeLessThan(3000);
    const response = await fetch(server.url, { redirect: 'manual' });
    expect(response.status).toBe(303);
    const window = await TestWindow.connect(server);
    const info = await window.request('app/info', {});
    expect(info.workspace!.path).toBe(place.workspace);
    expect(info.samplesFolder).toBe(path.join(place.folder, 'Backstep'));
    expect(info.version).toMatch(/^\d+\.\d+\.\d+/);
    // The reader of runs has a thread of its own in the built server.
    expect(await window.request('runs/list', {})).toEqual([]);
    expect((await window.failure('logs/prCurve', { run: 'none', name: 'x', item: 0 })).tag).toBe('not-found');
  });

  test('a busy port, a folder that is not there and wrong arguments: a sentence and a code', async () => {
    const place = testPlace();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    cleanUpLater(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const busy = await failing(place, ['--port', String(port)]);
    expect(busy).toMatchObject({ code: 3, output: '' });
    expect(busy.errors).toBe(
      `Port ${port} is in use by another program (perhaps another Backstep). Choose another with --port, or leave --port out.\n`,
    );
    const missing = await failing(place, ['--folder', path.join(place.folder, 'none')]);
    expect(missing.code).toBe(4);
    expect(missing.errors).toContain('is not there');
    for (const args of [['--port', 'x'], ['--port', '70000'], ['--shell', 'x'], ['--unknown']]) {
      expect((await failing(place, args)).code, args.join(' ')).toBe(2);
    }
  });

  test('ends with its parent, whichever way that holds it', async () => {
    const place = testPlace();
    const byPipe = await start(place, ['--with-parent']);
    byPipe.child.stdin!.end();
    expect(await exitOf(byPipe.child)).toBe(0);
    const byChannel = fork(entry, ['--with-parent'], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: environment(place),
      execArgv: [],
    });
    await new Promise((resolve) => byChannel.stdout!.once('data', resolve));
    byChannel.disconnect();
    expect(await exitOf(byChannel)).toBe(0);
    const alone = await start(place);
    alone.child.stdin!.end();
    expect((await (await fetch(`http://127.0.0.1:${alone.port}/`)).text()).length).toBeGreaterThan(0);
    alone.child.kill('SIGTERM');
    expect(await exitOf(alone.child)).toBe(143);
  });

  test('asked to end in mid-run, it lets the trainer save first; killed, the trainer saves all the same', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const place = testPlace();
      const experiment = place.write('experiment.ts', experimentText('steps=100000'));
      const server = await start(place, ['--folder', place.workspace], { BACKSTEP_TRAINER: fakeTrainer() });
      const window = await TestWindow.connect(server);
      await window.request('workspace/trust', { trusted: true });
      await window.request('run/start', { experiment });
      const { start: begun } = await window.session('running');
      server.child.kill(signal);
      await exitOf(server.child);
      const status = () =>
        (JSON.parse(readFileSync(path.join(begun!.runDir, 'run.json'), 'utf8')) as { status: string }).status;
      await expect.poll(status, { timeout: 5000 }).toBe('stopped');
      const next = await TestWindow.connect(await start(place, ['--folder', place.workspace]));
      const [run] = await next.request('runs/list', {});
      expect(run).toMatchObject({ status: 'stopped', canContinue: true });
      expect(run!.warning).toBeUndefined();
    }
  });
});

describe('with the real trainer', () => {
  test('a sample is opened, analysed, trained, stopped at a breakpoint, changed, and killed', async () => {
    const place = testPlace();
    const server = await start(place);
    const window = await TestWindow.connect(server);
    const began = performance.now();
    const { experiments, trusted } = await window.request('sample/open', { id: 'iris' });
    expect(trusted).toBe(true);
    const [experiment] = experiments;
    const analysis = await window.request('experiment/analyze', { experiment: experiment! });
    expect(analysis.problems).toEqual([]);
    expect(analysis.layers.map(({ outputShape }) => outputShape)).toEqual([[10], [20], [10], [3]]);
    const analysed = performance.now();

    const breakpoints = [{ id: 'five', enabled: true, at: { kind: 'step' as const, step: 5 } }];
    await window.request('run/start', { experiment: experiment!, breakpoints, epochs: 100_000 });
    await window.event('backstep/training', (({ events }: { events: TrainingEvent[] }) =>
      events.some(({ kind }) => kind === 'step')) as never);
    console.log(
      `sample to shapes ${(analysed - began).toFixed(0)} ms, run to first step ${(performance.now() - analysed).toFixed(0)} ms`,
    );
    expect(await window.event('stopped')).toMatchObject({
      backstep: { reason: 'breakpoint', step: 5, breakpointIds: ['five'] },
    });
    const late = await TestWindow.connect(server);
    const paused = await late.session('paused');
    expect(paused.scalars['train/loss']!.steps).toEqual([1, 2, 3, 4, 5]);
    const look = await late.dap('backstep/look');
    expect(look.body).toMatchObject({ at: { step: 5 } });
    expect(await late.dap('backstep/setLearningRate', { learningRate: 0.001 })).toMatchObject({
      success: true,
      body: { learningRate: 0.001 },
    });
    await late.dap('continue');
    await expect
      .poll(async () => (await late.request('session/current', {})).session!.step, { timeout: 20_000 })
      .toBeGreaterThan(50);

    const runs = await late.request('runs/list', {});
    expect(runs).toMatchObject([{ status: 'running' }]);
    const { pid } = JSON.parse(readFileSync(path.join(runs[0]!.path, 'run.json'), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    expect((await late.session('failed')).problems.at(-1)!.message).toContain('SIGKILL');
    const [after] = await late.request('runs/list', {});
    expect(after).toMatchObject({ status: 'failed' });
    expect(after!.warning).toBeUndefined();
    await vi.waitFor(async () => {
      const [loss] = await late.request('logs/points', { series: [{ run: after!.id, name: 'train/loss' }] });
      expect([...loss!.steps.slice(0, 5)]).toEqual([1, 2, 3, 4, 5]);
    });
  });

  test('a run that is stopped is saved and continued from; a fault in the experiment is told at its line', async () => {
    const place = testPlace();
    const server = await start(place);
    const window = await TestWindow.connect(server);
    const info = await window.request('sample/open', { id: 'iris' });
    const experiment = info.experiments[0]!;
    await window.request('run/start', { experiment, epochs: 100_000 });
    await expect
      .poll(async () => (await window.request('session/current', {})).session!.step, { timeout: 20_000 })
      .toBeGreaterThan(10);
    await window.dap('terminate');
    const stopped = await window.session('stopped');
    await expect.poll(async () => (await window.request('runs/list', {}))[0]!.status).toBe('stopped');
    const [run] = await window.request('runs/list', {});
    expect(run!.canContinue).toBe(true);
    await window.request('run/start', { experiment, epochs: 1_000, continueFrom: run!.path });
    const next = await window.session('running');
    expect(next.start!.startStep).toBe(stopped.step);
    await window.request('run/kill', {});
    await window.session('failed');
    const text = readFileSync(experiment, 'utf8');
    writeFileSync(experiment, text.replace("'categoricalCrossentropy'", "'noSuchLoss'"));
    const { problems } = await window.request('experiment/analyze', { experiment });
    expect(problems[0]).toMatchObject({ severity: 'error', file: experiment, line: expect.any(Number) as number });
    await window.request('run/start', { experiment });
    expect((await window.session('failed')).problems[0]).toMatchObject({
      severity: 'error',
      file: experiment,
      line: problems[0]!.line,
    });
  });
});
