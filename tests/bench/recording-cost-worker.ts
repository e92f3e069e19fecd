/**
 * What recording a step costs an op: steps of networks of many small ops on wasm, recorded and not in turns, as JSON on
 * standard output. Times are the processor's, which a busy machine stretches less than the clock's.
 */
import * as tf from '@tensorflow/tfjs';
import { recordStep, type StepFacts } from '../../src/trainer/graph/step-recorder.js';
import { chooseBackend } from '../../src/trainer/runtime/backend/backend.js';
import { labelledWeights, layerLabels } from '../../src/trainer/runtime/layer-labels.js';

/** Hooks that come and go cost the engine its optimized code, once: what an op costs shows over some steps. */
const OPS_A_TURN = 6_000;
const TURNS = 40;
const WARM_UP_TURNS = 8;

const { layers } = tf;
const models = {
  dense: () => [
    layers.dense({ units: 16, activation: 'relu', inputShape: [8] }),
    layers.dense({ units: 16, activation: 'relu' }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ],
  lstm: () => [layers.lstm({ units: 8, inputShape: [8, 1] }), layers.dense({ units: 3, activation: 'softmax' })],
};

const microseconds = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

async function costOf(name: keyof typeof models) {
  const model = tf.sequential({ layers: models[name]() });
  const optimizer = tf.train.adam(1e-3);
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const xs = tf.randomUniform([16, ...(model.inputs[0]!.shape.slice(1) as number[])], 0, 1, 'float32', 1);
  const ys = tf.tidy(() => tf.oneHot(tf.range(0, 16).mod(3).toInt(), 3).toFloat());
  const labels = layerLabels(model);
  const facts: StepFacts = {
    inputs: [{ name: 'xs', tensor: xs }],
    optimizer,
    labels,
    variables: new Map(labelledWeights(model, labels).map((weight) => [weight.variable.name, weight])),
    placeOfLayer: () => undefined,
    runsOwnCode: false,
  };
  const take = async (steps: number): Promise<number> => {
    const began = microseconds();
    for (let step = 0; step < steps; step++) await model.trainOnBatch(xs, ys);
    return microseconds() - began;
  };
  const record = async (steps: number) => {
    const began = microseconds();
    const { recorded, result } = await recordStep(facts, () => take(steps));
    return { inStep: result, after: microseconds() - began - result, ops: recorded.nodes.length };
  };

  await take(50);
  const ops = (await record(1)).ops;
  const steps = Math.ceil(OPS_A_TURN / ops);
  const [plain, extra, after, alone]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let turn = 0; turn < TURNS; turn++) {
    const before = await take(steps);
    const recorded = await record(steps);
    const then = await take(steps);
    const one = await record(1);
    if (turn < WARM_UP_TURNS) continue;
    plain.push((before + then) / 2 / steps);
    extra.push((recorded.inStep - (before + then) / 2) / recorded.ops);
    after.push(recorded.after / recorded.ops);
    alone.push((one.inStep - plain.at(-1)!) / one.ops);
  }
  const at = (values: readonly number[], share: number): number =>
    values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))]!;
  return {
    name,
    ops,
    plainMs: at(plain, 0.5) / 1000,
    /** Microseconds an op. */
    inStep: at(extra, 0.5),
    inStepLow: at(extra, 0.1),
    inStepHigh: at(extra, 0.9),
    after: at(after, 0.5),
    /** Of a step that is recorded by itself: the engine has just lost its optimized code. */
    alone: at(alone, 0.5),
  };
}

await chooseBackend('wasm');
const costs: Awaited<ReturnType<typeof costOf>>[] = [];
for (const name of ['dense', 'lstm'] as const) costs.push(await costOf(name));
process.stdout.write(JSON.stringify(costs));
