import { expect, test } from 'vitest';
import { histogramOf, sumUp } from '../../../../src/trainer/tensors/sum-up.js';
import { sourceOfValues, type NumericValues } from '../../../../src/trainer/tensors/tensor-source.js';
import { floats, generator, integer, kinds, plainSum } from './random-tensors.js';

const sourceOf = (values: NumericValues) => sourceOfValues(values, [values.length]);

function expectNear(found: number, wanted: number, scale: number): void {
  if (Number.isNaN(wanted)) expect(found).toBeNaN();
  else expect(Math.abs(found - wanted)).toBeLessThanOrEqual(1e-9 * Math.max(scale, Math.abs(wanted)));
}

test('numbers are those of plain arithmetic, whatever the values', () => {
  const random = generator(1);
  for (const kind of kinds) {
    for (let round = 0; round < 25; round++) {
      const values = floats(random, integer(random, 1, 400), kind);
      const found = sumUp(sourceOf(values));
      const wanted = plainSum(values);
      const scale = Math.max(Math.abs(wanted.min), Math.abs(wanted.max));
      if (wanted.finite.length === 0) {
        expect(found).toMatchObject({ min: NaN, max: NaN, mean: NaN, spread: NaN, norm: NaN, zeros: 0, notFinite: 1 });
        continue;
      }
      expect(found).toMatchObject({ min: wanted.min + 0, max: wanted.max + 0, zeros: wanted.zeros });
      expect(found.notFinite).toBeCloseTo(wanted.notFinite, 12);
      expectNear(found.mean, wanted.mean, kind === 'huge' ? scale : 1);
      expectNear(found.spread, wanted.spread, kind === 'huge' ? scale : 1);
      expectNear(found.norm, wanted.norm, 1);
    }
  }
});

test('values of several pieces are summed up as one, and a stray value spoils no digit of the others', () => {
  const values = new Float32Array(2_500_001).fill(1);
  for (let index = 0; index < values.length; index += 2) values[index] = 3;
  expect(sumUp(sourceOf(values)).spread).toBeCloseTo(1, 9);
  values[2_000_000] = NaN;
  const found = sumUp(sourceOf(values));
  expect(found.mean).toBeCloseTo(2, 6);
  expect(found.notFinite).toBe(1 / 2_500_001);
  const stray = new Float32Array(3_000_000).fill(0.5);
  stray[0] = 1e6;
  const wanted = plainSum(stray);
  expect(sumUp(sourceOf(stray)).norm / wanted.norm).toBeCloseTo(1, 10);
  expect(sumUp(sourceOf(stray)).spread / wanted.spread).toBeCloseTo(1, 9);
});

test('integers, bytes and doubles', () => {
  expect(sumUp(sourceOf(Int32Array.of(-5, 0, 5, 2 ** 31 - 1)))).toMatchObject({
    min: -5,
    max: 2 ** 31 - 1,
    zeros: 0.25,
  });
  expect(sumUp(sourceOf(Uint8Array.of(1, 0, 1, 1)))).toMatchObject({ min: 0, max: 1, mean: 0.75 });
  expect(sumUp(sourceOf(Float64Array.of(1e-300, 2e-300)))).toMatchObject({ min: 1e-300, max: 2e-300 });
  expect(sumUp(sourceOf(new Float32Array(0)))).toMatchObject({ min: NaN, zeros: 0, notFinite: 0 });
});

test('a histogram counts every finite value once, in its bin', () => {
  const random = generator(2);
  for (const kind of kinds) {
    for (let round = 0; round < 20; round++) {
      const values = floats(random, integer(random, 1, 500), kind);
      const bins = integer(random, 1, 80);
      const sum = sumUp(sourceOf(values));
      const counts = histogramOf(sourceOf(values), sum, bins);
      const { finite } = plainSum(values);
      expect(counts).toHaveLength(bins);
      expect(counts.reduce((a, b) => a + b, 0)).toBe(finite.length);
      if (finite.length === 0) continue;
      const wanted = new Array<number>(bins).fill(0);
      const { min, max } = sum;
      for (const value of finite) {
        const bin = max > min ? Math.floor((value - min) * (bins / (max - min))) : bins >> 1;
        wanted[Math.min(bins - 1, bin)]!++;
      }
      expect(counts).toEqual(wanted);
    }
  }
});
