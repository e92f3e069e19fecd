/** What is kept of a step, and of one that somebody stops in the middle of. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';
import { labelledWeights, layerLabels } from '../../../../src/trainer/runtime/layer-labels.js';
import { StepCapture } from '../../../../src/trainer/runtime/step-capture.js';

beforeAll(async () => {
  await chooseBackend('cpu');
});

const nothing = { outputs: 'none', gradients: 'none' } as const;
let capture = new StepCapture();
afterEach(() => capture.dispose());

test('a stop in the middle of a step keeps its rest, and of what was before it what is still there', () => {
  const first = tf.layers.dense({ units: 3, inputShape: [2], name: 'first' });
  const second = tf.layers.dense({ units: 1, name: 'second' });
  const model = tf.sequential({ layers: [first, second] });
  capture = new StepCapture();
  capture.watchModel(model, layerLabels(model), labelledWeights(model, layerLabels(model)));
  const optimizer = tf.train.sgd(0.1);
  capture.watchOptimizer(optimizer);
  capture.begin(nothing);

  tf.tidy(() => {
    const hidden = first.apply(tf.ones([4, 2])) as tf.Tensor;
    const gone = tf.scalar(1);
    gone.dispose();
    const early = tf.scalar(2);
    expect(capture.outputOf(first)).toBeUndefined();
    const outputs = new Map<tf.layers.Layer, tf.Tensor>([
      [first, hidden],
      [second, gone],
    ]);
    capture.keepRest({ outputs, gradients: new Map([['early', early]]) });
    expect(capture.outputOf(second)).toBeUndefined();
    second.apply(hidden);
    const [kernel] = second.trainableWeights;
    const gradient = tf.ones(kernel!.shape as number[]);
    optimizer.applyGradients([{ name: kernel!.name, tensor: gradient }]);
  });

  // The step's own tensors are gone by now; what was kept of them is not.
  expect(capture.outputOf(first)?.shape).toEqual([4, 3]);
  expect(capture.outputOf(second)?.shape).toEqual([4, 1]);
  expect(capture.gradientOf(second.trainableWeights[0]!.read() as tf.Variable)?.shape).toEqual([3, 1]);
  expect(capture.heldTensors).toBe(4);

  // Validation is not of the step, nor is the next step kept unless that is asked for again.
  capture.end();
  tf.tidy(() => void model.predict(tf.ones([7, 2])));
  expect(capture.outputOf(first)?.shape).toEqual([4, 3]);
  capture.begin(nothing);
  tf.tidy(() => void model.predict(tf.ones([7, 2])));
  expect(capture.heldTensors).toBe(0);
});
