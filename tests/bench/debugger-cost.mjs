// What a debugger adds to a step: attached and idle over none at all, and with breakpoints armed over none armed. The
// former in runs that take turns, the latter in turns within one run, so that the machine's moods meet all alike.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DapTraining, launchOptions, trainer, trainerEnvironment } from './dap-training.mjs';
import { median, nativeModels } from './native.mjs';

const root = path.resolve(import.meta.dirname, '../..');

export const debuggedModels = {
  cnn: { ...nativeModels.cnn, steps: 160, turn: 4, attachedSteps: 24 },
  mlp: { ...nativeModels.mlp, steps: 8000, turn: 40, attachedSteps: 2500 },
  'small cnn on wasm': {
    title: 'small CNN 28×28×1 on wasm, batch 64',
    experiment: 'tests/bench/experiments/small-cnn.ts',
    backend: 'wasm',
    steps: 600,
    turn: 8,
    attachedSteps: 80,
  },
  iris: {
    title: 'iris on wasm',
    experiment: 'assets/samples/iris/experiment.ts',
    backend: 'wasm',
    steps: 24000,
    turn: 60,
    attachedSteps: 8000,
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
  layer: [breakpoint({ kind: 'layer', layer: 'dense_1' }, { condition: 'step == 100000' })],
};

/**
 * By what was armed, `none` among them: median milliseconds of a step, and the median of its ratios to `none` in the
 * same round. Rounds are short: a machine that is shared is another one a second later.
 */
export async function armedCost(model, sets, { steps = model.steps, turn = model.turn } = {}) {
  const names = ['none', ...Object.keys(sets)];
  const rounds = [];
  const newRound = () => rounds.push(Object.fromEntries(names.map((name) => [name, []])));
  newRound();
  let at = 0;
  let taken = 0;
  // What comes first is not warm; what is on its way when breakpoints change belongs to neither.
  let unsure = Math.ceil(steps / 8);
  let failed;
  const isNative = (model.backend ?? 'tensorflow') === 'tensorflow';
  const stepTaken = ({ stepMs }) => {
    if (unsure > 0) return void unsure--;
    rounds.at(-1)[names[at]].push(stepMs);
    if (++taken % turn > 0) return;
    at = (at + 1) % names.length;
    if (at === 0) newRound();
    unsure = Math.max(3, Math.ceil(turn / 2));
    void training.request('backstep/setTrainingBreakpoints', { breakpoints: sets[names[at]] ?? [] });
  };
  const training = new DapTraining((name, body) => {
    if (name === 'stopped') failed = new Error(`it stopped: ${body.description ?? body.reason}`);
    if (name !== 'backstep/training') return;
    for (const event of body.events) {
      if (event.kind === 'step' && (!isNative || event.speed === 'compiled')) stepTaken(event);
      if (event.kind === 'error') failed = new Error(event.message);
    }
  });
  try {
    await training.start(launchOptions(model, { steps, epochs: steps }));
    await Promise.race([training.next('terminated'), training.next('stopped')]);
    if (failed) throw failed;
  } finally {
    await training.end();
  }
  // The last round is not whole.
  const whole = rounds.slice(0, -1);
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        ms: median(whole.flatMap((round) => round[name])),
        ratio: median(whole.map((round) => median(round[name]) / median(round.none))),
      },
    ]),
  );
}

/** Steps of a training that nobody debugs. */
async function plainRun(model, steps) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'backstep-plain-'));
  const child = fork(trainer, ['run'], { env: trainerEnvironment(), stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const times = [];
  try {
    await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', () => reject(new Error('the trainer ended')));
      child.on('message', (text) => {
        const message = JSON.parse(text);
        if (message.kind === 'finished') resolve();
        for (const event of message.events ?? []) {
          if (event.kind === 'step') times.push(event.stepMs);
          if (event.kind === 'error') reject(new Error(event.message));
        }
      });
      const options = { ...launchOptions(model, { steps, epochs: steps }), runDir: path.join(folder, 'run') };
      child.send(JSON.stringify({ kind: 'run', options: { settings: {}, hashEvery: 0, eager: false, ...options } }));
    });
  } finally {
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
  return median(times.slice(Math.ceil(steps / 4)));
}

async function idleRun(model, steps) {
  const times = [];
  const training = new DapTraining((name, body) => {
    if (name !== 'backstep/training') return;
    for (const event of body.events) if (event.kind === 'step') times.push(event.stepMs);
  });
  try {
    await training.start(launchOptions(model, { steps, epochs: steps }));
    await training.next('terminated');
  } finally {
    await training.end();
  }
  return median(times.slice(Math.ceil(steps / 4)));
}

/** `rounds` turns each: medians, and the median of the turns' ratios. */
export async function attachedCost(model, { steps = model.attachedSteps, rounds = 5 } = {}) {
  const turns = [];
  for (let round = 0; round < rounds; round++) {
    // Whoever goes first has the cooler machine.
    const order = round % 2 === 0 ? ['plain', 'idle'] : ['idle', 'plain'];
    const turn = {};
    for (const who of order) turn[who] = await (who === 'plain' ? plainRun : idleRun)(model, steps);
    turns.push(turn);
  }
  return {
    plainMs: median(turns.map(({ plain }) => plain)),
    idleMs: median(turns.map(({ idle }) => idle)),
    ratio: median(turns.map(({ plain, idle }) => idle / plain)),
    ratios: turns.map(({ plain, idle }) => idle / plain),
  };
}

if (process.argv[1] === path.join(root, 'tests/bench/debugger-cost.mjs')) {
  const [what, name, ...words] = process.argv.slice(2);
  const model = debuggedModels[name];
  if (what === 'attached') console.log(name, await attachedCost(model, words[0] ? { rounds: Number(words[0]) } : {}));
  else {
    const wanted = words.length ? words : Object.keys(armedSets);
    const found = await armedCost(model, Object.fromEntries(wanted.map((set) => [set, armedSets[set]])));
    const told = Object.entries(found).map(
      ([set, { ms, ratio }]) => `${set} ${ms.toFixed(3)} ms (${((ratio - 1) * 100).toFixed(1)} %)`,
    );
    console.log(name, told.join(', '));
  }
}
