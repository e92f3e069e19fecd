/**
 * A tensor in a few numbers, and how its values are spread between the extremes. Exact: every value is
 * looked at, in double precision. Knows typed arrays only.
 */
import type { TensorStatistics } from '../../shared/protocol/training.js';
import { areFinite, numberOfKey, quickCounts, quickSums } from './quick-passes.js';
import { forEachPiece, sourceOfValues, type NumericValues, type TensorSource } from './tensor-source.js';

export interface TensorSum {
  /** Not-finite values are left out of these five; NaN where there is no other. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Standard deviation over all values. */
  readonly spread: number;
  /** Euclidean. */
  readonly norm: number;
  /** Shares of all values, 0 to 1. */
  readonly zeros: number;
  readonly notFinite: number;
}

/** Likewise, as a look at a step shows them. */
export function statisticsOf(values: NumericValues): TensorStatistics {
  const { norm: _, ...statistics } = sumUpValues(values);
  return statistics;
}

/** Of values that are in JavaScript already. */
export function sumUpValues(values: NumericValues): TensorSum {
  return sumUp(sourceOfValues(values, [values.length]));
}

/** Of finite values. */
interface Moments {
  count: number;
  mean: number;
  /** Sum of squared distances from the mean. */
  scatter: number;
  min: number;
  max: number;
  zeros: number;
}

export function sumUp(source: TensorSource): TensorSum {
  const all: Moments = { count: 0, mean: 0, scatter: 0, min: Infinity, max: -Infinity, zeros: 0 };
  let seen = 0;
  // Distances are taken from what the values before were like: a small spread around a large mean stays exact.
  let origin: number | undefined;
  forEachPiece(source, (values) => {
    seen += values.length;
    origin ??= typicalOf(values);
    const piece = momentsOf(values, origin);
    if (piece.count === 0) return;
    merge(all, piece);
    origin = all.mean;
  });
  const { count, mean, scatter, min, max, zeros } = all;
  if (count === 0) {
    const [nothing, notFinite] = [NaN, seen === 0 ? 0 : 1];
    return { min: nothing, max: nothing, mean: nothing, spread: nothing, norm: nothing, zeros: 0, notFinite };
  }
  return {
    min,
    max,
    mean,
    spread: Math.sqrt(scatter / count),
    // No difference of large numbers in it.
    norm: Math.sqrt(scatter + count * mean * mean),
    zeros: zeros / seen,
    notFinite: (seen - count) / seen,
  };
}

/** Counts of `bins` equal bins from `min` to `max`, of finite values; where all are the same, they stand in the middle. */
export function histogramOf(
  source: TensorSource,
  { min, max, notFinite }: Pick<TensorSum, 'min' | 'max' | 'notFinite'>,
  bins: number,
): number[] {
  const counts = new Uint32Array((bins + 1) * 4);
  const scale = bins / (max - min);
  // Of one value alone, or of some that lie closer together than numbers of bins can tell apart.
  const flat = !(max > min) || !Number.isFinite(scale);
  let alike = 0;
  forEachPiece(source, (values) => {
    if (flat) alike += countFinite(values);
    else if (values instanceof Float32Array && notFinite === 0) quickCounts(values, min, scale, bins, counts);
    else carefulCounts(values, min, scale, counts);
  });
  const totals = new Array<number>(bins).fill(0);
  // What is counted beyond the last bin is the largest value itself.
  counts.forEach((count, index) => (totals[Math.min(bins - 1, index % (bins + 1))]! += count));
  totals[bins >> 1]! += alike;
  return totals;
}

function momentsOf(values: NumericValues, origin: number): Moments {
  if (values instanceof Float32Array) {
    const quick = quickSums(values, origin);
    if (areFinite(quick)) {
      const { sum, squares, nonZeros, least, most } = quick;
      const extremes = { min: numberOfKey(least), max: numberOfKey(most) };
      return moments({ count: values.length, sum, squares, zeros: values.length - nonZeros, ...extremes }, origin);
    }
  }
  let [count, sum, squares, zeros, min, max] = [0, 0, 0, 0, Infinity, -Infinity];
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value - value !== 0) continue;
    const distance = value - origin;
    count++;
    sum += distance;
    squares += distance * distance;
    if (value === 0) zeros++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  // Adding zero makes the zero that −0 is for a person.
  return moments({ count, sum, squares, zeros, min: min + 0, max: max + 0 }, origin);
}

interface Sums extends Pick<Moments, 'count' | 'zeros' | 'min' | 'max'> {
  /** Of distances from the origin. */
  readonly sum: number;
  readonly squares: number;
}

function moments({ count, sum, squares, zeros, min, max }: Sums, origin: number): Moments {
  const shift = count === 0 ? 0 : sum / count;
  return { count, mean: origin + shift, scatter: Math.max(0, squares - sum * shift), zeros, min, max };
}

/** By Chan, Golub and LeVeque, “Updating formulae and a pairwise algorithm for computing sample variances”, 1979. */
function merge(all: Moments, piece: Moments): void {
  const count = all.count + piece.count;
  const distance = piece.mean - all.mean;
  all.scatter += piece.scatter + (distance * distance * all.count * piece.count) / count;
  all.mean += (distance * piece.count) / count;
  all.count = count;
  all.zeros += piece.zeros;
  all.min = Math.min(all.min, piece.min);
  all.max = Math.max(all.max, piece.max);
}

const TYPICAL = 256;

/** Somewhere among the values; exact sums need no more. */
function typicalOf(values: NumericValues): number {
  let [sum, count] = [0, 0];
  for (let index = 0; index < values.length && count < TYPICAL; index++) {
    const value = values[index]!;
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

function carefulCounts(values: NumericValues, min: number, scale: number, counts: Uint32Array): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value - value === 0) counts[((value - min) * scale) | 0]!++;
  }
}

function countFinite(values: NumericValues): number {
  let count = 0;
  // What is not finite is no number apart from itself.
  for (let index = 0; index < values.length; index++) if (values[index]! - values[index]! === 0) count++;
  return count;
}
