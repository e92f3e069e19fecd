/**
 * What recording a step costs an op: steps of a small network on wasm, recorded and not in turns, as JSON on
 * standard output: microseconds an op, and how many ops a step has.
 */
import * as tf from '@tensorflow/tfjs';
import { recordStep } from '../../src/trainer/graph/step-recorder.js';
import { chooseBackend } from '../../src/trainer/runtime/backend/backend.js';
import { labelledWeights, layerLabels } from '../../src/trainer/runtime/layer-labels.js';

const { layers } = tf;
await chooseBackend('wasm');
const model = tf.sequential({
  layers: [
    layers.dense({ units: 16, activation: 'relu', inputShape: [8] }),
    layers.dense({ units: 16, activation: 'relu' }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ],
});
const optimizer = tf.train.adam(1e-3);
model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
const xs = tf.randomUniform([16, 8], 0, 1, 'float32', 1);
const ys = tf.tidy(() => tf.oneHot(tf.range(0, 16).mod(3).toInt(), 3).toFloat());
const inputs = [{ name: 'xs', tensor: xs }];
const labels = layerLabels(model);
const variables = new Map(labelledWeights(model, labels).map((weight) => [weight.variable.name, weight]));
const facts = { inputs, optimizer, labels, variables, placeOfLayer: () => undefined };
/** Hooks that come and go cost the engine its optimized code, once: what an op costs shows over some steps. */
const STEPS = 40;
const steps = async () => {
  for (let step = 0; step < STEPS; step++) await model.trainOnBatch(xs, ys);
};

const times: { plain: number[]; recorded: number[] } = { plain: [], recorded: [] };
let ops = 0;
for (let turn = 0; turn < 30; turn++) {
  for (const which of ['plain', 'recorded'] as const) {
    const began = performance.now();
    if (which === 'plain') await steps();
    else ops = (await recordStep(facts, steps)).recorded.nodes.length / STEPS;
    if (turn >= 6) times[which].push((performance.now() - began) / STEPS);
  }
}
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const [plainMs, recordedMs] = [median(times.plain), median(times.recorded)];
process.stdout.write(
  JSON.stringify({ plainMs, recordedMs, ops, microsecondsAnOp: ((recordedMs - plainMs) * 1000) / ops }),
);
