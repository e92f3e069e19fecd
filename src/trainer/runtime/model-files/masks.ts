/**
 * Which steps of a sequence count, as Keras hands it on: a mask belongs to a tensor and goes with it, into models within
 * models too. TensorFlow.js hands the last mask that it saw to all layers after it, and those of several inputs are lost.
 */
import * as tf from '@tensorflow/tfjs';
import type { KerasGeneration, LayerArguments } from './given-config.js';

type Tensors = tf.Tensor | tf.Tensor[];
type Mask = tf.Tensor | null | undefined;

/** What TensorFlow.js asks a layer, and knows of it. */
interface Maskable {
  call(inputs: Tensors, named: LayerArguments): Tensors;
  computeMask(inputs: Tensors, masks: Mask | Mask[]): Mask | Mask[];
  setMaskMetadata(inputs: Tensors, outputs: Tensors): void;
  mergeFunction?: unknown;
}

const maskOf = new WeakMap<tf.Tensor, tf.Tensor>();

/** The layer takes the masks of what it is called with, and of nothing else: the first as `mask`, all as `masks`. */
export function withOwnMasks<T extends tf.layers.Layer>(layer: T, generation: KerasGeneration): T {
  const mended = layer as unknown as Maskable;
  const call = mended.call.bind(layer);
  const after = maskAfter(layer, mended.computeMask.bind(layer), generation);
  mended.call = (inputs, named) => {
    const given = [inputs].flat();
    const masks = given.map((one) => maskOf.get(one));
    const { mask: _ofAnotherTensor, ...rest } = named;
    const made = call(inputs, masks.every((one) => one === undefined) ? rest : { ...rest, mask: masks[0], masks });
    // What is handed on as it is may have another mask than what came in.
    const own = (one: tf.Tensor): tf.Tensor => (given.includes(one) ? tf.clone(one) : one);
    return Array.isArray(made) ? made.map(own) : own(made);
  };
  mended.setMaskMetadata = (inputs, outputs) => {
    const given = [inputs].flat();
    const masks = [
      after(
        given,
        given.map((one) => maskOf.get(one) ?? null),
      ),
    ].flat();
    [outputs].flat().forEach((one, at) => masks[at] && maskOf.set(one, masks[at]));
  };
  // Asked for by TensorFlow.js, to be handed on as it does.
  mended.computeMask = () => null;
  return layer;
}

/** What comes out of steps that do not count is nothing, as Keras has it of what goes through a sequence both ways. */
export function withoutMaskedSteps<T extends tf.layers.Layer>(layer: T): T {
  const mended = layer as unknown as Maskable;
  const call = mended.call.bind(layer);
  mended.call = (inputs, named) =>
    tf.tidy(() => {
      const { mask } = named;
      const made = call(inputs, named);
      if (!(mask instanceof tf.Tensor)) return made;
      const counted = tf.expandDims(tf.cast(mask, 'float32'), -1);
      return Array.isArray(made)
        ? made.map((one) => (one.rank === 3 ? tf.mul(one, counted) : one))
        : tf.mul(made, counted);
    });
  return layer;
}

/** Puts a mask on a tensor, where a model's file says which: its inputs are the two. */
export class Masked extends tf.layers.Layer {
  static readonly className = 'Masked';

  override computeOutputShape(shapes: tf.Shape | tf.Shape[]): tf.Shape {
    return (Array.isArray(shapes[0]) ? shapes[0] : shapes) as tf.Shape;
  }

  override call(inputs: Tensors): tf.Tensor {
    const [input, mask] = inputs as [tf.Tensor, tf.Tensor];
    const made = tf.clone(input);
    // Kept apart from the one that came in, which is thrown away when all have taken it.
    maskOf.set(made, tf.clone(mask));
    return made;
  }
}

type After = (inputs: tf.Tensor[], masks: Mask[]) => Mask | Mask[];

function maskAfter(layer: tf.layers.Layer, own: Maskable['computeMask'], generation: KerasGeneration): After {
  const either = generation === 3 ? tf.logicalOr : tf.logicalAnd;
  switch (layer.getClassName()) {
    case 'Embedding':
    case 'Masking':
      return (inputs) => own(inputs, []);
    case 'Concatenate':
      return (inputs, masks) => (masks.some((mask) => mask) ? joined(inputs, masks, layer, generation) : null);
    default:
      if ('mergeFunction' in layer)
        return (_inputs, masks) => {
          const known = masks.filter((mask): mask is tf.Tensor => mask instanceof tf.Tensor);
          return known.length < masks.length ? null : known.reduce((a, b) => either(a, b));
        };
      return (inputs, masks) => (masks.some((mask) => mask) ? own(inputs, masks) : null);
  }
}

/** Of what is put together along any of its dimensions; inputs without a mask count everywhere. */
function joined(inputs: tf.Tensor[], masks: Mask[], layer: tf.layers.Layer, generation: KerasGeneration): tf.Tensor {
  const { axis } = layer as unknown as { readonly axis: number };
  const stretched = inputs.map((input, at) => {
    const mask = masks[at];
    if (!mask) return tf.ones(input.shape, 'bool');
    return mask.rank < input.rank ? tf.broadcastTo(tf.expandDims(mask, -1), input.shape) : mask;
  });
  const all = tf.concat(stretched, axis);
  return generation === 3 ? tf.any(all, -1) : tf.all(all, -1);
}
