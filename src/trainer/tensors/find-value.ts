/**
 * Finds values in a tensor: extremes, what is not finite, zeros, a given number; the next one after a
 * place, round the end, and how many there are. Knows typed arrays only.
 */
import { areFinite, numberOfKey, quickExtremes, quickMatches, quickNotFinite } from './quick-passes.js';
import { forEachPiece, type NumericValues, type TensorSource } from './tensor-source.js';

export type Sought = 'max' | 'min' | 'largest' | 'notFinite' | 'zero' | 'value';

export interface Found {
  /** Flat; none where there is no such value. */
  readonly index?: number;
  readonly value?: number;
  /** Of all such values. */
  readonly count: number;
}

/**
 * The extremes are of finite values; `largest` is the one farthest from zero. A `value` is found as the
 * tensor can hold it: 0.1 in single precision.
 * @param from the flat index that it comes after; −1 for the first of all
 * @param known the extremes, where they are: that saves a pass
 * @throws Error in words where a value is wanted and none is given
 */
export function findValue(source: TensorSource, sought: Sought, from: number, value?: number, known?: Extremes): Found {
  const test = testFor(source, sought, value, known);
  if (!test) return { count: 0 };
  let [first, next, count]: [number | undefined, number | undefined, number] = [undefined, undefined, 0];
  forEachPiece(source, (values, at) => {
    const found = test(values, next === undefined ? from + 1 - at : Infinity);
    if (found.count === 0) return;
    count += found.count;
    first ??= at + found.first;
    if (next === undefined && found.next >= 0) next = at + found.next;
  });
  const index = next ?? first;
  return index === undefined ? { count } : { index, value: source.range(index, 1)[0], count };
}

/** In one piece: how many there are, the first, and the first from an index on; −1 where there is none. */
interface Hits {
  readonly count: number;
  readonly first: number;
  readonly next: number;
}
type Test = (values: NumericValues, from: number) => Hits;

const none: Hits = { count: 0, first: -1, next: -1 };

function testFor(
  source: TensorSource,
  sought: Sought,
  value: number | undefined,
  known: Extremes | undefined,
): Test | undefined {
  switch (sought) {
    case 'notFinite':
      return notFiniteAmong;
    case 'zero':
      return (values, from) => equalAmong(values, 0, from);
    case 'value':
      if (value === undefined) throw new Error('Say which value is to be found.');
      if (Number.isNaN(value)) throw new Error('NaN equals nothing: look for what is not finite.');
      return (values, from) => equalAmong(values, values instanceof Float32Array ? Math.fround(value) : value, from);
    default: {
      const { min, max } = known ?? extremesOf(source);
      if (!(min <= max)) return undefined;
      const wanted = sought === 'min' || (sought === 'largest' && -min > max) ? min : max;
      if (sought !== 'largest' || min === max || -min !== max)
        return (values, from) => equalAmong(values, wanted, from);
      return (values, from) => together(equalAmong(values, min, from), equalAmong(values, max, from));
    }
  }
}

export interface Extremes {
  readonly min: number;
  readonly max: number;
}

/** Of finite values; from infinity to minus infinity where there are none. */
export function extremesOf(source: TensorSource, from = 0, to = source.size): Extremes {
  let [min, max] = [Infinity, -Infinity];
  const tell = (values: NumericValues): void => {
    const piece = extremesAmong(values);
    min = Math.min(min, piece.min);
    max = Math.max(max, piece.max);
  };
  forEachPiece(source, tell, from, to);
  return { min, max };
}

/** The same of values at hand. */
export function extremesAmong(values: NumericValues): Extremes {
  if (values instanceof Float32Array && values.length > 0) {
    const quick = quickExtremes(values);
    if (areFinite(quick)) return { min: numberOfKey(quick.least), max: numberOfKey(quick.most) };
  }
  let [min, max] = [Infinity, -Infinity];
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value - value !== 0) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min: min + 0, max: max + 0 };
}

function equalAmong(values: NumericValues, wanted: number, from: number): Hits {
  const count = values instanceof Float32Array ? quickMatches(values, wanted) : countEqual(values, wanted);
  if (count === 0) return none;
  const first = values.indexOf(wanted);
  return { count, first, next: from <= first ? first : values.indexOf(wanted, beginning(values, from)) };
}

function countEqual(values: NumericValues, wanted: number): number {
  let count = 0;
  for (let index = 0; index < values.length; index++) if (values[index] === wanted) count++;
  return count;
}

function notFiniteAmong(values: NumericValues, from: number): Hits {
  // Integers are finite.
  if (values instanceof Int32Array || values instanceof Uint8Array) return none;
  const count = values instanceof Float32Array ? quickNotFinite(values) : countNotFinite(values);
  if (count === 0) return none;
  const first = notFiniteFrom(values, 0);
  return { count, first, next: from <= first ? first : notFiniteFrom(values, beginning(values, from)) };
}

function countNotFinite(values: NumericValues): number {
  let count = 0;
  for (let index = 0; index < values.length; index++) if (!Number.isFinite(values[index])) count++;
  return count;
}

function notFiniteFrom(values: NumericValues, from: number): number {
  for (let index = from; index < values.length; index++) if (!Number.isFinite(values[index])) return index;
  return -1;
}

function together(one: Hits, other: Hits): Hits {
  const earlier = (a: number, b: number): number => (a < 0 ? b : b < 0 ? a : Math.min(a, b));
  return {
    count: one.count + other.count,
    first: earlier(one.first, other.first),
    next: earlier(one.next, other.next),
  };
}

/** `indexOf` counts what is below zero from the end, and infinity is the end. */
function beginning(values: NumericValues, from: number): number {
  return Math.min(values.length, Math.max(0, from));
}
