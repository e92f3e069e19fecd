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
  /** Of the optimizer's variables and the model's, which stay the same over the steps. */
  private readonly ofVariables = new Map<number, string | undefined>();
  /** Of what this update is made of. */
  private readonly ofTensors = new Map<number, string>();
  private readonly byName: ReadonlyMap<string, string>;

  constructor(
    weights: readonly LabelledWeight[],
    /** None where the update is made by hand. */
    private readonly optimizer: tf.Optimizer | undefined,
  ) {
    this.byName = new Map(weights.map(({ variable, layer }) => [variable.name, layer]));
    for (const { variable, layer } of weights) this.ofVariables.set(variable.id, layer);
  }

  /** An update begins, of the weights of these variables. */
  begin(gradients: ReadonlyMap<string, tf.Tensor>): void {
    this.layer = undefined;
    this.ofTensors.clear();
    for (const [variable, { id }] of gradients) {
      const layer = this.byName.get(variable);
      if (layer !== undefined) this.ofTensors.set(id, layer);
    }
  }

  enter(inputs: Readonly<Record<string, unknown>>): void {
    this.layer = undefined;
    for (const name in inputs) {
      const input = inputs[name];
      if (this.layer === undefined && input instanceof tf.Tensor) this.layer = this.ownerOf(input);
    }
  }

  leave(result: unknown): void {
    if (this.layer !== undefined && result instanceof tf.Tensor) this.ofTensors.set(result.id, this.layer);
  }

  private ownerOf(tensor: tf.Tensor): string | undefined {
    if (!(tensor instanceof tf.Variable)) return this.ofTensors.get(tensor.id);
    if (!this.ofVariables.has(tensor.id)) this.learnSlots(tensor);
    return this.ofVariables.get(tensor.id);
  }

  /** Slots are made in the first update. */
  private learnSlots(unknown: tf.Variable): void {
    this.ofVariables.set(unknown.id, undefined);
    if (!this.optimizer) return;
    for (const { owner, variable } of slotsOf(this.optimizer)) {
      this.ofVariables.set(variable.id, owner === undefined ? undefined : this.byName.get(owner));
    }
  }
}
