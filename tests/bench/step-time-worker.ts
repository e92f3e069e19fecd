/**
 * Times training steps of one model on one backend, in a process of its own: `{ model, backend, batch,
 * steps, filters? }` as JSON in its argument, the times in milliseconds as JSON on standard output.
 * `stock` is TensorFlow.js's cpu backend as it comes, with nothing of Backstep's registered.
 */
import * as tf from '@tensorflow/tfjs';
import { chooseBackend } from '../../src/trainer/runtime/backend/backend.js';

interface Job {
  readonly model: 'rps' | 'small';
  readonly backend: 'wasm' | 'stock';
  readonly batch: number;
  readonly steps: number;
  readonly warmUp: number;
  readonly filters?: readonly number[];
}

const job = JSON.parse(process.argv[2] ?? '{}') as Job;
const { layers } = tf;

function rockPaperScissors(filters: readonly number[]): tf.Sequential {
  const model = tf.sequential();
  filters.forEach((count, i) => {
    const inputShape = i === 0 ? { inputShape: [150, 150, 3] } : {};
    model.add(layers.conv2d({ filters: count, kernelSize: 3, activation: 'relu', ...inputShape }));
    model.add(layers.maxPooling2d({ poolSize: 2 }));
  });
  model.add(layers.flatten());
  model.add(layers.dropout({ rate: 0.5 }));
  model.add(layers.dense({ units: 512, activation: 'relu' }));
  model.add(layers.dense({ units: 3, activation: 'softmax' }));
  return model;
}

function small(): tf.Sequential {
  return tf.sequential({
    layers: [
      layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 64, activation: 'relu' }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
}

if (job.backend === 'stock') await tf.setBackend('cpu');
else await chooseBackend(job.backend);
const model = job.model === 'rps' ? rockPaperScissors(job.filters ?? [16, 32, 64, 64]) : small();
model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
const [inputShape, classes] = [model.inputs[0]!.shape.slice(1) as number[], model.outputs[0]!.shape[1]!];
const xs = tf.randomUniform([job.batch, ...inputShape], 0, 1, 'float32', 1);
const ys = tf.tidy(() => tf.oneHot(tf.range(0, job.batch).mod(classes).toInt(), classes).toFloat());

const times: number[] = [];
for (let step = -job.warmUp; step < job.steps; step++) {
  const began = performance.now();
  await model.trainOnBatch(xs, ys);
  if (step >= 0) times.push(performance.now() - began);
}
process.stdout.write(JSON.stringify({ times, params: model.countParams(), backend: tf.getBackend() }));
