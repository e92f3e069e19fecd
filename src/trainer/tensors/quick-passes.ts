/**
 * The loops that go over all values of a large single-precision tensor, about two thousandths of a
 * microsecond a value. Each is one tight loop without a branch that data decides, for a mispredicted one
 * costs more than all the arithmetic. They take finite values alone and say where there are others.
 */

interface QuickSums {
  /** Of the values' distances from the origin. */
  sum: number;
  squares: number;
  nonZeros: number;
  /** Among the values' bits, turned over: see `numberOfKey`. */
  least: number;
  most: number;
}

/** As large as a piece of values can be, so that the count of zeros stays a small integer. */
export function quickSums(values: Float32Array, origin: number): QuickSums {
  const bits = bitsOf(values);
  let sum = 0;
  let otherSum = 0;
  let squares = 0;
  let otherSquares = 0;
  let nonZeros = 0;
  let least = 0x7fffffff;
  let most = -0x80000000;
  // Two at a time: one sum would wait for itself.
  const even = values.length & ~1;
  for (let index = 0; index < even; index += 2) {
    const distance = values[index]! - origin;
    const other = values[index + 1]! - origin;
    sum += distance;
    otherSum += other;
    squares += distance * distance;
    otherSquares += other * other;
    const bit = bits[index]!;
    const otherBit = bits[index + 1]!;
    // Without the sign, zero alone stays zero when it is negated.
    const unsigned = bit << 1;
    const otherUnsigned = otherBit << 1;
    nonZeros = (nonZeros + ((unsigned | -unsigned) >>> 31) + ((otherUnsigned | -otherUnsigned) >>> 31)) | 0;
    // As integers, bits are ordered as the numbers are once those of negative ones are turned over.
    const key = bit ^ ((bit >> 31) & 0x7fffffff);
    const otherKey = otherBit ^ ((otherBit >> 31) & 0x7fffffff);
    if (key < least) least = key;
    if (key > most) most = key;
    if (otherKey < least) least = otherKey;
    if (otherKey > most) most = otherKey;
  }
  if (even < values.length) {
    const distance = values[even]! - origin;
    sum += distance;
    squares += distance * distance;
    const bit = bits[even]!;
    if (bit << 1 !== 0) nonZeros++;
    const key = bit ^ ((bit >> 31) & 0x7fffffff);
    if (key < least) least = key;
    if (key > most) most = key;
  }
  return { sum: sum + otherSum, squares: squares + otherSquares, nonZeros, least, most };
}

/** Σ x² in double precision, which does not overflow before the values do: finite if and only if all of them are. */
export function sumOfSquares(values: Float32Array | Int32Array | Uint8Array): number {
  // Four at a time: one sum would wait for itself.
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const whole = values.length & ~3;
  for (let index = 0; index < whole; index += 4) {
    first += values[index]! * values[index]!;
    second += values[index + 1]! * values[index + 1]!;
    third += values[index + 2]! * values[index + 2]!;
    fourth += values[index + 3]! * values[index + 3]!;
  }
  for (let index = whole; index < values.length; index++) first += values[index]! * values[index]!;
  return first + second + third + fourth;
}

/** Smallest and largest key; NaN and infinities are beyond the keys of all numbers. */
export function quickExtremes(values: Float32Array): Pick<QuickSums, 'least' | 'most'> {
  const bits = bitsOf(values);
  let least = 0x7fffffff;
  let most = -0x80000000;
  for (let index = 0; index < bits.length; index++) {
    const bit = bits[index]!;
    const key = bit ^ ((bit >> 31) & 0x7fffffff);
    if (key < least) least = key;
    if (key > most) most = key;
  }
  return { least, most };
}

/** Whether all values between two keys are numbers. */
export function areFinite({ least, most }: Pick<QuickSums, 'least' | 'most'>): boolean {
  return least > INFINITE_LEAST && most < INFINITE_MOST;
}
const INFINITE_MOST = 0x7f800000;
const INFINITE_LEAST = 0x7f800000 ^ -1;

export function numberOfKey(key: number): number {
  const bits = key ^ ((key >> 31) & 0x7fffffff);
  // Adding zero makes the zero that −0 is for a person.
  return new Float32Array(Int32Array.of(bits).buffer)[0]! + 0;
}

/**
 * Counts finite values by equal bins. `counts` are four histograms one after the other, of `bins + 1` each: equal
 * values next to each other would wait for one counter, and the largest value falls beyond the last bin.
 */
export function quickCounts(values: Float32Array, min: number, scale: number, bins: number, counts: Uint32Array): void {
  const width = bins + 1;
  const whole = values.length & ~3;
  const third = width * 2;
  const fourth = width * 3;
  for (let index = 0; index < whole; index += 4) {
    counts[((values[index]! - min) * scale) | 0]!++;
    counts[(((values[index + 1]! - min) * scale) | 0) + width]!++;
    counts[(((values[index + 2]! - min) * scale) | 0) + third]!++;
    counts[(((values[index + 3]! - min) * scale) | 0) + fourth]!++;
  }
  for (let index = whole; index < values.length; index++) counts[((values[index]! - min) * scale) | 0]!++;
}

/** How many values equal a number that single precision can hold; 0 is −0, too. */
export function quickMatches(values: Float32Array, wanted: number): number {
  const bits = bitsOf(values);
  const [pattern] = bitsOf(Float32Array.of(wanted));
  const shift = wanted === 0 ? 1 : 0;
  let others = 0;
  for (let index = 0; index < bits.length; index++) {
    const difference = (bits[index]! ^ pattern!) << shift;
    others = (others + ((difference | -difference) >>> 31)) | 0;
  }
  return values.length - others;
}

/** How many values are NaN or infinite: those with all bits of the exponent. */
export function quickNotFinite(values: Float32Array): number {
  const bits = bitsOf(values);
  let count = 0;
  for (let index = 0; index < bits.length; index++) {
    // 255 of the exponent's eight bits, and one more.
    count = (count + ((((bits[index]! >>> 23) & 0xff) + 1) >>> 8)) | 0;
  }
  return count;
}

function bitsOf(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}
