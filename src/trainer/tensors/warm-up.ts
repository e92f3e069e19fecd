/**
 * Makes the first look at a large tensor as quick as the later ones: while V8 stands in its debugger, where
 * all looks are taken, it interprets what it has not optimized before, about forty times slower. So every
 * loop is run beforehand with all kinds of values that it may meet: an unknown kind would send it back.
 */
import { findValue, type Sought } from './find-value.js';
import { numberWindow } from './number-window.js';
import { picturesOf, type PictureWish } from './pictures.js';
import { histogramOf, sumUp } from './sum-up.js';
import { sourceOfValues, type NumericValues } from './tensor-source.js';

/** Measured: with a quarter of them, rarer loops stay slow; V8's own threads may be late when the machine is busy. */
const ROUNDS = 48;
const SHAPE = [2, 16, 16, 8];
const VALUES = 4_096;

/** A tenth of a second the first time, much less when everything is still quick. */
export function warmUpTensorLooks(): void {
  const smooth = Float32Array.from({ length: VALUES }, (_, index) => Math.sin(index));
  const spoiled = smooth.map((value, index) => (index % 64 === 0 ? NaN : value));
  const others: NumericValues[] = [
    spoiled,
    Int32Array.from(smooth, toByte),
    Uint8Array.from(smooth, toByte),
    Float64Array.from(smooth),
  ];
  for (let round = 0; round < ROUNDS; round++) {
    lookAt(smooth);
    // Rarer, and seldom large.
    if (round % 4 === 0) others.forEach(lookAt);
  }
}

const toByte = (value: number): number => (value + 1) * 100;

const sorts: readonly Sought[] = ['max', 'notFinite', 'zero'];

function lookAt(values: NumericValues): void {
  const source = sourceOfValues(values, SHAPE);
  histogramOf(source, sumUp(source), 64);
  for (const sought of sorts) findValue(source, sought, -1);
  const maps: PictureWish = { view: 'featureMaps', example: 0, first: 0, count: 8, maxSide: 256, scale: 'all' };
  picturesOf(source, maps);
  picturesOf(source, { ...maps, maxSide: 8, scale: 'each' });
  picturesOf(source, { ...maps, view: 'matrix', count: 2, maxSide: 4 });
  numberWindow(source, { row: 0, rows: 64, column: 0, columns: 4 });
}
