/**
 * Single values of a tensor as a person reads them: booleans and texts as what they are, complex numbers by
 * both parts, numbers of single precision without the digits that it does not have. Knows no debugger.
 */
import { inspect } from 'node:util';
import type * as tf from '@tensorflow/tfjs';
import type { TensorSource } from './tensor-source.js';
import { complexValues } from './tensor-values.js';

export class ComplexNumber {
  constructor(
    readonly real: number,
    readonly imaginary: number,
  ) {}

  toString(): string {
    const size = (value: number): string => String(Math.abs(shortest(value)));
    return `${this.real < 0 ? '-' : ''}${size(this.real)} ${this.imaginary < 0 ? '-' : '+'} ${size(this.imaginary)}i`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

export type TensorElement = number | boolean | string | ComplexNumber;

/** Gives some of them, by flat index. Numbers are read from `values`, wherever those lie. */
export type ElementReader = (from: number, length: number) => TensorElement[];

/** @param values asked for only of what is made of real numbers */
export function elementsOf(tensor: tf.Tensor, values: () => TensorSource): ElementReader {
  switch (tensor.dtype) {
    case 'string': {
      const texts = textsOf(tensor);
      return (from, length) => texts.slice(from, from + length);
    }
    case 'complex64': {
      const parts = complexValues(tensor);
      return (from, length) => Array.from({ length }, (_, index) => complexAt(parts, from + index));
    }
    case 'bool':
      return (from, length) => Array.from(values().range(from, length), (value) => value !== 0);
    case 'float32':
      return (from, length) => Array.from(values().range(from, length), shortest);
    case 'int32':
      return (from, length) => Array.from(values().range(from, length));
  }
}

export function textsOf(tensor: tf.Tensor): string[] {
  return tensor.dataSync<'string'>() as unknown as string[];
}

/** `parts`: real and imaginary by turns. */
export function complexAt(parts: Float32Array, index: number): ComplexNumber {
  return new ComplexNumber(parts[2 * index]!, parts[2 * index + 1]!);
}

/** The same value in single precision, with the fewest digits that name it. */
export function shortest(value: number): number {
  if (Number.isInteger(value)) return value;
  for (let digits = 1; digits < MOST_DIGITS; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(MOST_DIGITS));
}
/** That any value of single precision takes. */
const MOST_DIGITS = 9;
