/**
 * Summaries of a step's tensors, as breakpoints on data and rules ask for them. Wished for before a step,
 * so that a compiled step computes them in its graph. Knows no breakpoints.
 */
import type { SummaryNumber } from '../../shared/protocol/training.js';
import { sumUpValues } from '../tensors/sum-up.js';
import type { TensorData } from './training-state.js';

export interface SummaryWish {
  readonly of: 'activation' | 'gradient' | 'weight';
  /** Label of a layer (`dense_1`); of a weight (`dense_1/kernel`) for weights and their gradients. */
  readonly name: string;
  /**
   * Those that are needed, all where none are named; the others of the answer may be NaN. Each takes a
   * pass over the tensor or two, which is much of a large activation: `notFinite` alone is the cheapest.
   */
  readonly numbers?: readonly SummaryNumber[];
}

/** The same for wishes for the same tensor. */
export function summaryKey({ of, name }: Pick<SummaryWish, 'of' | 'name'>): string {
  return `${of} ${name}`;
}

/** Not-finite values are left out of all but `size`, `notFinite` and the shares. */
export interface TensorSummary {
  readonly size: number;
  /** Euclidean. */
  readonly norm: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Standard deviation over all values. */
  readonly spread: number;
  /** Shares of all values, 0 to 1. */
  readonly zeros: number;
  readonly notFinite: number;
}

export function summarize(values: TensorData): TensorSummary {
  return { size: values.length, ...sumUpValues(values) };
}
