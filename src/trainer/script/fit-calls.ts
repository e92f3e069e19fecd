/** The calls of `fit` and `fitDataset` that a script has under way: one within another's callback, or several side by side. */
import type * as tf from '@tensorflow/tfjs';
import type { FitPlan } from './follow-tensorflow.js';

export interface FitCall {
  readonly model: tf.LayersModel;
  /** From its first step on. */
  plan: FitPlan | undefined;
  /** Steps done of its epoch. */
  stepInEpoch: number;
  epochBegan: number;
}

export class FitCalls {
  private readonly calls = new Set<FitCall>();

  get count(): number {
    return this.calls.size;
  }

  add(model: tf.LayersModel): FitCall {
    const call: FitCall = { model, plan: undefined, stepInEpoch: 0, epochBegan: performance.now() };
    this.calls.add(call);
    return call;
  }

  remove(call: FitCall): void {
    this.calls.delete(call);
  }

  /** The one that trains this model: TensorFlow.js allows no second. */
  of(model: tf.LayersModel): FitCall | undefined {
    for (const call of this.calls) if (call.model === model && call.plan) return call;
    return undefined;
  }

  /** What the latest of them says of itself. */
  get plan(): FitPlan | undefined {
    return [...this.calls].findLast(({ plan }) => plan)?.plan;
  }
}
