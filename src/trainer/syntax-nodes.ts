/** The nodes of a syntax tree, as `acorn` makes it. Knows nothing of what they mean. */
import type { AnyNode, Node } from 'acorn';

/** All of it: each before what is inside of it. */
export function* nodesIn(node: AnyNode): Generator<AnyNode> {
  yield node;
  for (const child of childrenOf(node)) yield* nodesIn(child);
}

/** Those right inside of it. */
export function childrenOf(node: Node): AnyNode[] {
  return Object.values(node)
    .flat()
    .filter(
      (value): value is AnyNode => typeof value === 'object' && value !== null && 'type' in value && 'start' in value,
    );
}
