/** The loss of a step whose gradients the script takes itself: known by the gradients that are applied. Keeps no tensor alive. */
import * as tf from '@tensorflow/tfjs';
import type { NamedGradients } from './named-gradients.js';

export class StepLosses {
  private readonly byGradient = new WeakMap<tf.Tensor, number>();
  /** Of the step under way, or else of the last one. */
  private taken: number[] = [];
  private isOver = true;

  /** The value whose gradients were taken, where it is one number. */
  add(value: tf.Tensor, gradients: readonly (tf.Tensor | null)[]): void {
    if (value.size !== 1 || value.dtype === 'string') return;
    const loss = value.dataSync()[0]!;
    if (this.isOver) this.taken = [];
    this.isOver = false;
    this.taken.push(loss);
    for (const gradient of gradients) if (gradient) this.byGradient.set(gradient, loss);
  }

  /** Of gradients that are gathered from several losses, their mean. */
  of(applied: NamedGradients): number | undefined {
    const known = applied.find(({ tensor }) => this.byGradient.has(tensor));
    return known ? this.byGradient.get(known.tensor) : this.mean;
  }

  get mean(): number | undefined {
    const { taken } = this;
    return taken.length === 0 ? undefined : taken.reduce((sum, loss) => sum + loss, 0) / taken.length;
  }

  /** The step is over. */
  end(): void {
    this.isOver = true;
  }
}
