/**
 * What conditions call the numbers of tensors (`zeros(x)`, `norm(x)`), as functions for expressions beside the
 * person's own code, and tensors that reckon: one of a single value is that value there. Knows no breakpoints.
 */
import * as tf from '@tensorflow/tfjs';
import type { TensorNumber } from '../../shared/conditions/reach.js';
import { tensorNumbers, together, type TensorNumbers } from '../../shared/conditions/tensor-numbers.js';
import { functions } from '../../shared/conditions/vocabulary.js';
import { summarize } from '../runtime/step-summaries.js';
import { summarizeTensor } from '../runtime/summarize-tensor.js';

/** By name. Of a tensor, several of them or an array of numbers; `min` and `max` of single numbers, too. */
export const tensorWords: Readonly<Record<string, (...values: unknown[]) => unknown>> = {
  ...Object.fromEntries(
    Object.entries(functions).map(([name, { call }]) => [name, (...values) => call(...values.map(Number))]),
  ),
  ...Object.fromEntries(tensorNumbers.map((number) => [number, (...values) => numberOf(number, values)])),
};

function numberOf(number: TensorNumber, values: readonly unknown[]): unknown {
  const plain = functions[number];
  if (plain && values.every((value) => typeof value === 'number')) return plain.call(...values);
  const [only, ...others] = values.flat();
  // Taken together they need more of each than is asked for.
  if (others.length === 0 && only instanceof tf.Tensor && number !== 'size') {
    return summarizeTensor(only, [number])[number];
  }
  return together([only, ...others].map((value) => numbersOf(value, number)))[number];
}

function numbersOf(value: unknown, number: TensorNumber): TensorNumbers {
  if (value instanceof tf.Tensor) return summarizeTensor(value);
  if (typeof value === 'number') return summarize(Float32Array.of(value));
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return summarize(value as Float32Array);
  throw new TypeError(`${number}(…) takes a tensor, or numbers; this is ${kindOf(value)}.`);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return typeof value === 'object' ? `an object (${value.constructor?.name ?? 'of no class'})` : `a ${typeof value}`;
}

/** Until what is given back is called. Otherwise `x.mean() > 0.5` would be true of no tensor at all. */
export function lendNumbersToTensors(): () => void {
  const prototype = tf.Tensor.prototype as object;
  const own = Object.getOwnPropertyDescriptor(prototype, Symbol.toPrimitive);
  if (own) return () => undefined;
  Object.defineProperty(prototype, Symbol.toPrimitive, { value: asPrimitive, configurable: true });
  return () => void Reflect.deleteProperty(prototype, Symbol.toPrimitive);
}

function asPrimitive(this: tf.Tensor, hint: 'string' | 'number' | 'default'): string | number {
  if (hint !== 'string' && this.size === 1 && this.dtype !== 'string') return this.dataSync()[0]!;
  if (hint !== 'number') return this.toString();
  const shape = this.shape.join('×');
  throw new TypeError(`A tensor of shape ${shape} is no number: take its mean(…), norm(…), min(…) or max(…).`);
}
