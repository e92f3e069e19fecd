// Native TensorFlow against Keras on the same library: milliseconds a warm step, end to end through the command line
// (data, event files and all), Keras's `train_on_batch` in graph mode on batches that stand ready. One after the other
// in turns, so that a machine's moods meet both.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const data = path.resolve(root, process.env.BACKSTEP_TEST_DATA ?? '../shared/data');
const run = promisify(execFile);

export const nativeModels = {
  cnn: {
    title: 'rock-paper-scissors CNN 64-64-128-128',
    experiment: 'assets/samples/rock-paper-scissors/experiment-classic.ts',
    dataDir: path.join(data, 'rps'),
    batch: 32,
    steps: 40,
    kerasSteps: 15,
    wanted: 1,
  },
  mlp: {
    title: 'MNIST MLP 784-128-10',
    experiment: 'tests/bench/experiments/mlp.ts',
    dataDir: path.join(data, 'mnist'),
    batch: 50,
    steps: 1200,
    kerasSteps: 500,
    wanted: 0.4,
  },
  lstm: {
    title: 'LSTM on rows of 28×28',
    experiment: 'tests/bench/experiments/lstm.ts',
    dataDir: path.join(data, 'mnist'),
    batch: 50,
    steps: 600,
    kerasSteps: 200,
  },
};

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Folder of the engine to measure: the tests', else the one in use. */
export function engineFolder() {
  if (process.env.BACKSTEP_TEST_ENGINE) return process.env.BACKSTEP_TEST_ENGINE;
  const engines = path.join(process.env.BACKSTEP_HOME ?? path.join(os.homedir(), '.backstep'), 'engines');
  const current = path.join(engines, 'current.json');
  return existsSync(current) ? path.join(engines, JSON.parse(readFileSync(current, 'utf8')).engine) : undefined;
}

/** Why it cannot be measured here; `undefined` where it can. */
export function whyNoNative() {
  return engineFolder() ? undefined : 'native TensorFlow is not installed: backstep engine install';
}

/** Eager steps of the large CNN, Backstep's and the package's own in turns. */
export async function againstStock({ rounds = 3 } = {}) {
  const ours = [];
  const stock = [];
  for (let round = 0; round < rounds; round++) {
    ours.push((await nativeRun(nativeModels.cnn, { steps: 14, flags: ['--eager'] })).stepMs);
    const { stdout } = await run(process.execPath, ['tests/bench/stock-step.cjs', engineFolder(), '10'], { cwd: root });
    stock.push(JSON.parse(stdout.trim().split('\n').at(-1)).median);
  }
  return { oursMs: median(ours), stockMs: median(stock), ratio: median(ours.map((ms, i) => ms / stock[i])) };
}

/** One run: the steps after `skip`, and how they ran. */
export async function nativeRun(model, { steps = model.steps, flags = [] } = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'backstep-native-'));
  const engine = engineFolder();
  const { stdout } = await run(
    process.execPath,
    [
      ...['scripts/backstep.mjs', 'run', model.experiment, '--json', '--backend', 'tensorflow'],
      ...['--steps', String(steps), '--run-dir', path.join(folder, 'run'), ...flags],
      ...(existsSync(model.dataDir) ? ['--data', model.dataDir] : []),
    ],
    { cwd: root, maxBuffer: 256 << 20, env: { ...process.env, ...(engine ? { BACKSTEP_ENGINE: engine } : {}) } },
  );
  await rm(folder, { recursive: true, force: true });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const taken = lines.filter(({ kind }) => kind === 'step').slice(Math.floor(steps / 4));
  return {
    stepMs: median(taken.map(({ stepMs }) => stepMs)),
    speed: taken.at(-1).speed,
    setUpMs: lines.find(({ kind }) => kind === 'speed')?.setUpMs,
    dataShare:
      taken.reduce((sum, { dataWaitMs }) => sum + dataWaitMs, 0) / taken.reduce((sum, { stepMs }) => sum + stepMs, 0),
  };
}

async function kerasRun(name, { kerasSteps }) {
  const { stdout } = await run(
    process.env.BACKSTEP_TEST_PYTHON,
    ['tests/bench/keras/keras_step.py', name, String(kerasSteps)],
    { cwd: root, maxBuffer: 16 << 20 },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1)).median;
}

/** `rounds` turns each; medians of their medians, and of their ratios. */
export async function againstKeras(name, { rounds = 3 } = {}) {
  const model = nativeModels[name];
  const ours = [];
  const keras = [];
  const eager = await nativeRun(model, { steps: Math.min(model.steps, 200) >> 1, flags: ['--eager'] });
  for (let round = 0; round < rounds; round++) {
    ours.push(await nativeRun(model));
    if (process.env.BACKSTEP_TEST_PYTHON) keras.push(await kerasRun(name, model));
  }
  return {
    ...ours[0],
    stepMs: median(ours.map(({ stepMs }) => stepMs)),
    eagerMs: eager.stepMs,
    kerasMs: keras.length > 0 ? median(keras) : undefined,
    ratio: keras.length > 0 ? median(ours.map(({ stepMs }, i) => stepMs / keras[i])) : undefined,
  };
}
