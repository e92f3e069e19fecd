/**
 * Histograms and norms of a tensor's values, about five thousandths of a microsecond a value. Knows typed
 * arrays only.
 */
import { areFinite, numberOfKey, quickCounts, quickExtremes, sumOfSquares } from '../../tensors/quick-passes.js';

/** More than TensorBoard's thirty: what is narrow beside an outlier still has a shape. */
const BINS = 64;

export interface Distribution {
  /** Triples of left edge, right edge and count, as TensorBoard's own `histogram` makes them; empty where no value is finite. */
  readonly bins: Float64Array;
  /** Euclidean; of all values, so that it shows those that are not finite. */
  readonly norm: number;
  readonly notFinite: number;
}

export function distributionOf(values: Float32Array, count = BINS): Distribution {
  if (values.length === 0) return { bins: new Float64Array(0), norm: 0, notFinite: 0 };
  const norm = normOf(values);
  const extremes = quickExtremes(values);
  if (areFinite(extremes)) {
    return { bins: binsOf(values, numberOfKey(extremes.least), numberOfKey(extremes.most), count), norm, notFinite: 0 };
  }
  const finite = values.filter((value) => Number.isFinite(value));
  return { bins: distributionOf(finite, count).bins, norm, notFinite: values.length - finite.length };
}

export function normOf(values: Float32Array): number {
  return Math.sqrt(sumOfSquares(values));
}

/** Euclidean norm of the difference of two tensors of one length. */
export function distanceOf(before: Float32Array, after: Float32Array): number {
  let [first, second] = [0, 0];
  const whole = after.length & ~1;
  for (let index = 0; index < whole; index += 2) {
    const one = after[index]! - before[index]!;
    const other = after[index + 1]! - before[index + 1]!;
    first += one * one;
    second += other * other;
  }
  if (whole < after.length) first += (after[whole]! - before[whole]!) ** 2;
  return Math.sqrt(first + second);
}

function binsOf(values: Float32Array, min: number, max: number, count: number): Float64Array {
  const bins = new Float64Array(count * 3);
  if (min === max) {
    for (let bin = 0; bin < count; bin++) bins[bin * 3] = bins[bin * 3 + 1] = min;
    bins[count * 3 - 1] = values.length;
    return bins;
  }
  // Four histograms, each with a place beyond its last bin for the largest value.
  const places = count + 1;
  const counts = new Uint32Array(4 * places);
  quickCounts(values, min, count / (max - min), count, counts);
  const width = (max - min) / count;
  const countAt = (place: number): number =>
    counts[place]! + counts[place + places]! + counts[place + 2 * places]! + counts[place + 3 * places]!;
  for (let bin = 0; bin < count; bin++) {
    const isLast = bin === count - 1;
    bins[bin * 3] = min + bin * width;
    bins[bin * 3 + 1] = isLast ? max : min + (bin + 1) * width;
    bins[bin * 3 + 2] = countAt(bin) + (isLast ? countAt(count) : 0);
  }
  return bins;
}
