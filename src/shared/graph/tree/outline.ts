/**
 * A tree of groups as numbers: all that placing it needs, and nothing that is dear to send to a worker. Groups are
 * numbered from the outside in, each before those within. Pure.
 */
import { cellKinds } from '../graph-blocks.js';
import type { OpNode } from '../op-graph.js';
import { cellKindOf, isGroup, type Group, type GroupTree } from './group-tree.js';

/** In pixels. */
export const sizes = {
  opWidth: 132,
  opHeight: 26,
  asideWidth: 84,
  asideHeight: 20,
  lineHeight: 15,
  cellPadding: 9,
  headHeight: 26,
  padding: 10,
} as const;
/** Of the columns of a closed group. */
export const cellWidths = [168, 168, 132] as const;
export const gaps = {
  cells: 18,
  groups: { column: 36, row: 46 },
  ops: { column: 14, row: 22 },
} as const;

/** What a child is that is no group. */
export const childBoxes = [
  { width: sizes.opWidth, height: sizes.opHeight, aside: false },
  { width: sizes.asideWidth, height: sizes.asideHeight, aside: true },
  // A layer that a file tells of as a whole, with its name.
  { width: cellWidths[0], height: 2 * sizes.lineHeight + sizes.cellPadding, aside: false },
] as const;

export interface Outline {
  /** Of each group: its first child in `child`, and one more at the end. */
  readonly childStart: Int32Array;
  /** A group's number, or −1 for an op. */
  readonly child: Int32Array;
  /** Of each child that is an op: which of `childBoxes`, and its column. */
  readonly box: Uint8Array;
  readonly cell: Uint8Array;
  /** Of each group: its first edge in `edges`, and one more at the end. */
  readonly edgeStart: Int32Array;
  /** Pairs of places among the group's children. */
  readonly edges: Int32Array;
  /** 1 where a group has ops alone, in columns side by side. */
  readonly columns: Uint8Array;
  /** What is in a group while it is closed. */
  readonly closedWidth: Float64Array;
  readonly closedHeight: Float64Array;
}

export interface OutlinedTree {
  readonly outline: Outline;
  /** By their numbers. */
  readonly groups: readonly Group[];
  readonly numberOf: ReadonlyMap<Group, number>;
}

/** `lines`: of `closedLines`. */
export function outlined(
  { root }: GroupTree,
  lines: ReadonlyMap<Group, readonly (readonly string[] | undefined)[]>,
): OutlinedTree {
  const groups: Group[] = [];
  const numberOf = new Map<Group, number>();
  const visit = (group: Group): void => {
    numberOf.set(group, groups.length);
    groups.push(group);
    for (const child of group.children) if (isGroup(child)) visit(child);
  };
  visit(root);
  const childStart = new Int32Array(groups.length + 1);
  const edgeStart = new Int32Array(groups.length + 1);
  groups.forEach(({ children, edges }, number) => {
    childStart[number + 1] = childStart[number]! + children.length;
    edgeStart[number + 1] = edgeStart[number]! + edges.length;
  });
  const count = childStart.at(-1)!;
  const outline: Outline = {
    childStart,
    child: new Int32Array(count),
    box: new Uint8Array(count),
    cell: new Uint8Array(count),
    edgeStart,
    edges: new Int32Array(2 * edgeStart.at(-1)!),
    columns: new Uint8Array(groups.length),
    closedWidth: new Float64Array(groups.length),
    closedHeight: new Float64Array(groups.length),
  };
  groups.forEach((group, number) => {
    let at = childStart[number]!;
    let hasGroups = group === root;
    for (const child of group.children) {
      if (isGroup(child)) {
        hasGroups = true;
        outline.child[at] = numberOf.get(child)!;
      } else {
        outline.child[at] = -1;
        outline.box[at] = boxOf(child);
        outline.cell[at] = cellKinds.indexOf(cellKindOf(child));
      }
      at++;
    }
    let pair = 2 * edgeStart[number]!;
    for (const [from, to] of group.edges) {
      outline.edges[pair++] = from;
      outline.edges[pair++] = to;
    }
    outline.columns[number] = hasGroups ? 0 : 1;
    const own = lines.get(group)!;
    own.forEach((cell, index) => {
      if (!cell) return;
      outline.closedWidth[number] = closedLeft(index) + cellWidths[index]!;
      outline.closedHeight[number] = Math.max(outline.closedHeight[number]!, closedCellHeight(cell.length));
    });
  });
  return { outline, groups, numberOf };
}

/** Columns of closed groups stand below each other, also where a group lacks one. */
export function closedLeft(cell: number): number {
  let x = 0;
  for (let before = 0; before < cell; before++) x += cellWidths[before]! + gaps.cells;
  return x;
}

export function closedCellHeight(lines: number): number {
  return lines * sizes.lineHeight + sizes.cellPadding * 2;
}

function boxOf(op: OpNode): number {
  if (isLayer(op)) return 2;
  return op.kind === 'constant' || op.kind === 'variable' ? 1 : 0;
}

/** A layer that a file tells of as a whole, by its name. */
export function isLayer({ id, layer }: OpNode): boolean {
  return layer === id;
}
