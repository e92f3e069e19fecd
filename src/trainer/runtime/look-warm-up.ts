/**
 * Makes the first look at a step as quick as the later ones. V8 goes on interpreting what it has
 * not optimized yet while it stands in its debugger, where all looks are taken: ten times slower.
 */
import { sumOfSquares } from '../tensors/quick-passes.js';
import { statisticsOf } from '../tensors/sum-up.js';
import { lookAtBatch } from './look-batch.js';

/** Enough calls, on enough values, for V8 to find the loops worth optimizing; a few hundredths of a second. */
const ROUNDS = 60;
const VALUES = 8_192;

export function warmUpLooks(): void {
  const values = Float32Array.from({ length: VALUES }, (_, index) => Math.sin(index));
  const pixels = values.map((value) => (value + 1) / 2);
  // 128 pixels are shrunk, as photographs are.
  const images = { shape: [1, 16, 128, 3], data: pixels.subarray(0, 16 * 128 * 3) };
  for (let round = 0; round < ROUNDS; round++) {
    statisticsOf(values);
    sumOfSquares(values);
    lookAtBatch({ size: 1, inputs: images, targets: undefined, predictions: undefined, areClasses: true });
  }
}
