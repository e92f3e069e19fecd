import { expect, test } from 'vitest';
import { extremesOf, findValue, type Sought } from '../../../../src/trainer/tensors/find-value.js';
import { sourceOfValues, type NumericValues } from '../../../../src/trainer/tensors/tensor-source.js';
import { floats, generator, integer, kinds } from './random-tensors.js';

const sourceOf = (values: NumericValues) => sourceOfValues(values, [values.length]);

/** One look at every value. */
function plainFind(values: ArrayLike<number>, sought: Sought, from: number, value?: number) {
  const all = Array.from(values);
  const finite = all.filter(Number.isFinite);
  const max = Math.max(...finite);
  const min = Math.min(...finite);
  const farthest = Math.max(...finite.map(Math.abs));
  const isHit = (one: number): boolean => {
    if (sought === 'notFinite') return !Number.isFinite(one);
    if (sought === 'zero') return one === 0;
    if (sought === 'value') return one === Math.fround(value!);
    if (finite.length === 0) return false;
    if (sought === 'max') return one === max;
    if (sought === 'min') return one === min;
    return Math.abs(one) === farthest;
  };
  const places = all.flatMap((one, index) => (isHit(one) ? [index] : []));
  const index = places.find((place) => place > from) ?? places[0];
  return index === undefined ? { count: 0 } : { index, value: all[index], count: places.length };
}

test('the next one after a place, round the end, and how many there are', () => {
  const random = generator(3);
  for (const kind of kinds) {
    for (let round = 0; round < 40; round++) {
      const values = floats(random, integer(random, 1, 60), kind);
      const from = integer(random, -1, values.length);
      const value = values[integer(random, 0, values.length - 1)]!;
      for (const sought of ['max', 'min', 'largest', 'notFinite', 'zero'] as const) {
        expect(findValue(sourceOf(values), sought, from), `${sought} of ${kind} after ${from}`).toEqual(
          plainFind(values, sought, from),
        );
      }
      if (Number.isNaN(value)) continue;
      expect(findValue(sourceOf(values), 'value', from, value)).toEqual(plainFind(values, 'value', from, value));
    }
  }
});

test('in other pieces than the first, and from there on again from the start', () => {
  const values = new Float32Array(3_000_000);
  values[2_500_000] = NaN;
  values[1_100_000] = -Infinity;
  const find = (from: number) => findValue(sourceOf(values), 'notFinite', from).index;
  expect([find(-1), find(1_100_000), find(2_500_000)]).toEqual([1_100_000, 2_500_000, 1_100_000]);
  values[2_900_000] = -7;
  values[5] = 7;
  expect(findValue(sourceOf(values), 'largest', 5)).toEqual({ index: 2_900_000, value: -7, count: 2 });
  expect(findValue(sourceOf(values), 'min', -1)).toEqual({ index: 2_900_000, value: -7, count: 1 });
});

test('a value is found as single precision has it; infinity too; NaN and nothing are refused in words', () => {
  const values = Float32Array.of(0.1, Infinity, NaN, 0.1);
  expect(findValue(sourceOf(values), 'value', 0, 0.1)).toEqual({ index: 3, value: Math.fround(0.1), count: 2 });
  expect(findValue(sourceOf(values), 'value', -1, Infinity)).toEqual({ index: 1, value: Infinity, count: 1 });
  expect(findValue(sourceOf(values), 'value', -1, 5)).toEqual({ count: 0 });
  expect(() => findValue(sourceOf(values), 'value', -1, NaN)).toThrow(/look for what is not finite/);
  expect(() => findValue(sourceOf(values), 'value', -1)).toThrow(/which value/);
});

test('integers and bytes', () => {
  expect(findValue(sourceOf(Int32Array.of(3, -9, 0)), 'largest', -1)).toEqual({ index: 1, value: -9, count: 1 });
  expect(findValue(sourceOf(Uint8Array.of(0, 1, 1)), 'max', 1)).toEqual({ index: 2, value: 1, count: 2 });
  expect(findValue(sourceOf(Int32Array.of(1)), 'notFinite', -1)).toEqual({ count: 0 });
  expect(findValue(sourceOf(new Float32Array(0)), 'max', -1)).toEqual({ count: 0 });
  expect(extremesOf(sourceOf(Float32Array.of(NaN)))).toEqual({ min: Infinity, max: -Infinity });
});
