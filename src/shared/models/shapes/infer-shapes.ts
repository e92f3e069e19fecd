/**
 * Goes once through a graph's nodes, each after what it takes, and asks each format's rules what they give. Files
 * leave shapes out that follow from others. Knows no op.
 */
import { MOST_DIMENSIONS, MOST_VALUES, agreed, type Known, type TensorFacts } from './tensor-facts.js';

/** What a node gives, by what goes in, by its place. It keeps nothing that it is given. */
export type Inference = (inputs: readonly Known[]) => readonly Known[];

/** What comes into one input. */
export interface FactSource {
  readonly from: string;
  readonly slot: number;
  readonly place: number;
  /** What is known of it there in place of what is known where it comes from: a loop's body meets other shapes, too. */
  readonly seen?: TensorFacts;
}

export interface InferredNode {
  readonly id: string;
  readonly infer?: Inference;
  /** What the file says of what it gives. */
  readonly given: readonly Known[];
  readonly inputs: readonly FactSource[];
}

/** All numbers that are kept of small tensors: a file can hold hundreds of thousands of them. */
const MOST_VALUES_IN_ALL = 4_000_000;

/** @returns of each node by its `id` what is known of what it gives */
export function inferShapes(nodes: Iterable<InferredNode>): ReadonlyMap<string, readonly Known[]> {
  const known = new Map<string, readonly Known[]>();
  let left = MOST_VALUES_IN_ALL;
  const within = (facts: Known): Known => {
    if (!facts) return undefined;
    const { shape, values, dtype } = facts;
    if (shape && shape.length > MOST_DIMENSIONS) return { dtype };
    if (!values || values.length > Math.min(MOST_VALUES, left)) return { shape, dtype };
    left -= values.length;
    return facts;
  };
  for (const { id, infer, given, inputs } of nodes) {
    const facts: Known[] = [];
    for (const { from, slot, place, seen } of inputs) facts[place] = seen ?? known.get(from)?.[slot];
    known.set(id, merged(given, infer?.(Array.from(facts)) ?? []).map(within));
  }
  return known;
}

/** The file's word goes before what was found, and what was found fills what the file leaves open. */
function merged(given: readonly Known[], found: readonly Known[]): Known[] {
  return Array.from({ length: Math.max(given.length, found.length) }, (_, slot) => {
    const [one, other] = [given[slot], found[slot]];
    if (!one || !other) return one ?? other;
    return {
      shape: agreed(one.shape, other.shape),
      dtype: one.dtype ?? other.dtype,
      values: one.values ?? other.values,
    };
  });
}
