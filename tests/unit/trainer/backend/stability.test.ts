/** Training on wasm gives the same bits each time, and holds no more memory after 200 steps than after 20. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';
import type { WasmBackend } from '../../../../src/trainer/runtime/backend/wasm/wasm-memory.js';
import { numbers } from './comparison.js';

beforeAll(() => chooseBackend('wasm'));

function makeModel(): tf.Sequential {
  const { layers } = tf;
  const model = tf.sequential({
    layers: [
      layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.separableConv2d({ filters: 8, kernelSize: 3, activation: 'relu' }),
      layers.batchNormalization(),
      layers.flatten(),
      layers.dense({ units: 32, activation: 'relu' }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  tf.tidy(() =>
    model.setWeights(
      model.getWeights().map((weight, i) =>
        tf.tensor(
          numbers(weight.size, i + 1).map((v) => v / 4 + (weight.rank === 1 ? 0.5 : 0)),
          weight.shape,
        ),
      ),
    ),
  );
  return model;
}

function batch(size: number): { xs: tf.Tensor; ys: tf.Tensor } {
  return {
    xs: tf.tensor(numbers(size * 28 * 28, 5), [size, 28, 28, 1]),
    ys: tf.tidy(() =>
      tf
        .oneHot(
          tf.tensor1d(
            Array.from({ length: size }, (_, i) => i % 10),
            'int32',
          ),
          10,
        )
        .toFloat(),
    ),
  };
}

it('gives the same bits in each run', async () => {
  const run = async () => {
    const model = makeModel();
    const { xs, ys } = batch(16);
    const losses: number[] = [];
    for (let step = 0; step < 10; step++) losses.push(((await model.trainOnBatch(xs, ys)) as number[])[0]!);
    const weights = model
      .getWeights()
      .map((weight) => Buffer.from(weight.dataSync().slice().buffer).toString('base64'));
    model.dispose();
    tf.dispose([xs, ys]);
    return { losses, weights };
  };
  const first = await run();
  // Other things lie in memory now, and elsewhere.
  const between = tf.zeros([12_345]);
  expect(await run()).toEqual(first);
  between.dispose();
});

it('holds no more tensors and no more memory after 200 steps than after 20', async () => {
  const model = makeModel();
  const { xs, ys } = batch(16);
  const { memory } = (tf.backend() as unknown as WasmBackend).wasm.asm;
  const held = () => ({
    tensors: tf.memory().numTensors,
    data: tf.engine().backend.numDataIds(),
    bytes: memory.buffer.byteLength,
  });
  let early: ReturnType<typeof held> | undefined;
  for (let step = 1; step <= 200; step++) {
    await model.trainOnBatch(xs, ys);
    if (step === 20) early = held();
  }
  expect(held()).toEqual(early);
  model.dispose();
  tf.dispose([xs, ys]);
});
