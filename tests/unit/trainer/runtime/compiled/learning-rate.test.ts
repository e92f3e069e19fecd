/** Which of a step's constants follow from the learning rate. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { DataType } from '../../../../../src/shared/generated/tensorflow/core/framework/types_pb.js';
import { putLearningRate, rateFactors, trialRates } from '../../../../../src/trainer/runtime/compiled/learning-rate.js';
import { Refusal } from '../../../../../src/trainer/runtime/compiled/refusal.js';
import type { Trace } from '../../../../../src/trainer/runtime/compiled/trace.js';

const optimizer = tf.train.adam(0.003);
const rates = trialRates(optimizer)!;

/** The factor that is found where a step has `of(rate)` among its constants. */
function factorOf(of: (rate: number) => number, shape: number[] = []): number | undefined {
  const constant = (rate: number) => Float32Array.of(of(rate));
  const trace = {
    constants: [{ dtype: DataType.DT_FLOAT, shape, values: constant(rates.recorded) }],
  } as unknown as Trace;
  return rateFactors(trace, new Map([[0, { values: constant(rates.repeated), at: undefined }]]), rates).get(0);
}

describe('the learning rate among constants', () => {
  it('is tried near the one in use, and at another', () => {
    expect(rates.recorded / 0.003).toBeCloseTo(1, 4);
    expect(rates.recorded).not.toBe(Math.fround(0.003));
    expect(rates.repeated / rates.recorded).toBeGreaterThan(1.5);
    // A warm-up may begin with none.
    expect(trialRates(tf.train.sgd(0))!.recorded).toBeGreaterThan(0);
  });

  it('is itself, its negative, or a multiple', () => {
    expect(factorOf((rate) => rate)).toBe(1);
    expect(factorOf((rate) => -rate)).toBe(-1);
    expect(factorOf((rate) => -rate, [1])).toBe(-1);
    expect(factorOf((rate) => rate * 0.01)).toBeCloseTo(0.01, 7);
    expect(factorOf((rate) => rate / 0.1)).toBeCloseTo(10, 4);
  });

  it.each([
    ['its square', (rate: number) => rate ** 2],
    ['its root', (rate: number) => Math.sqrt(rate)],
    ['a sum with it', (rate: number) => rate + 1],
    ['its reciprocal', (rate: number) => 1 / rate],
    ['no number', () => NaN],
  ])('is not %s', (_, of) => {
    expect(() => factorOf(of)).toThrow(Refusal);
  });

  it('can be put to any number, for optimizers that keep it in a tensor too', () => {
    const sgd = tf.train.sgd(0.1);
    putLearningRate(sgd, 0);
    expect((sgd as unknown as { c: tf.Tensor }).c.dataSync()[0]).toBeCloseTo(0);
    putLearningRate(optimizer, 0.5);
    expect((optimizer as unknown as { learningRate: number }).learningRate).toBe(0.5);
  });
});
