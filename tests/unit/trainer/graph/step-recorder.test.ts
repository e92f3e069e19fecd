/** Recording a step leaves it as it would have been, and TensorFlow.js as it was. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { recordStep } from '../../../../src/trainer/graph/step-recorder.js';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';
import { layerLabels } from '../../../../src/trainer/runtime/layer-labels.js';
import { reseed, takeOverRandom } from '../../../../src/trainer/runtime/random.js';

beforeAll(async () => {
  await chooseBackend('cpu');
});

async function trained(recorded: boolean): Promise<{ readonly weights: number[][]; readonly leaked: number }> {
  const giveBack = takeOverRandom();
  reseed(5, 'init', 0);
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [3], units: 4, activation: 'tanh' }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 1 }),
    ],
  });
  const optimizer = tf.train.adam(0.1);
  const xs = tf.ones([4, 3]);
  const step = (): number =>
    tf.tidy(() => {
      const loss = optimizer.minimize(
        () => tf.mean(tf.square(model.apply(xs, { training: true }) as tf.Tensor)) as tf.Scalar,
        true,
      );
      return loss!.dataSync()[0]!;
    });
  step();
  const before = tf.memory().numTensors;
  const facts = {
    labels: layerLabels(model),
    optimizer,
    variables: new Map(),
    inputs: [],
    placeOfLayer: () => undefined,
    runsOwnCode: true,
  };
  for (let index = 0; index < 3; index++) {
    reseed(5, 'step', index);
    if (recorded) await recordStep(facts, step);
    else step();
  }
  const weights = model.getWeights().map((weight) => [...weight.dataSync()]);
  const leaked = tf.memory().numTensors - before;
  giveBack();
  return { weights, leaked };
}

test('weights are the same bit for bit, and no tensor stays', async () => {
  const plain = await trained(false);
  expect(await trained(true)).toEqual(plain);
  expect(plain.leaked).toBe(0);
});

test('every hook is taken out again, also where the step fails', async () => {
  const engine = tf.engine();
  const assign = Object.getOwnPropertyDescriptor(tf.Variable.prototype, 'assign');
  const apply = Object.getOwnPropertyDescriptor(tf.AdamOptimizer.prototype, 'applyGradients');
  const own = Object.getOwnPropertyNames(engine);
  const layer = tf.layers.dense({ units: 1 });
  const facts = {
    labels: new Map([[layer, 'dense_1']]),
    optimizer: tf.train.adam(0.1),
    variables: new Map(),
    inputs: [],
    placeOfLayer: () => undefined,
    runsOwnCode: true,
  };
  await expect(
    recordStep(facts, () => {
      throw new Error('in the middle');
    }),
  ).rejects.toThrow('in the middle');
  expect(Object.getOwnPropertyNames(engine)).toEqual(own);
  expect(Object.hasOwn(layer, 'call')).toBe(false);
  expect(Object.getOwnPropertyDescriptor(tf.Variable.prototype, 'assign')).toEqual(assign);
  expect(Object.getOwnPropertyDescriptor(tf.AdamOptimizer.prototype, 'applyGradients')).toEqual(apply);
});
