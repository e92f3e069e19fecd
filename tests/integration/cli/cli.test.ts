import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtBundles, tinyExperiment, workspace, type Workspace } from '../trainer/built.js';
import { frameMessage, MessageReader } from '../../../src/trainer/dap/dap-framing.js';
import { command, start, until, type Ended } from './command.js';

let place: Workspace;
beforeAll(async () => {
  await builtBundles();
  place = workspace({
    'experiment.ts': tinyExperiment.replace(
      'const examples',
      "console.log('hello from the experiment');\nconst examples",
    ),
    'long.ts': tinyExperiment.replace('epochs: 2', 'epochs: 100000'),
    // One of its examples is nothing but zeros after the first layer.
    'logs.ts': `import { defineExperiment, datasets, tf } from 'backstep';
class Logs extends tf.layers.Layer {
  static className = 'Logs';
  computeOutputShape(shape: tf.Shape) { return shape; }
  call(given: tf.Tensor | tf.Tensor[]) { return tf.log(Array.isArray(given) ? given[0]! : given); }
}
const rows = Array.from({ length: 64 }, (_, row) => [1 + (row % 3), row === 40 ? -9 : 1]);
export default defineExperiment({
  seed: 3,
  data: () => datasets.tensors({ xs: tf.tensor2d(rows), ys: tf.tensor2d(rows), batchSize: 4 }),
  model: () => tf.sequential({ layers: [
    tf.layers.dense({ inputShape: [2], units: 4, activation: 'relu', kernelInitializer: 'ones' }),
    new Logs({ name: 'logs' }),
    tf.layers.dense({ units: 2 }),
  ] }),
  optimizer: () => tf.train.sgd(1e-4),
  loss: 'meanSquaredError',
});
`,
  });
});
afterAll(() => place?.remove());

const backstep = (...args: string[]): Promise<Ended> => command(args, { cwd: place.folder, home: place.home });

interface Line {
  readonly kind: string;
  readonly [field: string]: unknown;
}
const jsonLines = (text: string): Line[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

test('a loss that becomes NaN is told with the layer and the op that made it, without a debugger', async () => {
  const { stderr } = await backstep('run', 'logs.ts', '--backend', 'cpu');
  expect(stderr).toContain('logs.ts:13: error: Layer logs is the first to give NaN or infinity');
  expect(stderr).toContain('It is its op Log that makes it.');
  expect(stderr).not.toMatch(/The loss of step \d+ is/);
});

test('run --json: one object a line with the promised fields, the person’s console on standard error', async () => {
  const { code, stdout, stderr } = await backstep(
    'run',
    'experiment.ts',
    '--backend',
    'cpu',
    '--json',
    '--hash-every',
    '5',
  );
  expect(stderr).toBe('hello from the experiment\n');
  expect(code).toBe(0);
  const lines = jsonLines(stdout);
  expect(lines.map(({ kind }) => kind)).toEqual([
    'start',
    ...Array<string>(6).fill('step'),
    'epoch',
    ...Array<string>(6).fill('step'),
    'epoch',
    'end',
  ]);
  expect(lines[0]).toMatchObject({
    backend: 'cpu',
    device: expect.any(String) as string,
    speed: 'eager',
    params: 67,
    seed: 7,
    epochs: 2,
    stepsPerEpoch: 6,
  });
  const steps = lines.filter(({ kind }) => kind === 'step');
  expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  for (const step of steps) {
    expect(step).toMatchObject({
      epoch: expect.any(Number) as number,
      loss: expect.any(Number) as number,
      metrics: { accuracy: expect.any(Number) as number },
      stepMs: expect.any(Number) as number,
    });
    expect('stateHash' in step).toBe(Number(step['step']) % 5 === 0);
  }
  const epochs = lines.filter(({ kind }) => kind === 'epoch');
  expect(epochs[1]).toMatchObject({
    epoch: 2,
    loss: expect.any(Number) as number,
    metrics: { accuracy: expect.any(Number) as number },
    stateHash: expect.stringMatching(/^[0-9a-f]+$/) as string,
  });
  const end = lines.at(-1)!;
  expect(end).toMatchObject({
    steps: 12,
    wallMs: expect.any(Number) as number,
    stateHash: epochs[1]!['stateHash'],
    runDir: lines[0]!['runDir'],
  });
  const runDir = String(end['runDir']);
  expect(path.dirname(runDir)).toBe(path.join(place.folder, 'runs'));
  expect(JSON.parse(readFileSync(path.join(runDir, 'run.json'), 'utf8'))).toMatchObject({
    status: 'completed',
    step: 12,
    stateHash: end['stateHash'],
  });
});

test('two runs are equal to the bit, another seed is not; options override the experiment', async () => {
  const hash = async (...options: string[]) => {
    const { code, stdout } = await backstep('run', 'experiment.ts', '--backend', 'cpu', '--json', ...options);
    expect(code).toBe(0);
    return jsonLines(stdout).at(-1)!;
  };
  const [first, second, other] = await Promise.all([hash(), hash(), hash('--seed', '8')]);
  expect(second['stateHash']).toBe(first['stateHash']);
  expect(other['stateHash']).not.toBe(first['stateHash']);
  const runDir = path.join(place.folder, 'named run');
  expect(await hash('--steps', '4', '--run-dir', runDir)).toMatchObject({ steps: 4, runDir });
  expect(await hash('--epochs', '1')).toMatchObject({ steps: 6 });
  // Going on from where a run stands ends where an uninterrupted one does.
  expect(await hash('--continue', runDir)).toMatchObject({ steps: 12, stateHash: first['stateHash'] });
});

test('settings reach the experiment', async () => {
  place.write(
    'settings.ts',
    tinyExperiment.replace('model: () =>', 'model: ({ units = 8 }) =>').replace('units: 8', 'units'),
  );
  const { stdout } = await backstep('shapes', 'settings.ts', '--json', '--set', 'units=5');
  expect((JSON.parse(stdout) as { outputShape: number[] }[])[0]!.outputShape).toEqual([5]);
  expect((await backstep('run', 'settings.ts', '--set', 'units')).code).toBe(2);
});

test('without --json: progress on standard error, the person’s console on standard output', async () => {
  const { code, stdout, stderr } = await backstep('run', '.', '--backend', 'cpu');
  expect(code).toBe(0);
  expect(stdout).toBe('hello from the experiment\n');
  expect(stderr).toMatch(/67 parameters on cpu/);
  expect(stderr).toMatch(/epoch 1\/2 · loss \d\.\d{4} · accuracy \d\.\d{4}/);
  expect(stderr).toMatch(/done after 12 steps/);
});

test('a failing experiment: exit code 1, file and line on standard error and in the error line', async () => {
  place.write('broken.ts', tinyExperiment.replace('units: 8', 'units: width'));
  const { code, stdout, stderr } = await backstep('run', 'broken.ts', '--backend', 'cpu', '--json');
  expect(code).toBe(1);
  expect(stderr).toBe('broken.ts:12:49: error: ReferenceError: width is not defined\n');
  expect(jsonLines(stdout)).toEqual([
    expect.objectContaining({
      kind: 'error',
      message: 'ReferenceError: width is not defined',
      file: place.file('broken.ts'),
      line: 12,
    }),
  ]);
  expect((await backstep('run', 'broken.ts', '--backend', 'cpu')).stderr).toContain('broken.ts:12:49: error: ');
});

test('not-finite numbers are texts', async () => {
  place.write('nan.ts', tinyExperiment.replace('tf.train.adam(0.01)', 'tf.train.sgd(1e30)'));
  const { stdout } = await backstep('run', 'nan.ts', '--backend', 'cpu', '--json', '--epochs', '1');
  expect(
    jsonLines(stdout)
      .filter(({ kind }) => kind === 'step')
      .at(-1)!['loss'],
  ).toBe('NaN');
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends after the step under way, the state saved, exit code 130',
  async (signal) => {
    const running = start(['run', 'long.ts', '--backend', 'cpu', '--json'], { cwd: place.folder, home: place.home });
    await until(() => running.lines().length > 20, 'steps');
    running.process.kill(signal);
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    const end = jsonLines(stdout).at(-1)!;
    expect(end).toMatchObject({ kind: 'end', reason: 'stopped' });
    expect(existsSync(path.join(String(end['runDir']), 'state.safetensors'))).toBe(true);
  },
);

test('a reader that leaves, as `head` does, stops the run, its state saved', async () => {
  const running = start(['run', 'long.ts', '--backend', 'cpu', '--json', '--run-dir', 'unread'], {
    cwd: place.folder,
    home: place.home,
  });
  await until(() => running.lines().length > 5, 'some steps');
  running.process.stdout!.destroy();
  expect((await running.ended).code).toBe(130);
  expect(JSON.parse(readFileSync(place.file('unread/run.json'), 'utf8'))).toMatchObject({ status: 'stopped' });
  expect(existsSync(place.file('unread/state.safetensors'))).toBe(true);
});

test('a second Ctrl+C ends at once', async () => {
  place.write(
    'stuck.ts',
    `import { writeFileSync } from 'node:fs';\n${tinyExperiment}`.replace(
      'units: 8',
      `units: (() => {
        writeFileSync(new URL('stuck', import.meta.url), '');
        const until = Date.now() + 60000;
        while (Date.now() < until);
        return 8;
      })()`,
    ),
  );
  const running = start(['run', 'stuck.ts', '--backend', 'cpu'], { cwd: place.folder, home: place.home });
  // It holds its thread, so that only the second signal can end it.
  await until(() => existsSync(place.file('stuck')), 'loop in the experiment');
  running.process.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(running.process.exitCode).toBeNull();
  running.process.kill('SIGINT');
  expect((await running.ended).code).toBe(130);
});

test('a trainer that dies is an error, not a silence', async () => {
  place.write('dies.ts', tinyExperiment.replace('units: 8', "units: (process.kill(process.pid, 'SIGKILL'), 8)"));
  const { code, stdout } = await backstep('run', 'dies.ts', '--backend', 'cpu', '--json');
  expect(code).toBe(1);
  expect(jsonLines(stdout).at(-1)).toMatchObject({
    kind: 'error',
    message: expect.stringContaining('SIGKILL') as string,
  });
});

test('a trainer that ends without a word is no success', async () => {
  place.write('leaves.ts', tinyExperiment.replace('units: 8', 'units: ((process as any).reallyExit(0), 8)'));
  const { code, stdout } = await backstep('run', 'leaves.ts', '--backend', 'cpu', '--json');
  expect(code).toBe(1);
  expect(jsonLines(stdout).at(-1)).toMatchObject({ kind: 'error', message: 'Training ended by itself (exit code 0).' });
});

test('a run’s folder that cannot be made: said in plain words', async () => {
  place.write('a-file', '');
  const { code, stdout } = await backstep('run', 'experiment.ts', '--backend', 'cpu', '--json', '--run-dir', 'a-file');
  expect(code).toBe(1);
  expect(jsonLines(stdout)).toMatchObject([
    {
      kind: 'error',
      message: `The run’s folder cannot be made at ${place.file('a-file')}: a file stands where the folder should be.`,
      hint: 'Move the file away, or name another folder for the run.',
    },
  ]);
});

test('shapes: a table, and JSON', async () => {
  const table = await backstep('shapes', 'experiment.ts');
  expect(table.code).toBe(0);
  expect(table.stdout).toBe(
    [
      'layer      type     output  parameters',
      'dense_1    Dense    8               40',
      'dropout_1  Dropout  8                0',
      'dense_2    Dense    3               27',
      '',
      '67 parameters, 67 of them trained, 268 bytes',
      '',
    ].join('\n'),
  );
  const { stdout } = await backstep('shapes', 'experiment.ts', '--json');
  expect(JSON.parse(stdout)).toMatchObject([
    { layer: 'dense_1', type: 'Dense', outputShape: [8], params: 40 },
    { layer: 'dropout_1', type: 'Dropout', outputShape: [8], params: 0 },
    { layer: 'dense_2', type: 'Dense', outputShape: [3], params: 27 },
  ]);
  const broken = await backstep('shapes', 'broken.ts', '--json');
  expect(broken).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('broken.ts:12:49: error: ') as string,
  });
});

test.each([
  [['run'], 'experiment'],
  [['run', 'absent.ts'], 'no file or folder'],
  [['run', 'experiment.ts', '--backend', 'gpu'], 'Allowed choices'],
  [['run', 'experiment.ts', '--epochs', '0'], 'whole number'],
  [['run', 'experiment.ts', '--data', 'absent'], '--data'],
  [['run', 'experiment.ts', '--nonsense'], 'unknown option'],
  [['shapes', 'experiment.ts', 'another.ts'], 'too many arguments'],
  [['predict', 'x'], 'error'],
  [['shape', 'experiment.ts'], 'Did you mean shapes?'],
  [['nonsense'], 'no command and no folder'],
  [['debug'], '--stdio'],
])('%j is wrong usage: exit code 2', async (args, message) => {
  const { code, stdout, stderr } = await backstep(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stdout).toBe('');
});

test('--help and --version', async () => {
  const help = await backstep('--help');
  expect(help.code).toBe(0);
  for (const word of ['open', 'run', 'shapes', 'debug', 'engine', 'doctor'])
    expect(help.stdout).toMatch(new RegExp(`^ {2}${word}\\b`, 'm'));
  expect(help.stdout).not.toMatch(/predict|export|serve/);
  expect((await backstep('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('doctor: what works, what does not, and what would change it', async () => {
  const { code, stdout } = await backstep('doctor', '--json');
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as Record<
    string,
    { state: string; detail: string } & { name: string; state: string }[]
  >;
  expect(report).toMatchObject({
    works: true,
    node: { state: 'works' },
    home: { state: 'works' },
    memory: {},
    electron: {},
    engine: { name: 'Engine' },
  });
  expect(Object.fromEntries(report['backends']!.map(({ name, state }) => [name, state]))).toMatchObject({
    wasm: 'works',
    cpu: 'works',
  });
  expect(report['data']!.map(({ name }) => name)).toHaveLength(3);
  expect((await backstep('doctor')).stdout).toMatch(/✓ wasm: /);
});

test('the command of a checkout builds what is out of date and runs', async () => {
  const { code, stdout } = await command(['--version'], {
    cwd: place.folder,
    home: place.home,
    entry: path.resolve('scripts/backstep.mjs'),
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string });
});

test('debug --stdio relays the adapter, and ends with its front end', async () => {
  const running = start(['debug', '--stdio'], { cwd: place.folder, home: place.home, stdin: true });
  running.process.stdin!.write(frameMessage({ seq: 1, type: 'request', command: 'initialize', arguments: {} }));
  const reader = new MessageReader();
  const received: unknown[] = [];
  running.process.stdout!.on('data', (chunk: Buffer) => received.push(...reader.push(chunk)));
  await until(() => received.length >= 2, 'answer and event');
  expect(received).toMatchObject([
    { type: 'response', command: 'initialize', success: true },
    { event: 'initialized' },
  ]);
  running.process.stdin!.end();
  expect((await running.ended).code).toBe(0);
  // A front end that is gone before it says a word.
  expect(await backstep('debug', '--stdio')).toEqual({ code: 0, stdout: '', stderr: '' });
});
