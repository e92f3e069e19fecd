/** What `applyGradients` is given, in either of its forms, as pairs of a variable's name and its gradient. */
import * as tf from '@tensorflow/tfjs';

export type NamedGradients = readonly { readonly name: string; readonly tensor: tf.Tensor }[];

/** A weight that the loss does not depend on has none, and is left out. */
export function namedGradients(given: unknown): NamedGradients {
  const pairs: readonly { readonly name: string; readonly tensor: unknown }[] = Array.isArray(given)
    ? (given as readonly { readonly name: string; readonly tensor: unknown }[])
    : Object.entries(given ?? {}).map(([name, tensor]) => ({ name, tensor }));
  return pairs.filter((pair): pair is NamedGradients[number] => pair.tensor instanceof tf.Tensor);
}
