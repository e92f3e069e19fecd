import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';
import { expectClose, tensorOf } from './comparison.js';

beforeAll(() => chooseBackend('wasm'));

const cases: readonly { readonly shape: number[]; readonly reps: number[] }[] = [
  { shape: [], reps: [] },
  { shape: [3], reps: [1] },
  { shape: [3], reps: [4] },
  { shape: [1], reps: [5] },
  { shape: [2, 3], reps: [3, 2] },
  { shape: [1, 1, 4], reps: [3, 5, 1] },
  { shape: [3, 5, 1], reps: [1, 1, 4] },
  { shape: [2, 1, 3, 2], reps: [2, 3, 1, 2] },
  { shape: [2, 1, 2, 1, 2], reps: [1, 3, 2, 2, 1] },
  { shape: [0, 3], reps: [2, 2] },
];

describe('the gradient of tiling', () => {
  it.each(cases)('is the sum over all repetitions of $shape by $reps', async ({ shape, reps }) => {
    const repeated = shape.map((size, axis) => size * reps[axis]!);
    const [given, expected] = tf.tidy(() => {
      const factor = tensorOf(repeated, 2);
      const gradient = tf.grad((x) => tf.sum(tf.mul(tf.tile(x, reps), factor)))(tensorOf(shape, 1));
      return [gradient, sumBySlices(factor, shape, reps)];
    });
    expect(given.shape).toEqual(shape);
    expectClose(await given.data(), await expected.data(), 1e-6);
    tf.dispose([given, expected]);
  });

  it('takes as many ops for ten thousand repetitions as for one', async () => {
    const { kernelNames } = await tf.profile(() => {
      tf.dispose(tf.grad((x) => tf.sum(tf.tile(x, [100, 100, 1])))(tf.ones([1, 1, 3])));
      return tf.scalar(0);
    });
    expect(kernelNames.length).toBeLessThan(20);
  });
});

/** As TensorFlow.js has it: one slice after the other. */
function sumBySlices(dy: tf.Tensor, shape: readonly number[], reps: readonly number[]): tf.Tensor {
  let sum = tf.zeros([...shape]);
  const count = reps.reduce((product, times) => product * times, 1);
  for (let nth = 0; nth < count; nth++) {
    let rest = nth;
    const begin = reps.map((times, axis) => {
      const at = rest % times;
      rest = Math.floor(rest / times);
      return at * shape[axis]!;
    });
    sum = tf.add(sum, shape.length > 0 ? tf.slice(dy, begin, [...shape]) : dy);
  }
  return sum;
}
