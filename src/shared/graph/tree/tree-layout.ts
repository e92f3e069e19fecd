/**
 * Where everything of a graph stands, with these groups open: from top to bottom, gradients and updates
 * beside the forward ops they belong to. A closed group shows what is in it in one item a column. The
 * same for the window and for pictures; pure, in pixels.
 */
import { cellKinds, shapeLabel, type CellKind } from '../graph-blocks.js';
import type { GraphPhase, OpNode } from '../op-graph.js';
import { cellKindOf, isGroup, type Group, type GroupTree } from './group-tree.js';
import { layeredLayout, type LayeredPlaces } from './layered-layout.js';

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
  readonly wires: readonly Wire[];
}

const size = {
  opWidth: 132,
  opHeight: 26,
  asideWidth: 84,
  asideHeight: 20,
  lineHeight: 15,
  cellPadding: 9,
  headHeight: 26,
  padding: 10,
};
const cellWidths: Readonly<Record<CellKind, number>> = { forward: 168, gradient: 168, update: 132 };
const gaps = { cells: 18, groups: { column: 36, row: 46 }, ops: { column: 14, row: 22 } };
const MOST_LINES = 5;
const MOST_LETTERS = 24;
/** What goes to more items than this is wired to none of them. */
const MOST_TARGETS = 4;

/** What is in a group, from its own corner. */
interface Inside {
  /** From the left: where its forward ops stand. */
  readonly port: number;
  readonly width: number;
  readonly height: number;
  readonly groups: readonly PlacedGroup[];
  readonly items: readonly PlacedItem[];
  /** Of its open groups, itself included: how edges between their children are led. */
  readonly routes: readonly {
    readonly group: Group;
    readonly routes: LayeredPlaces['routes'];
    readonly x: number;
    readonly y: number;
  }[];
}

/** `open`: ids of the groups that show what is in them. */
export function layOutTree(tree: GroupTree, open: ReadonlySet<string>): TreeLayout {
  const isOpen = (group: Group): boolean => group === tree.root || open.has(group.id);
  const all = new Laying(isOpen).content(tree.root);
  const { items, wires } = wired(tree, all, isOpen);
  return { width: all.width, height: all.height, groups: all.groups, items, wires };
}

class Laying {
  constructor(private readonly isOpen: (group: Group) => boolean) {}

  /** A group with its frame. */
  private framed(group: Group): Inside {
    const isOpen = this.isOpen(group);
    const inner = isOpen ? this.content(group) : closed(group);
    const moved = move(inner, size.padding, size.headHeight);
    const width = inner.width + 2 * size.padding;
    const height = inner.height + size.headHeight + size.padding;
    const items = isOpen
      ? moved.items
      : moved.items.map((item) => ({ ...item, anchor: { x: item.x, y: 0, width: item.width, height } }));
    return {
      ...moved,
      items,
      port: inner.port + size.padding,
      width,
      height,
      groups: [{ group, isOpen, x: 0, y: 0, width, height }, ...moved.groups],
    };
  }

  content(group: Group): Inside {
    return group.children.some(isGroup) || group.parent === undefined ? this.mixed(group) : columns(group);
  }

  /** Groups and ops from top to bottom. */
  private mixed(group: Group): Inside {
    const insides = group.children.map((child) => (isGroup(child) ? this.framed(child) : single(group, child)));
    const boxes = insides.map(({ width, height, port }, index) => {
      const child = group.children[index]!;
      return { width, height, port, aside: !isGroup(child) && standsAside(child) };
    });
    const gap = group.children.every((child) => !isGroup(child)) ? gaps.ops : gaps.groups;
    const { places, routes, width, height } = layeredLayout(boxes, group.edges, gap);
    const moved = insides.map((inside, index) => move(inside, places[index]!.x, places[index]!.y));
    const first = group.children.findIndex((child) => isGroup(child) || !standsAside(child));
    return {
      port: first < 0 ? width / 2 : places[first]!.x + insides[first]!.port,
      width,
      height,
      groups: moved.flatMap((one) => one.groups),
      items: moved.flatMap((one) => one.items),
      routes: [{ group, routes, x: 0, y: 0 }, ...moved.flatMap((one) => one.routes)],
    };
  }
}

/** The ops of a layer: forward, gradient and update side by side. */
function columns(group: Group): Inside {
  const items: PlacedItem[] = [];
  let [x, height, port] = [0, 0, 0];
  for (const cell of cellKinds) {
    const places: number[] = [];
    group.children.forEach((child, index) => {
      if (!isGroup(child) && cellKindOf(child) === cell) places.push(index);
    });
    if (places.length === 0) continue;
    const ops = places.map((index) => group.children[index] as OpNode);
    const own = new Map(places.map((place, index) => [place, index]));
    const edges = group.edges.flatMap(([from, to]): (readonly [number, number])[] => {
      const [a, b] = [own.get(from), own.get(to)];
      return a === undefined || b === undefined ? [] : [[a, b]];
    });
    const boxes = ops.map((op) => ({ ...boxOf(op), aside: standsAside(op) }));
    const layout = layeredLayout(boxes, edges, gaps.ops);
    ops.forEach((op, index) => {
      const { x: left, y: top } = layout.places[index]!;
      const { width, height: tall } = boxes[index]!;
      // Gradients flow upward, beside the forward ops that they belong to.
      const y = cell === 'gradient' ? layout.height - top - tall : top;
      items.push(itemOf(group, op, { x: x + left, y, width, height: tall }));
    });
    if (x === 0) port = layout.width / 2;
    x += layout.width + gaps.cells;
    height = Math.max(height, layout.height);
  }
  return { port, width: Math.max(0, x - gaps.cells), height, groups: [], items, routes: [] };
}

/** One item a kind of ops; they stand below each other, also where a group lacks one. */
function closed(group: Group): Inside {
  const byCell: Record<CellKind, OpNode[]> = { forward: [], gradient: [], update: [] };
  const gather = (from: Group): void => {
    for (const child of from.children) {
      if (isGroup(child)) gather(child);
      else byCell[cellKindOf(child)].push(child);
    }
  };
  gather(group);
  const last = cellKinds.findLast((cell) => byCell[cell].length > 0);
  const items: PlacedItem[] = [];
  let [x, height] = [0, 0];
  for (const cell of cellKinds) {
    const ops = byCell[cell];
    const width = cellWidths[cell];
    if (ops.length > 0) {
      const lines = summary(ops);
      const tall = lines.length * size.lineHeight + size.cellPadding * 2;
      items.push({
        id: `${group.id}#${cell}`,
        group,
        cell,
        phase: ops[0]!.phase,
        ops,
        lines,
        unwired: 0,
        anchor: { x, y: 0, width, height: tall },
        x,
        y: 0,
        width,
        height: tall,
      });
      height = Math.max(height, tall);
    }
    x += width + gaps.cells;
    if (cell === last) break;
  }
  return { port: cellWidths.forward / 2, width: x - gaps.cells, height, groups: [], items, routes: [] };
}

function single(group: Group, op: OpNode): Inside {
  const box = { x: 0, y: 0, ...boxOf(op) };
  return {
    port: box.width / 2,
    width: box.width,
    height: box.height,
    groups: [],
    items: [itemOf(group, op, box)],
    routes: [],
  };
}

function itemOf(group: Group, op: OpNode, box: Box): PlacedItem {
  const own = op.kind === 'variable' || op.kind === 'constant';
  const line = own && op.value !== undefined ? String(op.value) : own ? op.id.split('/').at(-1)! : op.op;
  const lines = isLayer(op) ? [line, shortened(op.id.split('/').at(-1)!)] : [line];
  return { id: op.id, group, cell: cellKindOf(op), phase: op.phase, ops: [op], lines, unwired: 0, anchor: box, ...box };
}

/** A layer that a file tells of as a whole, by its name. */
function isLayer({ id, layer }: OpNode): boolean {
  return layer === id;
}

/** The middle of a long name says least. */
export function shortened(name: string, most = MOST_LETTERS): string {
  return name.length <= most ? name : `${name.slice(0, most / 2)}…${name.slice(1 - most / 2)}`;
}

function boxOf(op: OpNode): { readonly width: number; readonly height: number } {
  if (isLayer(op)) return { width: cellWidths.forward, height: 2 * size.lineHeight + size.cellPadding };
  return standsAside(op)
    ? { width: size.asideWidth, height: size.asideHeight }
    : { width: size.opWidth, height: size.opHeight };
}

function standsAside({ kind }: OpNode): boolean {
  return kind === 'constant' || kind === 'variable';
}

function move(inside: Inside, x: number, y: number): Inside {
  const moved = <T extends Point>(one: T): T => ({ ...one, x: one.x + x, y: one.y + y });
  return {
    ...inside,
    groups: inside.groups.map(moved),
    items: inside.items.map((item) => ({ ...moved(item), anchor: moved(item.anchor) })),
    routes: inside.routes.map(moved),
  };
}

/** Ops by kind in their order, those that compute before those that only hand through. */
function summary(ops: readonly OpNode[]): string[] {
  const counts = new Map<string, number>();
  const isWork = ({ kind, outputs }: OpNode): boolean =>
    kind === 'op' && (outputs.length === 0 || !outputs.every(({ alias }) => alias));
  const work = ops.filter(isWork);
  for (const { op } of work.length > 0 ? work : ops) counts.set(op, (counts.get(op) ?? 0) + 1);
  const lines = [...counts].map(([op, times]) => (times > 1 ? `${op} ×${times.toLocaleString('en-US')}` : op));
  return lines.length <= MOST_LINES
    ? lines
    : [...lines.slice(0, MOST_LINES - 1), `and ${lines.length - MOST_LINES + 1} more kinds`];
}

/** What is seen of the edges: between the items that stand for their ends. */
function wired(
  tree: GroupTree,
  inside: Inside,
  isOpen: (group: Group) => boolean,
): Pick<TreeLayout, 'items' | 'wires'> {
  const { graph } = tree;
  const numberOf = new Map<string, number>();
  inside.items.forEach(({ id }, index) => numberOf.set(id, index));
  const shown = new Shown(tree, isOpen);
  const items = new Int32Array(graph.nodes.length);
  const places = new Map<string, number>();
  graph.nodes.forEach((node, index) => {
    places.set(node.id, index);
    items[index] = numberOf.get(shown.idOf(node))!;
  });

  const count = inside.items.length;
  const found = new Map<
    number,
    { from: number; to: number; count: number; label: string | undefined; isControl: boolean }
  >();
  const targets = new Map<number, number>();
  for (const { from, to, slot, input } of graph.edges) {
    const source = places.get(from)!;
    const [a, b] = [items[source]!, items[places.get(to)!]!];
    if (a === b) continue;
    const label = shapeLabel(graph.nodes[source]!.outputs[slot]?.shape ?? [], graph.batchSize);
    const known = found.get(a * count + b);
    if (known) {
      known.count++;
      known.isControl &&= input === 'control';
      if (known.label !== label) known.label = undefined;
    } else {
      found.set(a * count + b, { from: a, to: b, count: 1, label, isControl: input === 'control' });
      targets.set(a, (targets.get(a) ?? 0) + 1);
    }
  }
  const led = new Led(inside);
  const wires: Wire[] = [];
  for (const { from, to, count: tensors, label, isControl } of found.values()) {
    if (targets.get(from)! > MOST_TARGETS) continue;
    const [a, b] = [inside.items[from]!, inside.items[to]!];
    const isInner = a.group === b.group && a.group.kind === 'layer';
    // What only runs before something else, far away, says little and crosses much.
    if (isControl && a.group !== b.group) continue;
    wires.push({
      from: a.id,
      to: b.id,
      cell: b.cell,
      isInner,
      count: tensors,
      isControl,
      label: label ?? '',
      via: led.between(a, b),
    });
  }
  return {
    wires,
    items: inside.items.map((item, index) => {
      const many = targets.get(index) ?? 0;
      return many > MOST_TARGETS ? { ...item, unwired: many } : item;
    }),
  };
}

/** The id of the item that an op is seen as, with these groups open. */
export function shownAs(tree: GroupTree, open: ReadonlySet<string>): (op: OpNode) => string {
  const shown = new Shown(tree, (group) => group === tree.root || open.has(group.id));
  return (op) => shown.idOf(op);
}

/** Which item an op is seen as: itself, or the outermost closed group that it is in. */
class Shown {
  private readonly known = new Map<Group, Group | undefined>();

  constructor(
    private readonly tree: GroupTree,
    private readonly isOpen: (group: Group) => boolean,
  ) {}

  idOf(node: OpNode): string {
    const closedGroup = this.outermostClosed(this.tree.groupOf.get(node.id)!);
    return closedGroup ? `${closedGroup.id}#${cellKindOf(node)}` : node.id;
  }

  private outermostClosed(group: Group): Group | undefined {
    if (this.known.has(group)) return this.known.get(group);
    const outer = group.parent && this.outermostClosed(group.parent);
    const result = outer ?? (this.isOpen(group) ? undefined : group);
    this.known.set(group, result);
    return result;
  }
}

/** How wires are led: as the edge between those two that they part at. */
class Led {
  private readonly routes = new Map<
    Group,
    { readonly byEdge: ReadonlyMap<string, readonly Point[]>; readonly places: ReadonlyMap<Group | OpNode, number> }
  >();

  constructor(inside: Inside) {
    for (const { group, routes, x, y } of inside.routes) {
      const byEdge = new Map<string, readonly Point[]>();
      group.edges.forEach((edge, index) => {
        const route = routes[index]!;
        if (route.length > 0)
          byEdge.set(
            edge.join(),
            route.map((point) => ({ x: point.x + x, y: point.y + y })),
          );
      });
      this.routes.set(group, { byEdge, places: new Map(group.children.map((child, index) => [child, index])) });
    }
  }

  between(a: PlacedItem, b: PlacedItem): readonly Point[] {
    const [above, below] = [chainOf(a), chainOf(b)];
    let level = 0;
    while (level < above.length - 1 && level < below.length - 1 && above[level + 1] === below[level + 1]) level++;
    const group = above[level];
    const known = group && 'children' in group ? this.routes.get(group) : undefined;
    if (!known || above.length <= level + 1 || below.length <= level + 1) return [];
    const edge = [known.places.get(above[level + 1]!), known.places.get(below[level + 1]!)];
    return known.byEdge.get(edge.join()) ?? [];
  }
}

/** From the root to the item. */
function chainOf(item: PlacedItem): (Group | OpNode)[] {
  const chain: (Group | OpNode)[] = item.ops.length === 1 && item.id === item.ops[0]!.id ? [item.ops[0]!] : [];
  for (let group: Group | undefined = item.group; group; group = group.parent) chain.unshift(group);
  return chain;
}
