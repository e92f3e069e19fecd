/** Quick passes over tensors, where they lie, against plain ones over their values. */
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';
import { summarizeTensor, sumOfSquaresOf } from '../../../../src/trainer/runtime/summarize-tensor.js';

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    await chooseBackend(backend);
  });
  afterAll(() => tf.disposeVariables());

  it.each([1, 3, 4, 7, 8, 63, 64, 1021, 5000])('squares of %i values are summed in double precision', (size) => {
    const values = Float32Array.from({ length: size }, (_, index) => Math.sin(index + 1) * 1e15);
    const tensor = tf.tensor1d(values);
    const expected = values.reduce((sum, value) => sum + value * value, 0);
    expect(sumOfSquaresOf(tensor) / expected).toBeCloseTo(1, 12);
    expect(summarizeTensor(tensor, ['norm', 'notFinite']).norm / Math.sqrt(expected)).toBeCloseTo(1, 12);
    tensor.dispose();
  });

  it.each([NaN, Infinity, -Infinity])('%d is found at any place, and told as the share that it is', (bad) => {
    for (const size of [1, 5, 16, 66, 1024, 1027, 3000]) {
      for (const at of new Set([0, size >> 1, size - 1])) {
        const values = new Float32Array(size).fill(-3e38);
        values[at] = bad;
        const tensor = tf.tensor1d(values);
        expect(summarizeTensor(tensor, ['notFinite']).notFinite).toBeCloseTo(1 / size, 12);
        tensor.dispose();
      }
    }
  });

  it('the largest and the smallest numbers are finite', () => {
    const tensor = tf.tensor1d([3.4028234e38, -3.4028234e38, 1e-45, -0, 0]);
    expect(summarizeTensor(tensor, ['notFinite']).notFinite).toBe(0);
    expect(summarizeTensor(tensor)).toMatchObject({ size: 5, notFinite: 0, zeros: 0.4 });
    tensor.dispose();
  });

  it('looks only at the tensor, not at what lies behind it', () => {
    const tensors = [tf.tensor1d([1, 2, 3]), tf.tensor1d([NaN, NaN, NaN, NaN])];
    expect(summarizeTensor(tensors[0]!, ['notFinite']).notFinite).toBe(0);
    expect(summarizeTensor(tensors[1]!, ['notFinite']).notFinite).toBe(1);
    tf.dispose(tensors);
  });
});
