/** Finding ops by what a person may know of them: name, kind, layer, shape, dtype. Pure. */
import type { OpGraph, OpNode } from '../../../src/shared/graph/op-graph.js';

/** In the order of the graph. All words must be met; `148x148` and `148×148` are the same; `slowest` gives the ten slowest. */
export function findOps({ nodes }: OpGraph, text: string): readonly OpNode[] {
  const words = text.toLowerCase().replaceAll('×', 'x').split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  if (words.length === 1 && words[0] === 'slowest') {
    return [...nodes].sort((a, b) => (b.ms ?? 0) - (a.ms ?? 0)).slice(0, 10);
  }
  return nodes.filter((node) => {
    const known = [
      node.id,
      node.op,
      node.phase,
      ...node.outputs.flatMap(({ shape, dtype }) => [dtype, shape.join('x')]),
    ].map((one) => one.toLowerCase());
    return words.every((word) => known.some((one) => one.includes(word)));
  });
}
