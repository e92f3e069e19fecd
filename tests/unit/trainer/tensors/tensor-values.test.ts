/** Values of real tensors, in place and cut out. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';
import { doAside } from '../../../../src/trainer/runtime/aside.js';
import { forEachPiece } from '../../../../src/trainer/tensors/tensor-source.js';
import { deviceOf, valuesOf } from '../../../../src/trainer/tensors/tensor-values.js';
import { floats, generator, integer } from './random-tensors.js';

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    await chooseBackend(backend);
    expect(tf.getBackend()).toBe(backend);
  });
  afterAll(() => tf.disposeVariables());

  test('any range of any type is what the tensor holds there; reading leaves and moves nothing', () => {
    const random = generator(7);
    for (const dtype of ['float32', 'int32', 'bool'] as const) {
      for (let round = 0; round < 20; round++) {
        const size = integer(random, 1, 5_000);
        const given = floats(random, size, 'smooth');
        const whole =
          dtype === 'float32'
            ? given
            : dtype === 'int32'
              ? Int32Array.from(given, (value) => value * 1e6)
              : Uint8Array.from(given, (value) => (value > 0 ? 1 : 0));
        const tensor = tf.tensor(whole, [size], dtype);
        const before = { ...tf.memory() };
        const from = integer(random, 0, size - 1);
        const length = integer(random, 1, size - from);
        const found = doAside(() => Array.from(valuesOf(tensor).range(from, length)));
        expect(found).toEqual(Array.from(whole.subarray(from, from + length)));
        expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
        expect(deviceOf(tensor)).toBe('CPU');
        tensor.dispose();
      }
    }
  });

  test('views of computed tensors, reshaped and sliced ones', () => {
    const base = tf.range(0, 24).reshape([2, 3, 4]);
    const part = base.slice([1, 0, 0], [1, 2, 4]).mul(2);
    expect(Array.from(valuesOf(part).range(2, 3))).toEqual([28, 30, 32]);
    expect(valuesOf(base.transpose()).shape).toEqual([4, 3, 2]);
    let sum = 0;
    forEachPiece(valuesOf(tf.ones([1_500_000])), (values) => (sum += values.length * values[0]!));
    expect(sum).toBe(1_500_000);
  });

  test('text, disposed and empty tensors', () => {
    expect(() => valuesOf(tf.tensor(['a']))).toThrow('holds text');
    const gone = tf.ones([2]);
    gone.dispose();
    expect(() => valuesOf(gone)).toThrow('has been disposed');
    expect(valuesOf(tf.zeros([0, 2]))).toMatchObject({ size: 0, shape: [0, 2] });
  });
});
