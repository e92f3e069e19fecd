/**
 * When a forward pass is over and the loss begins: when the model has given all of its outputs. Between
 * layers run masks and the person's own ops, which are of neither. Where a step of the person's own never
 * takes all outputs, its last layer is known from the step before. Knows no ops.
 */
import type * as tf from '@tensorflow/tfjs';
import { trainable } from '../runtime/tfjs-internals.js';

export class ForwardPass {
  /** Of each model, the layers that give its outputs. */
  private readonly models: { readonly outputs: ReadonlySet<tf.layers.Layer>; readonly given: Set<tf.layers.Layer> }[] =
    [];
  private readonly known = new WeakSet<tf.LayersModel>();
  private calls = 0;
  private callsBefore: number | undefined;
  private complete = false;

  /** Tells of the layers that have labels when they are `applied`. */
  watch(model: tf.LayersModel, labels: ReadonlyMap<tf.layers.Layer, string>): void {
    if (this.known.has(model)) return;
    this.known.add(model);
    const outputs = new Set(outputLayersOf(model).filter((layer) => labels.has(layer)));
    this.models.push({ outputs, given: new Set() });
  }

  /** Another one may follow: after an update, for example. */
  begin(): void {
    this.calls = 0;
    this.complete = false;
    for (const { given } of this.models) given.clear();
  }

  /** A layer that stands in no other one has given its output. */
  applied(layer: tf.layers.Layer): void {
    this.calls++;
    for (const { outputs, given } of this.models) {
      if (!outputs.has(layer)) continue;
      given.add(layer);
      if (given.size === outputs.size) this.complete = true;
    }
  }

  get isOver(): boolean {
    return this.complete || (this.callsBefore !== undefined && this.calls >= this.callsBefore);
  }

  /** Gradients are taken from here on. */
  ends(): void {
    this.callsBefore = this.complete || this.calls === 0 ? undefined : this.calls;
  }
}

/** Those inside, where a model inside the model gives its output. */
function outputLayersOf(model: tf.LayersModel): tf.layers.Layer[] {
  return trainable(model).outputLayers.flatMap((layer) =>
    'outputLayers' in layer || 'model' in layer ? outputLayersOf(layer as tf.LayersModel) : [layer],
  );
}
