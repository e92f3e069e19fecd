/**
 * Keeps what a step computes anyway, to be looked at after it: the outputs of its layers, its
 * predictions, its gradients. Keeping adds no kernel and copies nothing; it only delays when the
 * memory is given back, to the beginning of the next step. Knows nothing of what is made of it.
 */
import * as tf from '@tensorflow/tfjs';
import { doAside, isBesideSteps } from './aside.js';
import type { LabelledWeight } from './layer-labels.js';
import { replaceMethod } from './replace-method.js';
import { sumOfSquaresOf } from './summarize-tensor.js';
import { alias, trainable } from './tfjs-internals.js';
import type { MadeInStep } from './training-host.js';

type Layer = tf.layers.Layer;
type Gradients = Parameters<tf.Optimizer['applyGradients']>[0];
type NamedTensors = readonly { readonly name: string; readonly tensor: tf.Tensor }[];

/** Of a step, what is kept: of gradients by the names of their variables. */
export type Kept<T> = 'all' | 'none' | ReadonlySet<T>;

function isKept<T>(kept: Kept<T>, one: T): boolean {
  return kept === 'all' || (kept !== 'none' && kept.has(one));
}

export class StepCapture {
  private readonly outputs = new Map<Layer, tf.Tensor>();
  private readonly gradients = new Map<string, tf.Tensor>();
  private keepsOutputs: Kept<Layer> = 'none';
  private keepsGradients: Kept<string> = 'none';
  private readonly told = new Set<(layer: Layer, output: tf.Tensor) => void>();
  private toldBeside: ((layer: Layer, output: tf.Tensor) => void) | undefined;
  private hookTime = 0;
  private updatesBegun = 0;
  private readonly undo: (() => void)[] = [];
  private readonly layerByVariable = new Map<string, string>();
  private readonly watched = new Set<Layer>();
  private outputLayer: Layer | undefined;

  /** From here on steps of this model are kept, too; its first output is what they predict. */
  watchModel(model: tf.LayersModel, labels: ReadonlyMap<Layer, string>, weights: readonly LabelledWeight[]): void {
    for (const { variable, layer } of weights) this.layerByVariable.set(variable.name, layer);
    this.predictsBy(model);
    // A model inside the model is known by its own layers, but may give the predictions itself.
    const layers = [...labels.keys(), ...(this.outputLayer ? [this.outputLayer] : [])];
    for (const layer of layers) {
      if (!this.watched.has(layer)) this.watchLayer(layer);
      this.watched.add(layer);
    }
  }

  /** Which of the watched models the step is of. */
  predictsBy(model: tf.LayersModel): void {
    this.outputLayer = trainable(model).outputLayers[0];
  }

  /** Before a step: gives back what the last one kept. */
  begin(keep: { readonly outputs: Kept<Layer>; readonly gradients: Kept<string> }): void {
    this.release();
    this.keepsOutputs = keep.outputs;
    this.keepsGradients = keep.gradients;
    this.hookTime = 0;
  }

  /** In the middle of a step: keeps all that comes, and what is still there of what it has `made`. */
  keepRest({ outputs, gradients }: MadeInStep): void {
    this.keepsOutputs = 'all';
    this.keepsGradients = 'all';
    for (const [layer, output] of outputs) if (!output.isDisposed) this.keepOutput(layer, output);
    this.keepGradients([...gradients].map(([name, tensor]) => ({ name, tensor })));
  }

  /** After a step: what runs next, such as validation, is not of it. */
  end(): void {
    this.keepsOutputs = 'none';
    this.keepsGradients = 'none';
  }

  /** Tells what each layer gives, as it does, whatever is kept. Gives back how to stop that. */
  watchOutputs(tell: (layer: Layer, output: tf.Tensor) => void): () => void {
    this.told.add(tell);
    return () => void this.told.delete(tell);
  }

  /** Runs work beside the training, and tells what each layer gives in it: a model's forward pass, say. */
  watchBeside<T>(tell: (layer: Layer, output: tf.Tensor) => void, work: () => T): T {
    this.toldBeside = tell;
    try {
      return doAside(work);
    } finally {
      this.toldBeside = undefined;
    }
  }

  /** Gradients of the step under way, which no optimizer may come to apply. */
  seesGradients(gradients: NamedTensors): void {
    if (this.keepsGradients !== 'none') this.keepGradients(gradients);
  }

  /** How many tensors are kept. */
  get heldTensors(): number {
    return this.outputs.size + this.gradients.size;
  }

  /** Time that keeping took within the step under way. */
  get hookMs(): number {
    return this.hookTime;
  }

  /** How many updates of the weights have begun. */
  get updates(): number {
    return this.updatesBegun;
  }

  outputOf(layer: Layer): tf.Tensor | undefined {
    return this.outputs.get(layer);
  }

  gradientOf(variable: tf.Variable): tf.Tensor | undefined {
    return this.gradients.get(variable.name);
  }

  /** What gives the predictions, where there is one. */
  get predictor(): Layer | undefined {
    return this.outputLayer;
  }

  /** The model's first output, of this very forward pass. */
  get predictions(): tf.Tensor | undefined {
    return this.outputLayer && this.outputs.get(this.outputLayer);
  }

  /** Euclidean norm over all gradients, or over those of one layer's weights. `undefined` where none were kept. */
  gradNorm(layer?: string): number | undefined {
    let sum: number | undefined;
    for (const [variable, gradient] of this.gradients) {
      if (layer !== undefined && this.layerByVariable.get(variable) !== layer) continue;
      sum = (sum ?? 0) + sumOfSquaresOf(gradient);
    }
    return sum === undefined ? undefined : Math.sqrt(sum);
  }

  release(): void {
    for (const kept of [this.outputs, this.gradients]) {
      for (const tensor of kept.values()) tensor.dispose();
      kept.clear();
    }
  }

  /** Takes the hooks out again. */
  dispose(): void {
    this.release();
    for (const undo of this.undo.splice(0)) undo();
  }

  /** `apply` of the executor and a nested model's direct calls both come through the instance's `call`. */
  private watchLayer(layer: Layer): void {
    const call = layer.call.bind(layer);
    this.replace(layer, 'call', (inputs, kwargs) => {
      const output = call(inputs, kwargs);
      if (isBesideSteps()) {
        const seen = Array.isArray(output) ? output[0] : output;
        if (this.toldBeside && seen instanceof tf.Tensor) this.toldBeside(layer, seen);
        return output;
      }
      const keeps = isKept(this.keepsOutputs, layer);
      if (!keeps && this.told.size === 0) return output;
      const first = Array.isArray(output) ? output[0] : output;
      // Building a model, and some layers' inner calls, pass symbols instead of values.
      if (!(first instanceof tf.Tensor)) return output;
      if (keeps) this.keepOutput(layer, first);
      for (const tell of this.told) tell(layer, first);
      return output;
    });
  }

  private keepOutput(layer: Layer, output: tf.Tensor): void {
    const began = performance.now();
    this.outputs.get(layer)?.dispose();
    this.outputs.set(layer, alias(output));
    this.hookTime += performance.now() - began;
  }

  /** Whoever computes them, gradients reach the weights through here. */
  watchOptimizer(optimizer: tf.Optimizer): void {
    const applyGradients = optimizer.applyGradients.bind(optimizer);
    this.replace(optimizer, 'applyGradients', (gradients) => {
      if (isBesideSteps()) {
        applyGradients(gradients);
        return;
      }
      if (this.keepsGradients !== 'none') this.keepGradients(gradients);
      this.updatesBegun++;
      applyGradients(gradients);
    });
  }

  private replace<T extends object, K extends keyof T>(target: T, name: K, method: T[K]): void {
    this.undo.push(replaceMethod(target, name, method));
  }

  private keepGradients(gradients: Gradients | NamedTensors): void {
    const began = performance.now();
    const named: NamedTensors = Array.isArray(gradients)
      ? (gradients as NamedTensors)
      : Object.entries(gradients as Record<string, tf.Tensor>).map(([name, tensor]) => ({ name, tensor }));
    for (const { name, tensor } of named) {
      // A weight that the loss does not depend on has none.
      if (!(tensor instanceof tf.Tensor) || tensor.isDisposed || !isKept(this.keepsGradients, name)) continue;
      this.gradients.get(name)?.dispose();
      this.gradients.set(name, alias(tensor));
    }
    this.hookTime += performance.now() - began;
  }
}
