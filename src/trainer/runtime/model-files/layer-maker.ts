/** How a layer is made of its configuration; one of the list in `layers.ts`. */
import type * as tf from '@tensorflow/tfjs';
import type { GivenConfig, LayerArguments } from './given-config.js';

/** Makes a layer, not built yet. `inner` makes what a wrapper is around, anew at each call. @throws Refusal */
export type LayerMaker = (given: GivenConfig, inner: InnerLayers) => tf.layers.Layer;

export interface InnerLayers {
  wrapped(): tf.layers.Layer;
  /** For the way back. */
  wrappedBack(): tf.layers.Layer;
}

/** TensorFlow.js's types are narrower than what was checked already. */
export function create<A>(factory: (args: A) => tf.layers.Layer, args: LayerArguments): tf.layers.Layer {
  return factory(args as A);
}
