/** Statistics of a tensor's values in one pass over them. Knows typed arrays only. */
import type { TensorStatistics } from '../../shared/protocol/training.js';
import type { TensorData } from './training-state.js';

/** NaN for minimum, maximum, mean and spread where no value is finite. */
export function statisticsOf(values: TensorData): TensorStatistics {
  let min = Infinity;
  let max = -Infinity;
  let zeros = 0;
  let finite = 0;
  let sum = 0;
  let squares = 0;
  // Sums are taken around the first finite value, so that a small spread around a large mean is not lost.
  let origin: number | undefined;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value === 0) zeros++;
    // NaN and ±Infinity are the values whose difference from themselves is not zero.
    if (value - value !== 0) continue;
    origin ??= value;
    const distance = value - origin;
    finite++;
    sum += distance;
    squares += distance * distance;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const count = values.length;
  if (finite === 0)
    return { min: NaN, max: NaN, mean: NaN, spread: NaN, zeros: share(zeros, count), notFinite: share(count, count) };
  const mean = sum / finite;
  return {
    min,
    max,
    mean: origin! + mean,
    spread: Math.sqrt(Math.max(0, squares / finite - mean * mean)),
    zeros: share(zeros, count),
    notFinite: share(count - finite, count),
  };
}

/** In double precision, so that it does not overflow before the values do. */
export function sumOfSquares(values: TensorData): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]! * values[index]!;
  return sum;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
