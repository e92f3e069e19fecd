/** One op as the rules of a format see it, whatever file it comes from. */
import type { Known, Size } from './tensor-facts.js';

export interface GivenAttributes {
  /** `undefined` where it has none of that name, or not of that kind. */
  number(name: string): number | undefined;
  numbers(name: string): readonly number[] | undefined;
  text(name: string): string | undefined;
}

export interface GivenOp extends GivenAttributes {
  /** By their place; one that is left out is not known. */
  readonly inputs: readonly Known[];
  /** How many outputs it has. */
  readonly outputs: number;
}

/** What an op gives, in the order of its outputs; those behind the last one are not known. */
export type OpRule = (op: GivenOp) => Known | readonly Known[];

/** The first number of a small tensor. */
export function valueOf(input: Known): Size | undefined {
  return input?.values?.[0];
}

/** One rule for many kinds. */
export function named(names: string, rule: OpRule): Record<string, OpRule> {
  return Object.fromEntries(names.split(' ').map((name) => [name, rule]));
}

export function flag(op: GivenAttributes, name: string): boolean {
  return (op.number(name) ?? 0) !== 0;
}

/** Pairs of what stands side by side: `[a, b, c, d]` as `[a, b], [c, d]`. */
export function pairs<T>(list: readonly T[] | undefined): readonly (readonly [T, T])[] | undefined {
  if (!list || list.length % 2 === 1) return undefined;
  return Array.from({ length: list.length / 2 }, (_, at) => [list[2 * at]!, list[2 * at + 1]!]);
}

/** Pairs of what stands in two halves: `[a, b, c, d]` as `[a, c], [b, d]`. */
export function halves<T>(list: readonly T[] | undefined): readonly (readonly [T, T])[] | undefined {
  if (!list || list.length % 2 === 1) return undefined;
  const rank = list.length / 2;
  return Array.from({ length: rank }, (_, at) => [list[at]!, list[at + rank]!]);
}
