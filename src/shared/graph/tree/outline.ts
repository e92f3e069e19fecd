/**
 * A tree of groups as numbers: all that placing it needs, and nothing that is dear to send to a worker. Groups are
 * numbered from the outside in, each before those within. Pure.
 */
import { cellKinds } from '../graph-blocks.js';
import type { OpNode } from '../op-graph.js';
import { lineCounts } from './closed-group.js';
import { cellKindOf, isGroup, type Group, type GroupTree } from './group-tree.js';
import type { LayeredBox } from './layered-layout.js';

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
  // A weight that takes its new value.
  { width: sizes.asideWidth, height: sizes.asideHeight, aside: false },
  // What is only kept for the gradient.
  { width: sizes.asideWidth, height: sizes.asideHeight, aside: false, keeps: true },
] as const satisfies readonly LayeredBox[];
const [OP, ASIDE, LAYER, ASSIGN, KEPT] = [0, 1, 2, 3, 4];

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
  /** Of each group: the number of the one around it, −1 for the root. */
  readonly outer: readonly number[];
  /** Of each column of each group: its lines while it is closed, 0 where it has none. */
  readonly lines: Uint8Array;
}

export function outlined({ root, graph }: GroupTree): OutlinedTree {
  const groups: Group[] = [];
  const outer: number[] = [];
  const numberOf = new Map<Group, number>();
  const visit = (group: Group, around: number): void => {
    const number = groups.push(group) - 1;
    numberOf.set(group, number);
    outer.push(around);
    for (const child of group.children) if (isGroup(child)) visit(child, number);
  };
  visit(root, -1);
  const lines = lineCounts(groups, outer);
  const childStart = new Int32Array(groups.length + 1);
  const edgeStart = new Int32Array(groups.length + 1);
  groups.forEach(({ children, edges }, number) => {
    childStart[number + 1] = childStart[number]! + children.length;
    edgeStart[number + 1] = edgeStart[number]! + edges.length / 2;
  });
  const count = childStart.at(-1)!;
  const outline: Outline = {
    childStart,
    child: new Int32Array(count).fill(-1),
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
        outline.box[at] = boxOf(child);
        outline.cell[at] = cellKinds.indexOf(cellKindOf(child));
      }
      at++;
    }
    outline.edges.set(group.edges, 2 * edgeStart[number]!);
    outline.columns[number] = hasGroups ? 0 : 1;
    if (!hasGroups && graph.batch !== 'none') markKept(group, outline, childStart[number]!);
    for (let cell = 0; cell < cellKinds.length; cell++) {
      const many = lines[number * cellKinds.length + cell]!;
      if (many === 0) continue;
      outline.closedWidth[number] = closedLeft(cell) + cellWidths[cell]!;
      outline.closedHeight[number] = Math.max(outline.closedHeight[number]!, closedCellHeight(many));
    }
  });
  return { outline, groups, numberOf, outer, lines };
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
  if (isLayer(op)) return LAYER;
  if (op.kind === 'assign') return ASSIGN;
  return op.kind === 'constant' || op.kind === 'variable' ? ASIDE : OP;
}

/** Copies that nothing of their own column reads: a forward pass makes one of each tensor that its gradient will want. */
function markKept({ children, edges }: Group, { box, cell }: Outline, start: number): void {
  const isRead = new Uint8Array(children.length);
  for (let at = 0; at < edges.length; at += 2)
    if (cell[start + edges[at]!] === cell[start + edges[at + 1]!]) isRead[edges[at]!] = 1;
  children.forEach((child, place) => {
    if (isRead[place] === 0 && !isGroup(child) && child.kind === 'op' && child.op === 'Identity')
      box[start + place] = KEPT;
  });
}

/** A layer that a file tells of as a whole, by its name. */
export function isLayer({ id, layer }: OpNode): boolean {
  return layer === id;
}
