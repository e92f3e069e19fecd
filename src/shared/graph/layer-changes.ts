/**
 * What became of layers that are on both sides of a comparison, besides what became of their ops: another name, and
 * other layers that they read. Pure.
 */
import type { GraphComparison, GraphSide } from './compare-graphs.js';

/** By the layers' labels in the union, in words: "input drop → norm". One that was renamed alone has no words. */
export function layerChanges(comparison: GraphComparison): ReadonlyMap<string, readonly string[]> {
  const inputs = { before: inputsOf(comparison, 'before'), after: inputsOf(comparison, 'after') };
  const changes = new Map<string, readonly string[]>();
  for (const [label, now] of inputs.after) {
    const then = inputs.before.get(label);
    if (!then) continue;
    // What was put between, or taken out there, is told of itself: what is read beyond it counts.
    const [a, b] = [beyond(then, inputs.before, inputs.after), beyond(now, inputs.after, inputs.before)];
    if (a !== b) changes.set(label, [`input ${a || 'none'} → ${b || 'none'}`]);
    else if (isRenamed(comparison.labelsBefore.get(label) ?? label, label)) changes.set(label, []);
  }
  return changes;
}

/** Of each layer: the layers that it reads as values go forward, and the batch. */
type Inputs = ReadonlyMap<string, ReadonlySet<string>>;

const BATCH = 'batch';

function inputsOf({ sides }: GraphComparison, side: GraphSide): Inputs {
  const { nodes, edges } = sides[side];
  const inputs = new Map<string, Set<string>>();
  const layerOf = new Map<string, string>();
  for (const { id, layer, phase, kind } of nodes) {
    if (phase !== 'forward') continue;
    if (layer !== undefined && !inputs.has(layer)) inputs.set(layer, new Set());
    const name = layer ?? (kind === 'input' ? BATCH : undefined);
    if (name !== undefined) layerOf.set(id, name);
  }
  for (const { from, to } of edges) {
    const [source, target] = [layerOf.get(from), layerOf.get(to)];
    if (source !== undefined && target !== undefined && source !== target) inputs.get(target)?.add(source);
  }
  return inputs;
}

/** Of what is on this side alone, what it reads stands for it. In words, always in the same order. */
function beyond(names: ReadonlySet<string>, own: Inputs, other: Inputs): string {
  const seen = new Set<string>();
  const found = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    if (name === BATCH || other.has(name)) found.add(name);
    else waiting.push(...(own.get(name) ?? []));
  }
  return [...found].sort().join(', ');
}

/** Names that are given out by number move on when a layer is added: that says nothing. */
function isRenamed(was: string, is: string): boolean {
  const plain = (name: string): string => name.replace(/_\d+(?=\/|$)/g, '');
  return plain(was) !== plain(is);
}
