/**
 * Layers that are called with one tensor in several places, as attention to itself is. TensorFlow.js throws such a tensor
 * away before others have taken it: so each is given once, and put in its places here.
 */
import * as tf from '@tensorflow/tfjs';
import { Identity } from './mended-layers.js';

interface Askable {
  build(shape: unknown): void;
  computeOutputShape(shape: unknown): unknown;
  call(inputs: unknown, named: unknown): unknown;
}

/** What the layer is to be applied to. @param isAlone whether this is the only call of the layer */
export function eachOnce(
  layer: tf.layers.Layer,
  inputs: readonly tf.SymbolicTensor[],
  isAlone: boolean,
): tf.SymbolicTensor[] {
  const unique = [...new Set(inputs)];
  if (unique.length === inputs.length) return unique;
  if (!isAlone) {
    return inputs.map((input, at) =>
      inputs.indexOf(input) === at
        ? input
        : (new Identity({ name: `${layer.name}_again_${at}` }).apply(input) as tf.SymbolicTensor),
    );
  }
  const places = inputs.map((input) => unique.indexOf(input));
  const asked = layer as unknown as Askable;
  const { build, computeOutputShape, call } = asked;
  const all = <T>(given: readonly T[]): T[] => places.map((place) => given[place]!);
  const shapes = (given: unknown): unknown => all(unique.length === 1 ? [given] : (given as unknown[]));
  asked.build = (shape) => build.call(layer, shapes(shape));
  asked.computeOutputShape = (shape) => computeOutputShape.call(layer, shapes(shape));
  asked.call = (given, named) => call.call(layer, all([given].flat()), named);
  return unique;
}
