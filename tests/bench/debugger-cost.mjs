// What a debugger adds to a step: attached and idle over none at all, in two processes of which one stands still while the
// other has its turn; and with breakpoints armed over none armed, in turns within one process.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DapTraining, firstInLine, launchOptions, trainer, trainerEnvironment } from './dap-training.mjs';
import { nativeModels } from './native.mjs';
import { inTurns, StepTimes } from './taking-turns.mjs';

const root = path.resolve(import.meta.dirname, '../..');

/** `warmUp`: steps before the first turn. */
export const debuggedModels = {
  cnn: { ...nativeModels.cnn, warmUp: 6, turnMs: 4000, rounds: 6 },
  mlp: { ...nativeModels.mlp, warmUp: 2500, turnMs: 250, rounds: 24 },
  'small cnn on wasm': {
    title: 'small CNN 28×28×1 on wasm, batch 64',
    experiment: 'tests/bench/experiments/small-cnn.ts',
    backend: 'wasm',
    epochsAreShort: true,
    warmUp: 80,
    turnMs: 700,
    rounds: 16,
  },
  iris: {
    title: 'iris on wasm',
    experiment: 'assets/samples/iris/experiment.ts',
    backend: 'wasm',
    epochsAreShort: true,
    warmUp: 4000,
    turnMs: 100,
    rounds: 100,
  },
};

let count = 0;
const breakpoint = (at, rest = {}) => ({ id: `armed-${count++}`, enabled: true, at, ...rest });
const notFinite = { kind: 'notFinite' };

/** None of them is ever hit. */
export const armedSets = {
  conditions: ['loss > 1e6 || isNaN(loss)', 'gradNorm > 1e9', 'notFinite'].map((condition) =>
    breakpoint({ kind: 'condition', condition }),
  ),
  data: [
    breakpoint({ kind: 'data', of: 'activation', event: notFinite }),
    breakpoint({ kind: 'data', of: 'gradient', event: notFinite }),
  ],
  layer: [breakpoint({ kind: 'layer', layer: 'dense_1' }, { condition: 'step == 100000000' })],
};

const endless = { epochs: 1_000_000 };

/** Takes in what a training tells; `warm` comes when its steps are as they will be. */
function watched(model) {
  const steps = new StepTimes();
  const isNative = (model.backend ?? 'tensorflow') === 'tensorflow';
  let [settled, fail] = [];
  const warm = new Promise((resolve, reject) => ([settled, fail] = [resolve, reject]));
  const take = (events) => {
    for (const event of events) {
      steps.take(event);
      if (event.kind === 'error') fail(new Error(event.message));
      if (event.kind === 'step' && event.step === model.warmUp) {
        if (isNative && event.speed !== 'compiled') fail(new Error('the step is not compiled'));
        settled();
      }
    }
  };
  return { steps, warm, take, fail };
}

/** A training that nobody debugs. */
async function plainTraining(model) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'backstep-plain-'));
  const { steps, warm, take, fail } = watched(model);
  const stdio = ['ignore', 'ignore', 'ignore', 'ipc'];
  const child = fork(trainer, ['run'], { env: trainerEnvironment(), stdio });
  firstInLine(child.pid);
  child.on('error', fail);
  child.on('exit', () => fail(new Error('the trainer ended')));
  child.on('message', (text) => take(JSON.parse(text).events ?? []));
  const options = { ...launchOptions(model, endless), runDir: path.join(folder, 'run') };
  child.send(JSON.stringify({ kind: 'run', options: { settings: {}, hashEvery: 0, eager: false, ...options } }));
  return {
    child,
    steps,
    warm,
    async end() {
      child.removeAllListeners('exit');
      child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The same under a debugger that nobody uses. */
async function debuggedTraining(model) {
  const { steps, warm, take, fail } = watched(model);
  const training = new DapTraining((name, body) => {
    if (name === 'stopped') fail(new Error(`it stopped: ${body.description ?? body.reason}`));
    if (name === 'terminated') fail(new Error('it ended'));
    if (name === 'backstep/training') take(body.events);
  });
  await training.start(launchOptions(model, endless));
  return {
    child: training.child,
    steps,
    warm,
    arm: (breakpoints) => training.request('backstep/setTrainingBreakpoints', { breakpoints }),
    end: () => training.end(),
  };
}

/** By what was armed, `none` first: milliseconds a step, and their ratios to `none`. */
export async function armedCost(model, sets, options = {}) {
  const training = await debuggedTraining(model);
  const { child, steps, warm, arm } = training;
  try {
    await warm;
    const ways = Object.entries({ none: [], ...sets }).map(([name, breakpoints]) => [
      name,
      { pid: child.pid, steps, begin: () => arm(breakpoints) },
    ]);
    return await inTurns(Object.fromEntries(ways), { ...model, rounds: Math.ceil(model.rounds / 2), ...options });
  } finally {
    await training.end();
  }
}

/** `plain` and `idle`: milliseconds a step, and the ratios of the latter. */
export async function attachedCost(model, options = {}) {
  const trainings = [];
  try {
    const ways = {};
    for (const [name, start] of Object.entries({ plain: plainTraining, idle: debuggedTraining })) {
      const training = await start(model);
      trainings.push(training);
      const { child, steps, warm } = training;
      await warm;
      child.kill('SIGSTOP');
      ways[name] = { pid: child.pid, steps, begin: () => child.kill('SIGCONT'), end: () => child.kill('SIGSTOP') };
    }
    return await inTurns(ways, { ...model, ...options });
  } finally {
    for (const training of trainings) await training.end();
  }
}

/** `1.2 ± 0.3 %`, by the clock, the training's thread and its process. */
export function overOthers({ least, wall, thread, all }) {
  const one = ({ ratio, spread }) => `${((ratio - 1) * 100).toFixed(1)} ± ${(spread * 100).toFixed(1)} %`;
  return [least, wall, thread, all].map((measure) => (Number.isFinite(measure.ratio) ? one(measure) : '–'));
}

if (process.argv[1] === path.join(root, 'tests/bench/debugger-cost.mjs')) {
  const [what, name, ...words] = process.argv.slice(2);
  const model = debuggedModels[name];
  const rounds = Number(process.env.ROUNDS);
  const options = rounds ? { rounds } : {};
  const sets = Object.entries(armedSets).filter(([set]) => words.length === 0 || words.includes(set));
  const found =
    what === 'attached'
      ? await attachedCost(model, options)
      : await armedCost(model, Object.fromEntries(sets), options);
  for (const [way, measures] of Object.entries(found)) {
    const { least, wall, thread, all } = measures;
    const ms = [least, wall, thread, all].map((measure) => measure.ms?.toFixed(3)).join(' / ');
    console.log(name, way, ms, 'ms', overOthers(measures).join('  '), `n=${wall.count}`);
  }
}
