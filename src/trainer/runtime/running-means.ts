/**
 * Means over the examples of an epoch, in single precision and in the order of operations of
 * TensorFlow.js's own loggers, so that they are equal to `model.fit`'s to the bit.
 */
import type { EpochSums } from './training-state.js';

const round = Math.fround;

export class RunningMeans {
  private examples: number;
  private totals: number[];

  constructor(from: EpochSums = { examples: 0, totals: [] }) {
    this.examples = from.examples;
    this.totals = [...from.totals];
  }

  add(values: readonly number[], examples: number): void {
    this.examples += examples;
    for (let index = 0; index < values.length; index++) {
      this.totals[index] = round((this.totals[index] ?? 0) + round(round(values[index]!) * examples));
    }
  }

  get sums(): EpochSums {
    return { examples: this.examples, totals: [...this.totals] };
  }

  /** As `fit` logs an epoch. */
  trainingMeans(): number[] {
    const factor = round(1 / this.examples);
    return this.totals.map((total) => round(factor * total));
  }

  /** As `evaluate` does. */
  evaluationMeans(): number[] {
    return this.totals.map((total) => round(total / this.examples));
  }
}
