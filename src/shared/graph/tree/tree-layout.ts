/**
 * Where everything of a graph stands, with these groups open: from top to bottom, gradients and updates
 * beside the forward ops they belong to. A closed group shows what is in it in one item a column. The
 * same for the window and for pictures; in pixels. Placing is numbers alone (`placing.ts`), so that a worker
 * can do it; what is seen of the graph at those places is put together here.
 */
import { cellKinds, type CellKind } from '../graph-blocks.js';
import type { GraphPhase, OpNode } from '../op-graph.js';
import { columnLines } from './closed-group.js';
import { cellKindOf, isGroup, type Group, type GroupTree } from './group-tree.js';
import {
  cellWidths,
  childBoxes,
  closedCellHeight,
  closedLeft,
  isLayer,
  outlined,
  sizes,
  type Outline,
  type OutlinedTree,
} from './outline.js';
import { Placing, type Placement } from './placing.js';
import { Wiring } from './wiring.js';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedGroup extends Box {
  readonly group: Group;
  readonly isOpen: boolean;
}

/** What can be pointed at: an op, or all ops of a closed group that are of one kind. */
export interface PlacedItem extends Box {
  /** The op's, or `<group>#<cell>`. */
  readonly id: string;
  /** The group that it is in, or stands for. */
  readonly group: Group;
  readonly cell: CellKind;
  readonly phase: GraphPhase;
  readonly ops: readonly OpNode[];
  /** One line each. */
  readonly lines: readonly string[];
  /** Where wires end: an item that stands for a closed group is reached at the group's frame. */
  readonly anchor: Box;
  /** To how many items it goes without a wire, because they are too many. */
  readonly unwired: number;
}

/** Between items; several tensors that go the same way are one. */
export interface Wire {
  readonly from: string;
  readonly to: string;
  readonly cell: CellKind;
  /** Whether it stays in one layer. */
  readonly isInner: boolean;
  readonly count: number;
  /** Says only that one runs after the other: no tensor goes this way. */
  readonly isControl: boolean;
  /** Shape of the tensor where all that go this way have one: `148×148×64`. */
  readonly label: string;
  /** Points that it is led through, between the two. */
  readonly via: readonly Point[];
}

export interface TreeLayout {
  readonly width: number;
  readonly height: number;
  /** Outer ones before those within. */
  readonly groups: readonly PlacedGroup[];
  readonly items: readonly PlacedItem[];
  /** Of each of the graph's nodes: the place of the item that it is seen as, −1 for none. */
  readonly itemOf: Int32Array;
  readonly wires: readonly Wire[];
}

const MOST_LETTERS = 24;

/** `open`: ids of the groups that show what is in them. What was laid out of the same tree before is not done again. */
export function layOutTree(tree: GroupTree, open: ReadonlySet<string>): TreeLayout {
  return treeLayouts(tree).layOut(open);
}

const known = new WeakMap<GroupTree, TreeLayouts>();

/** One a tree. */
export function treeLayouts(tree: GroupTree): TreeLayouts {
  let layouts = known.get(tree);
  if (!layouts) known.set(tree, (layouts = new TreeLayouts(tree)));
  return layouts;
}

/** What a closed group shows, from the corner of its first item. */
interface ClosedGroup {
  readonly items: readonly Omit<PlacedItem, 'x' | 'y' | 'anchor'>[];
  /** From the left, of each item. */
  readonly lefts: readonly number[];
}

/** The layouts of one tree. Placing can be left to others: it takes `outline` and `openGroups`, and `put` what comes of it. */
export class TreeLayouts {
  private readonly outlinedTree: OutlinedTree;
  private readonly placing: Placing;
  private readonly closed = new Map<Group, ClosedGroup>();
  private wiring: Wiring | undefined;

  constructor(private readonly tree: GroupTree) {
    this.outlinedTree = outlined(tree);
    this.placing = new Placing(this.outline);
  }

  get outline(): Outline {
    return this.outlinedTree.outline;
  }

  layOut(open: ReadonlySet<string>): TreeLayout {
    return this.put(this.placing.place(this.openGroups(open)));
  }

  /** By their numbers in the outline: 1 for those that show what is in them. */
  openGroups(open: ReadonlySet<string>): Uint8Array {
    const { groups } = this.outlinedTree;
    const opened = new Uint8Array(groups.length);
    groups.forEach((group, number) => (opened[number] = number === 0 || open.has(group.id) ? 1 : 0));
    return opened;
  }

  /** How many ops and columns of closed groups are seen then. */
  countOf(open: ReadonlySet<string>): number {
    const { lines, numberOf } = this.outlinedTree;
    const columnsOf = (group: Group): number => {
      const first = numberOf.get(group)! * cellKinds.length;
      return lines.subarray(first, first + cellKinds.length).filter((many) => many > 0).length;
    };
    const count = (group: Group): number =>
      group.children.reduce((sum, child) => {
        if (!isGroup(child)) return sum + 1;
        return sum + (open.has(child.id) ? count(child) : columnsOf(child));
      }, 0);
    return count(this.tree.root);
  }

  /** What is seen at these places. */
  put(placement: Placement): TreeLayout {
    const groups: PlacedGroup[] = [];
    const items: PlacedItem[] = [];
    this.visit(0, placement, groups, items);
    this.wiring ??= new Wiring(this.tree, this.outlinedTree);
    const { wires, unwired, itemOf } = this.wiring.between(items, placement);
    for (const [index, many] of unwired) items[index] = withoutWires(items[index]!, many);
    return { width: placement.width, height: placement.height, groups, items, itemOf, wires };
  }

  private visit(number: number, placement: Placement, groups: PlacedGroup[], items: PlacedItem[]): void {
    const group = this.outlinedTree.groups[number]!;
    const { childStart, child, columns } = this.outline;
    const isOpen = placement.open[number] === 1;
    if (number > 0) {
      const box = boxAt(placement, number);
      groups.push({ group, isOpen, ...box });
      if (!isOpen) {
        this.putClosed(group, box, items);
        return;
      }
    }
    const start = childStart[number]!;
    if (columns[number] === 1) {
      for (let cell = 0; cell < cellKinds.length; cell++)
        group.children.forEach((one, index) => {
          if (this.outline.cell[start + index] === cell)
            items.push(this.opItem(group, one as OpNode, start + index, placement));
        });
      return;
    }
    group.children.forEach((one, index) => {
      if (isGroup(one)) this.visit(child[start + index]!, placement, groups, items);
      else items.push(this.opItem(group, one, start + index, placement));
    });
  }

  private opItem(group: Group, op: OpNode, place: number, { ops }: Placement): PlacedItem {
    const { width, height } = childBoxes[this.outline.box[place]!]!;
    const [x, y] = [ops[2 * place]!, ops[2 * place + 1]!];
    const anchor = { x, y, width, height };
    const lines = linesOf(op);
    return {
      id: op.id,
      group,
      cell: cellKindOf(op),
      phase: op.phase,
      ops: [op],
      lines,
      unwired: 0,
      anchor,
      x,
      y,
      width,
      height,
    };
  }

  private putClosed(group: Group, frame: Box, items: PlacedItem[]): void {
    const { items: own, lefts } = this.closedGroup(group);
    const y = frame.y + sizes.headHeight;
    // Of thousands. Written out: to spread an item takes V8 microseconds.
    own.forEach(({ id, cell, phase, ops, lines, unwired, width, height }, index) => {
      const x = frame.x + sizes.padding + lefts[index]!;
      const anchor = { x, y: frame.y, width, height: frame.height };
      items.push({ id, group, cell, phase, ops, lines, unwired, anchor, x, y, width, height });
    });
  }

  /** One item a kind of ops; they stand below each other, also where a group lacks one. */
  private closedGroup(group: Group): ClosedGroup {
    const before = this.closed.get(group);
    if (before) return before;
    const byCell: Record<CellKind, OpNode[]> = { forward: [], gradient: [], update: [] };
    const gather = (from: Group): void => {
      for (const child of from.children) {
        if (isGroup(child)) gather(child);
        else byCell[cellKindOf(child)].push(child);
      }
    };
    gather(group);
    const lefts: number[] = [];
    const items = cellKinds.flatMap((cell, index) => {
      const ops = byCell[cell];
      if (ops.length === 0) return [];
      const lines = columnLines(ops);
      lefts.push(closedLeft(index));
      const [width, height] = [cellWidths[index]!, closedCellHeight(lines.length)];
      return [{ id: `${group.id}#${cell}`, group, cell, phase: ops[0]!.phase, ops, lines, unwired: 0, width, height }];
    });
    const made = { items, lefts };
    this.closed.set(group, made);
    return made;
  }
}

function boxAt({ groups }: Placement, number: number): Box {
  const at = 4 * number;
  return { x: groups[at]!, y: groups[at + 1]!, width: groups[at + 2]!, height: groups[at + 3]! };
}

/** To how many it goes is said in place of the wires. */
function withoutWires(item: PlacedItem, unwired: number): PlacedItem {
  const [first = '', ...rest] = item.lines;
  // A closed group has no wires to everywhere that somebody would miss: what is in it has.
  return { ...item, unwired, lines: item.id === item.ops[0]?.id ? [`${first} →${unwired}`, ...rest] : item.lines };
}

/** What stands in an op's box. */
export function linesOf(op: OpNode): readonly string[] {
  const own = op.kind === 'variable' || op.kind === 'constant';
  const line = own && op.value !== undefined ? String(op.value) : own ? op.id.split('/').at(-1)! : op.op;
  return isLayer(op) ? [line, shortened(op.id.split('/').at(-1)!)] : [line];
}

/** The middle of a long name says least. */
export function shortened(name: string, most = MOST_LETTERS): string {
  return name.length <= most ? name : `${name.slice(0, most / 2)}…${name.slice(1 - most / 2)}`;
}

/** The id of the item that an op is seen as, with these groups open. */
export function shownAs(tree: GroupTree, open: ReadonlySet<string>): (op: OpNode) => string {
  const outermostClosed = (group: Group): Group | undefined =>
    (group.parent && outermostClosed(group.parent)) ?? (group === tree.root || open.has(group.id) ? undefined : group);
  return (op) => {
    const closed = outermostClosed(tree.groupOf.get(op.id)!);
    return closed ? `${closed.id}#${cellKindOf(op)}` : op.id;
  };
}
