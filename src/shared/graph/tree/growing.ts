/** A group while it is put together: its ops are numbers, so that nothing is looked up by name. Internal to the tree. */
import type { BlockKind } from '../graph-blocks.js';

export interface Growing {
  id: string;
  kind: BlockKind | 'group' | 'repeat';
  label: string;
  type?: string;
  shape?: readonly (number | null)[];
  file?: string;
  line?: number;
  /** Ops by their places among the graph's nodes. */
  children: (Growing | number)[];
  size: number;
  times?: number;
  /** Pairs of places among the children, one after another. */
  edges: number[];
}

export function growing(id: string, kind: Growing['kind'], label: string): Growing {
  return { id, kind, label, children: [], size: 0, edges: [] };
}

export const isGrowing = (child: Growing | number): child is Growing => typeof child !== 'number';
