/**
 * Finds the learning rate among a step's constants, so that the graph can be fed it. The step is recorded
 * with one rate and repeated with another: what is then proportional to the rate follows from it.
 */
import type * as tf from '@tensorflow/tfjs';
import { DataType } from '../../../shared/generated/tensorflow/core/framework/types_pb.js';
import { sizeOf } from './native.js';
import { learningRateOf } from '../optimizer-state.js';
import { Refusal } from './refusal.js';
import type { Difference } from './repetition.js';
import type { Trace } from './trace.js';

/** Constant's number → what the learning rate is multiplied by in it. */
export type RateFactors = ReadonlyMap<number, number>;

export interface TrialRates {
  /** Near the one in use, so that the recorded step is a usual one, but not a number that turns up otherwise. */
  readonly recorded: number;
  readonly repeated: number;
}

export function trialRates(optimizer: tf.Optimizer): TrialRates | undefined {
  const rate = learningRateOf(optimizer);
  if (rate === undefined) return undefined;
  const usual = Number.isFinite(rate) && rate !== 0 ? rate : 1e-3;
  return { recorded: Math.fround(usual * (1 + 7e-6)), repeated: Math.fround(usual * 1.7321) };
}

/** As a schedule sets it; any number, unlike a person's own change. */
export function putLearningRate(optimizer: tf.Optimizer, rate: number): void {
  const own = optimizer as unknown as { setLearningRate?: (rate: number) => void; learningRate: number };
  // SGD and Momentum keep it in a constant tensor as well, which only their own setter renews.
  if (typeof own.setLearningRate === 'function') own.setLearningRate(rate);
  else own.learningRate = rate;
}

/** float32 leaves 24 bits of each of the two. */
const NEARLY = 4e-7;

/**
 * @param differences constants of the repetition that are not as recorded
 * @throws Refusal where one of them is not the learning rate times a factor
 */
export function rateFactors(
  trace: Trace,
  differences: ReadonlyMap<number, Difference>,
  rates: TrialRates | undefined,
): RateFactors {
  const factors = new Map<number, number>();
  for (const [index, { values, at }] of differences) {
    const recorded = trace.constants[index]!;
    const factor =
      rates && recorded.dtype === DataType.DT_FLOAT && sizeOf(recorded.shape) === 1
        ? factorOf(recorded.values[0]!, values[0]!, rates)
        : undefined;
    if (factor === undefined) {
      throw new Refusal('the step computes with a number that follows from the learning rate in its own way', at);
    }
    factors.set(index, factor);
  }
  return factors;
}

function factorOf(recorded: number, repeated: number, rates: TrialRates): number | undefined {
  const factor = recorded / rates.recorded;
  const expected = factor * rates.repeated;
  if (!(Math.abs(repeated - expected) <= NEARLY * Math.abs(expected))) return undefined;
  // ±1 exactly where it is the rate itself, whatever rounding did.
  return Math.abs(Math.abs(factor) - 1) < NEARLY ? Math.sign(factor) : factor;
}
