/** The nodes of a syntax tree, as `acorn` makes it, and the names that patterns have. Knows nothing of what they are for. */
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

/** Of a name, or of what is taken apart into names. */
export function namesIn(pattern: AnyNode): string[] {
  return partsOf(pattern).flatMap((part) => (part.type === 'Identifier' ? [part.name] : []));
}

/** What a pattern takes its value apart into; of anything else itself. */
export function partsOf(pattern: AnyNode): AnyNode[] {
  switch (pattern.type) {
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        partsOf(property.type === 'Property' ? property.value : property.argument),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element ? partsOf(element) : []));
    case 'AssignmentPattern':
      return partsOf(pattern.left);
    case 'RestElement':
      return partsOf(pattern.argument);
    default:
      return [pattern];
  }
}
