/** What an op has given, in a few numbers an output. To be called aside of the training (`doAside`). */
import * as tf from '@tensorflow/tfjs';
import type { ValueNumbers } from '../../shared/graph/op-statistics.js';
import { sumUp } from './sum-up.js';
import { valuesOf } from './tensor-values.js';

/** The tensor stays its owner's. Nothing of text, of no values, and of what has been given back. */
export function valueNumbersOf(tensor: tf.Tensor): ValueNumbers | undefined {
  if (tensor.isDisposed || tensor.dtype === 'string' || tensor.size === 0) return undefined;
  return sumUp(valuesOf(tensor));
}

/** Of each output of a kernel, in their order. */
export function valuesOfResult(result: unknown): { readonly values?: ValueNumbers }[] {
  const outputs: readonly unknown[] = Array.isArray(result) ? result : [result];
  return outputs.map((output) => {
    const values = output instanceof tf.Tensor ? valueNumbersOf(output) : undefined;
    return values ? { values } : {};
  });
}
