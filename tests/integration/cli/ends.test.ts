/** How `backstep run` ends where the training does not end by itself: in a person's code that waits for ever, or killed. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtBundles, tinyExperiment, workspace, type Workspace } from '../trainer/built.js';
import { start, until, type Running } from './command.js';

const forever = 'await new Promise((resolve) => setTimeout(resolve, 1e9))';

let place: Workspace;
beforeAll(async () => {
  await builtBundles();
  place = workspace({
    'waits-in-model.ts': tinyExperiment
      .replace('model: () => tf', `model: async () => { console.log('waiting'); ${forever}; return tf`)
      .replace(/\}\),\n {2}optimizer/, '}); },\n  optimizer'),
    // What it prints cannot leave a process whose thread is taken: a file says that it is in there.
    'spins-in-data.ts': `import { writeFileSync } from 'node:fs';\n${tinyExperiment}`
      .replace('data: () => ', "data: () => { writeFileSync('spins', ''); for (;;) {} return ")
      .replace('batchSize: 4 }),', 'batchSize: 4 }); },'),
    'waits-in-step.ts': tinyExperiment.replace(
      'epochs: 2',
      `epochs: 2,\n  trainStep: async () => { console.log('waiting'); ${forever}; return { loss: 1 }; }`,
    ),
    'long.ts': tinyExperiment.replace('epochs: 2', 'epochs: 100000'),
    'diverges.ts': tinyExperiment
      .replace('tf.train.adam(0.01)', 'tf.train.sgd(1e38)')
      .replace("'categoricalCrossentropy'", "'meanSquaredError'"),
  });
});
afterAll(() => place?.remove());

const run = (experiment: string, ...options: string[]): Running =>
  start(['run', experiment, '--backend', 'cpu', '--json', ...options], { cwd: place.folder, home: place.home });

const startLine = (running: Running): { readonly runDir: string } =>
  JSON.parse(running.lines()[0]!) as { runDir: string };
const runFile = (runDir: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path.join(runDir, 'run.json'), 'utf8')) as Record<string, unknown>;

describe('Ctrl+C', () => {
  test('ends at once where model() waits for ever and nothing has been trained', async () => {
    const running = run('waits-in-model.ts');
    await until(() => running.stderr().includes('waiting'), 'word from model()');
    running.process.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toContain('Stopping: nothing has been trained yet.');
  });

  test('ends soon where data() never lets go of its thread', async () => {
    const running = run('spins-in-data.ts');
    await until(() => existsSync(place.file('spins')), 'data()');
    running.process.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });

  test('twice ends a step that waits for ever; the run is marked as interrupted', async () => {
    const running = run('waits-in-step.ts');
    await until(() => running.stderr().includes('waiting'), 'word from trainStep');
    const { runDir } = startLine(running);
    running.process.kill('SIGINT');
    await until(() => running.stderr().includes('Ctrl+C again ends at once'), 'word about the second Ctrl+C');
    expect(runFile(runDir)).toMatchObject({ status: 'running' });
    running.process.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('Ended at once.');
    expect(stderr).toContain('it had not saved a state to go on from');
    const left = runFile(runDir);
    expect(left).toMatchObject({ status: 'interrupted', step: 0 });
    expect(left).not.toHaveProperty('pid');
  });
});

test('a trainer that is killed leaves a run marked as interrupted, which can be gone on from', async () => {
  const running = run('long.ts');
  await until(() => running.lines().some((line) => line.includes('"kind":"epoch","epoch":3,')), 'third epoch');
  const { runDir } = startLine(running);
  await until(() => runFile(runDir)['step'] !== 0, 'saved state');
  process.kill(Number(runFile(runDir)['pid']), 'SIGKILL');
  const { code, stderr, stdout } = await running.ended;
  expect(code).toBe(1);
  expect(stderr).toContain('error: Training was ended by the system (SIGKILL).');
  const [, options] = /backstep run long\.ts (--continue .*)/.exec(stderr) ?? [];
  const steps = stdout.split('\n').filter((line) => line.includes('"kind":"step"'));
  const last = JSON.parse(steps.at(-1)!) as { step: number; epoch: number };
  expect(runFile(runDir)).toMatchObject({
    status: 'interrupted',
    step: last.step,
    epoch: last.epoch,
    error: 'Training was ended by the system (SIGKILL).',
  });
  const [, folder] = /--continue (\S+)/.exec(options!)!;
  const again = await run('long.ts', '--continue', folder!, '--steps', String(last.step + 5)).ended;
  expect(again.code).toBe(0);
});

test('numbers that become none are told once on standard error, with the layer, its line and what to do', async () => {
  const { code, stdout, stderr } = await run('diverges.ts').ended;
  expect(code).toBe(0);
  const line =
    1 +
    readFileSync(path.join(place.folder, 'diverges.ts'), 'utf8')
      .split('\n')
      .findIndex((text) => text.includes("'softmax'"));
  expect(stderr.match(/NaN or infinity/g)).toHaveLength(1);
  expect(stderr).toMatch(
    new RegExp(`diverges\\.ts:${line}: error: Layer dense_2 is the first to give NaN or infinity`),
  );
  expect(stderr).toContain('– Use a smaller learning rate');
  expect(stdout).not.toContain('"finding"');
});
