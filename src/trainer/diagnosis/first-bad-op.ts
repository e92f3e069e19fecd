/**
 * Which op of a layer, or of the loss, first makes numbers that are not finite out of finite ones:
 * found by computing it once more on what was kept, beside the training. Knows no rules.
 */
import * as tf from '@tensorflow/tfjs';
import { doAside } from '../runtime/aside.js';
import { replaceMethod } from '../runtime/replace-method.js';
import { tensorsOf } from '../runtime/tf-dataset.js';
import { trainable } from '../runtime/tfjs-internals.js';
import type { StepParts } from './gather-step.js';

interface Kernels {
  runKernelFunc(parameters: { readonly kernelName?: string; readonly inputs: unknown }): unknown;
}

/** `undefined` where repeating shows none: weights have changed since, or it cannot be repeated. */
export function firstBadOpIn(parts: StepParts, what: tf.layers.Layer | 'loss'): string | undefined {
  const work = what === 'loss' ? lossAgain(parts) : layerAgain(parts, what);
  if (!work) return undefined;
  const engine = tf.engine() as unknown as Kernels;
  const run = engine.runKernelFunc.bind(engine);
  let found: string | undefined;
  const undo = replaceMethod(engine, 'runKernelFunc', (parameters) => {
    const result = run(parameters);
    const { kernelName, inputs } = parameters;
    if (kernelName !== undefined && found === undefined && isBad(result) && !isBad(inputs)) found = kernelName;
    return result;
  });
  try {
    doAside(work);
  } catch {
    // The layer cannot be called like this; what the step made of it is known all the same.
    return undefined;
  } finally {
    undo();
  }
  return found;
}

function layerAgain(parts: StepParts, layer: tf.layers.Layer): (() => void) | undefined {
  const inputs = inputsOf(parts, layer);
  if (!inputs) return undefined;
  return () => void layer.call(inputs.length === 1 ? inputs[0]! : inputs, { training: true });
}

function lossAgain({ model, labels, batch, outputOf }: StepParts): (() => void) | undefined {
  const { lossFunctions, outputLayers } = trainable(model);
  const outputs = outputLayers.map((layer) => (labels.has(layer) ? outputOf(layer) : undefined));
  const targets = batch ? tensorsOf(batch.ys) : [];
  const [loss] = (lossFunctions ?? []) as ((truth: tf.Tensor, predicted: tf.Tensor) => tf.Tensor)[];
  const [output] = outputs;
  const [target] = targets;
  if (!loss || !output || !target || output.isDisposed || target.isDisposed) return undefined;
  return () => void loss(target.rank < output.rank ? target.expandDims(-1) : target, output);
}

/** What the layer was given, as it was kept: outputs of the layers before it, or the batch. */
function inputsOf({ batch, outputOf }: StepParts, layer: tf.layers.Layer): tf.Tensor[] | undefined {
  const sources = layer.inboundNodes[0]?.inboundLayers ?? [];
  const inputs = sources.map((source) => {
    if (source.getClassName() !== 'InputLayer') return outputOf(source);
    return batch && sources.length === 1 ? tensorsOf(batch.xs)[0] : undefined;
  });
  const known = inputs.filter((tensor) => tensor !== undefined && !tensor.isDisposed) as tf.Tensor[];
  return known.length === sources.length && known.length > 0 ? known : undefined;
}

function isBad(value: unknown): boolean {
  if (value instanceof tf.Tensor) {
    if (value.dtype !== 'float32' || value.isDisposed) return false;
    return (value.dataSync() as Float32Array).some((one) => !Number.isFinite(one));
  }
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(isBad);
}
