/** Sizes of shapes as configurations write them, and products of them; −1 stands for one that is not known. Pure. */
import { UNKNOWN } from './graph-builder.js';
import { isNumber, unknownSize, type Sizes, type TensorFacts } from './shapes/tensor-facts.js';

/** For the rules of shapes: each size that is not known is one of its own. */
export function factsOf(shape: readonly number[] | undefined): TensorFacts {
  return { shape: shape?.map((size) => (size === UNKNOWN ? unknownSize() : size)) };
}

/** As configurations have it. */
export function knownShape(shape: Sizes | undefined): readonly number[] | undefined {
  return shape?.map((size) => (isNumber(size) ? size : UNKNOWN));
}

export function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : UNKNOWN;
}

/** One for each dimension; a single one stands for all. */
export function sizes(value: unknown, rank: number): number[] {
  if (!Array.isArray(value)) return Array<number>(rank).fill(number(value));
  return Array.from({ length: Math.max(rank, value.length) }, (_, at) => number((value as unknown[])[at]));
}

/** Unknown where a factor is. */
export function product(...factors: readonly number[]): number {
  return factors.includes(UNKNOWN) ? UNKNOWN : factors.reduce((result, factor) => result * factor, 1);
}

export function biasOf(config: Readonly<Record<string, unknown>>, width: number): number {
  return config['use_bias'] === false || width === UNKNOWN ? 0 : width;
}
