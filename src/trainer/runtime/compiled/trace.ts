/** A step as TensorFlow saw it: the ops in their order, and where each of their inputs came from. */
import type { ConstantValue, OutputType } from './graph.js';
import type { Handle, RawAttribute, TensorValues } from './native.js';

export type Source =
  | { readonly kind: 'result'; readonly call: number; readonly port: number }
  | { readonly kind: 'feed'; readonly index: number }
  /** The value that it had when the step began; `index` is that of the observed variables. */
  | { readonly kind: 'variable'; readonly index: number }
  /** Made of numbers in JavaScript, or small and there before the step. */
  | { readonly kind: 'constant'; readonly index: number }
  /** There before the step, too large to be written into a graph. */
  | { readonly kind: 'held'; readonly index: number };

export interface TracedCall {
  readonly op: string;
  readonly attributes: readonly RawAttribute[];
  readonly inputs: readonly Source[];
  readonly outputs: readonly OutputType[];
  /** Whether its result follows from a feed, a variable, or what was there before. */
  readonly live: boolean;
  readonly inUpdate: boolean;
}

export interface HeldTensor extends OutputType {
  /** Not this trace's to delete. */
  readonly handle: Handle;
}

export interface GradientUse {
  /** Index of the variable. */
  readonly variable: number;
  readonly gradient: Source;
}

/** One call of the optimizer's `applyGradients`. */
export interface Update {
  /** In the order in which the optimizer got them: its slots have the same numbers. A hole is a weight without gradient. */
  readonly gradients: readonly (GradientUse | undefined)[];
  /** What each variable held when it was done, where that had changed. */
  readonly assigned: ReadonlyMap<number, Source>;
}

export interface Trace {
  readonly calls: readonly TracedCall[];
  readonly constants: readonly ConstantValue[];
  readonly held: readonly HeldTensor[];
  /** Values that were read and follow from constants alone. */
  readonly reads: readonly { readonly source: Source; readonly values: TensorValues }[];
  readonly updates: readonly Update[];
  /** What the step gave. */
  readonly results: readonly Source[];
  /** What each variable held in the end, where that had changed. */
  readonly assigned: ReadonlyMap<number, Source>;
  /** What layers gave, by their names; the last time, of those that are called more than once. */
  readonly outputs: ReadonlyMap<string, Source>;
}

export function sameSource(a: Source, b: Source): boolean {
  if (a.kind === 'result') return b.kind === 'result' && a.call === b.call && a.port === b.port;
  return a.kind === b.kind && a.index === (b as { readonly index: number }).index;
}
