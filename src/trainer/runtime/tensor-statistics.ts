/** Statistics of a tensor's values in one pass over them. Knows typed arrays only. */
import type { TensorStatistics } from '../../shared/protocol/training.js';
import type { TensorData } from './training-state.js';

interface Sums {
  readonly min: number;
  readonly max: number;
  readonly zeros: number;
  readonly notFinite: number;
  /** Of finite values' distances from the origin. */
  readonly sum: number;
  readonly squares: number;
}

/** NaN for minimum, maximum, mean and spread where no value is finite. */
export function statisticsOf(values: TensorData): TensorStatistics {
  const count = values.length;
  // Sums are taken around the first finite value, so that a small spread around a large mean is not lost.
  const origin = values.find((value) => Number.isFinite(value));
  if (origin === undefined) {
    return { min: NaN, max: NaN, mean: NaN, spread: NaN, zeros: 0, notFinite: count === 0 ? 0 : 1 };
  }
  const sums = (values instanceof Float32Array && quickSums(values, origin)) || carefulSums(values, origin);
  const finite = count - sums.notFinite;
  const mean = sums.sum / finite;
  return {
    min: sums.min,
    max: sums.max,
    mean: origin + mean,
    spread: Math.sqrt(Math.max(0, sums.squares / finite - mean * mean)),
    zeros: sums.zeros / count,
    notFinite: sums.notFinite / count,
  };
}

/**
 * Three times as quick, where all values are finite; a look goes over tens of millions. Two tight
 * loops: sums, then extremes among the bits, whose order as integers is that of the numbers once
 * those of negative ones are turned over.
 */
function quickSums(values: Float32Array, origin: number): Sums | undefined {
  let sum = 0;
  let squares = 0;
  let zeros = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    const distance = value - origin;
    sum += distance;
    squares += distance * distance;
    if (value === 0) zeros++;
  }
  // In double precision the squares of finite single-precision numbers do not overflow.
  if (!Number.isFinite(squares)) return undefined;

  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let least = 0x7fffffff;
  let most = -0x80000000;
  for (let index = 0; index < bits.length; index++) {
    const key = turnedOver(bits[index]!);
    if (key < least) least = key;
    if (key > most) most = key;
  }
  return {
    min: numberOfBits(turnedOver(least)),
    max: numberOfBits(turnedOver(most)),
    zeros,
    notFinite: 0,
    sum,
    squares,
  };
}

/** Its own inverse. */
function turnedOver(bits: number): number {
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

function numberOfBits(bits: number): number {
  // Adding zero makes the zero that −0 is for a person.
  return new Float32Array(Int32Array.of(bits).buffer)[0]! + 0;
}

function carefulSums(values: TensorData, origin: number): Sums {
  let [min, max, zeros, notFinite, sum, squares] = [origin, origin, 0, 0, 0, 0];
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!Number.isFinite(value)) {
      notFinite++;
      continue;
    }
    const distance = value - origin;
    sum += distance;
    squares += distance * distance;
    if (value < min) min = value;
    if (value > max) max = value;
    if (value === 0) zeros++;
  }
  return { min, max, zeros, notFinite, sum, squares };
}

/** In double precision, so that it does not overflow before the values do. */
export function sumOfSquares(values: TensorData): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]! * values[index]!;
  return sum;
}
