// Milliseconds a warm eager step of the rock-paper-scissors CNN 64-64-128-128 on TensorFlow.js's native backend as its
// package has it, with nothing of Backstep's, on the engine's addon: `stock-step.cjs <engine folder> <steps>`.
const path = require('node:path');
const { readFileSync } = require('node:fs');
const util = require('node:util');

// The package calls what newer Nodes have no more.
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;

const [engine, steps] = [process.argv[2], Number(process.argv[3])];
const { addon } = JSON.parse(readFileSync(path.join(engine, 'engine.json'), 'utf8'));
const tf = require('@tensorflow/tfjs');
const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend');
const binding = require(path.join(engine, addon));
tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu'), 3);
require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels');

async function main() {
  await tf.setBackend('tensorflow');
  if (tf.getBackend() !== 'tensorflow') throw new Error(`the backend is ${tf.getBackend()}`);
  const { layers } = tf;
  const model = tf.sequential();
  [64, 64, 128, 128].forEach((filters, i) => {
    const inputShape = i === 0 ? { inputShape: [150, 150, 3] } : {};
    model.add(layers.conv2d({ filters, kernelSize: 3, activation: 'relu', ...inputShape }));
    model.add(layers.maxPooling2d({ poolSize: 2 }));
  });
  model.add(layers.flatten());
  model.add(layers.dropout({ rate: 0.5 }));
  model.add(layers.dense({ units: 512, activation: 'relu' }));
  model.add(layers.dense({ units: 3, activation: 'softmax' }));
  model.compile({ optimizer: tf.train.rmsprop(1e-3), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const xs = tf.randomUniform([32, 150, 150, 3], 0, 1, 'float32', 1);
  const ys = tf.tidy(() => tf.oneHot(tf.range(0, 32).mod(3).toInt(), 3).toFloat());
  const times = [];
  for (let step = -3; step < steps; step++) {
    const began = performance.now();
    await model.trainOnBatch(xs, ys);
    if (step >= 0) times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ median: times[times.length >> 1] }));
}
void main();
