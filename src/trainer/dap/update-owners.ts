/**
 * Which layer an op of the optimizer's update belongs to: the one whose weight, gradient or slot it reads,
 * directly or by way of earlier ops of the update. Knows no breakpoints.
 */
import * as tf from '@tensorflow/tfjs';
import type { LabelledWeight } from '../runtime/layer-labels.js';
import { slotsOf } from '../runtime/optimizer-state.js';

export class UpdateOwners {
  /** Of the op under way. */
  layer: string | undefined;
  private readonly owners = new Map<number, string>();

  constructor(weights: readonly LabelledWeight[], optimizer: tf.Optimizer, gradients: ReadonlyMap<string, tf.Tensor>) {
    const byVariable = new Map<string, string>();
    for (const { variable, layer } of weights) {
      byVariable.set(variable.name, layer);
      this.owners.set(variable.id, layer);
      const gradient = gradients.get(variable.name);
      if (gradient) this.owners.set(gradient.id, layer);
    }
    for (const { owner, variable } of slotsOf(optimizer)) {
      const layer = owner === undefined ? undefined : byVariable.get(owner);
      if (layer !== undefined) this.owners.set(variable.id, layer);
    }
  }

  enter(inputs: Readonly<Record<string, unknown>>): void {
    this.layer = undefined;
    for (const input of Object.values(inputs)) {
      if (input instanceof tf.Tensor) this.layer ??= this.owners.get(input.id);
    }
  }

  leave(result: unknown): void {
    if (this.layer !== undefined && result instanceof tf.Tensor) this.owners.set(result.id, this.layer);
  }
}
