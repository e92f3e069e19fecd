/** What of a file's graph is open at first: one box that holds nearly all of it says nothing. Pure. */
import { isGroup, type Group, type GroupTree } from '../../../../src/shared/graph/tree/group-tree.js';

/** Opening what has more in it is left to the person. */
const MOST_CHILDREN = 300;

/** Ids of the groups around the first one that parts. A recorded step has its layers there already. */
export function firstOpen({ graph, root }: GroupTree): ReadonlySet<string> {
  const open = new Set<string>();
  if (graph.batch !== 'none') return open;
  for (let group = onlyGroupOf(root); group; group = onlyGroupOf(group)) open.add(group.id);
  return open;
}

function onlyGroupOf({ children, size }: Group): Group | undefined {
  const [only, ...others] = children.filter(isGroup);
  if (!only || others.length > 0 || only.kind === 'repeat') return undefined;
  return only.size > size / 2 && only.children.length <= MOST_CHILDREN ? only : undefined;
}
