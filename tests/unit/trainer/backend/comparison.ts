/** Running the same computation on two backends, and comparing what came out. */
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { backendName, type BackendName } from '../../../../src/shared/protocol/training.js';

/** Held against cpu. Another one is tried where the machine has it: webgpu.test.ts does so. */
export const backendUnderTest = backendName.parse(process.env['BACKSTEP_TEST_BACKEND'] ?? 'wasm');

/** The values of the tensors that `compute` makes on this backend; everything is disposed. */
export async function valuesOn(backend: BackendName, compute: () => tf.Tensor[]): Promise<Float32Array[]> {
  await tf.setBackend(backend);
  const tensors = tf.tidy(compute);
  const values = tensors.map((tensor) => Float32Array.from(tensor.dataSync()));
  tf.dispose(tensors);
  return values;
}

/** Compares by the largest difference over the largest value. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = '',
): void {
  expect(actual.length, what).toBe(expected.length);
  let largest = 1e-3;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i]!, expected[i]!];
    if (Number.isNaN(a) && Number.isNaN(b)) continue;
    if (a === b) continue;
    largest = Math.max(largest, Math.abs(b));
    difference = Math.max(difference, Math.abs(a - b));
    if (Number.isNaN(a - b)) difference = Infinity;
  }
  expect(difference / largest, what).toBeLessThan(tolerance);
}

export async function expectSameOnBoth(compute: () => tf.Tensor[], tolerance = 2e-6, what = ''): Promise<void> {
  const onCpu = await valuesOn('cpu', compute);
  const actual = await valuesOn(backendUnderTest, compute);
  expect(actual.length).toBe(onCpu.length);
  onCpu.forEach((values, i) => expectClose(actual[i]!, values, tolerance, `${what} output ${i}`));
}

/** Repeatable values around zero, without asking the backend for them. */
export function numbers(size: number, seed: number): Float32Array {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export function tensorOf<R extends tf.Rank>(shape: tf.ShapeMap[R], seed: number): tf.Tensor<R> {
  return tf.tensor(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  );
}
