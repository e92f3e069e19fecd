/**
 * Makes the first look at a large tensor as quick as the later ones: V8 goes on interpreting what it has
 * not optimized yet while it stands in its debugger, where all looks are taken.
 */
import { findValue } from './find-value.js';
import { picturesOf } from './pictures.js';
import { histogramOf, sumUp } from './sum-up.js';
import { sourceOfValues } from './tensor-source.js';

/** Enough calls, on enough values, for V8 to find the loops worth optimizing. */
const ROUNDS = 40;
const SHAPE = [1, 16, 16, 32];

/** A few hundredths of a second. */
export function warmUpTensorLooks(): void {
  const values = Float32Array.from({ length: 8_192 }, (_, index) => Math.sin(index));
  const source = sourceOfValues(values, SHAPE);
  const wish = { view: 'featureMaps', example: 0, first: 0, count: 8, scale: 'all' } as const;
  for (let round = 0; round < ROUNDS; round++) {
    histogramOf(source, sumUp(source), 64);
    picturesOf(source, { ...wish, maxSide: 256 });
    picturesOf(source, { ...wish, maxSide: 8 });
    findValue(source, 'max', -1);
    findValue(source, 'notFinite', -1);
  }
}
