/** What is seen of a graph's edges: wires between the items that stand for their ends. What does not change with what is open is told once a tree. Pure. */
import { cellKinds, shapeLabel } from '../graph-blocks.js';
import { graphIndex } from './graph-index.js';
import type { OpNode } from '../op-graph.js';
import type { GroupTree } from './group-tree.js';
import type { OutlinedTree } from './outline.js';
import { Pairs } from './pairs.js';
import type { Placement } from './placing.js';
import type { Box, PlacedItem, Point, Wire } from './tree-layout.js';

/** What goes to more items than this is wired to none of them: lines from everywhere to everywhere say nothing. */
const MOST_TARGETS = 12;
/** The same for weights and constants. */
const MOST_TARGETS_ASIDE = 4;

/** Whether an item with these ops goes to more others than are wired. */
export function goesToTooMany(ops: readonly OpNode[], targets: number): boolean {
  if (targets <= MOST_TARGETS_ASIDE) return false;
  return targets > MOST_TARGETS || ops.every(({ kind }) => kind === 'constant' || kind === 'variable');
}

export interface Wired {
  /** Of each of the graph's nodes: the place of its item. */
  readonly itemOf: Int32Array;
  readonly wires: readonly Wire[];
  /** Places of the items that go to too many, and to how many. */
  readonly unwired: ReadonlyMap<number, number>;
}

/** Not found out yet. */
const UNKNOWN = -2;
const UNLED = -1;
/** Less an edge's number: against that edge. */
const BACK = -3;
/** Rows and boxes that end within this end together. */
const NEAR = 2;
/** What flows back stands so far from what flows there. */
const BESIDE = 5;

/** Edges between the same two items. */
interface Found {
  /** The first of them. */
  readonly edge: number;
  readonly from: number;
  readonly to: number;
  count: number;
  hasOneLabel: boolean;
  isControl: boolean;
}

export class Wiring {
  /** Of each op of the graph: the number of its group, its place among the children there, and its column. */
  private readonly groupOf: Int32Array;
  private readonly placeInGroup: Int32Array;
  private readonly cellOf: Uint8Array;
  /** Of each group: which child it is of the one around it. */
  private readonly placeInOuter: Int32Array;
  /** Of each edge of the graph: the places of its ends among the nodes. */
  private readonly from: Int32Array;
  private readonly to: Int32Array;
  /** Which edge of the outline it is led as; found out for those that are seen. */
  private readonly ledAs: Int32Array;
  /** Its shape, as a number in `labels`; likewise. */
  private readonly label: Int32Array;
  private readonly labels: string[] = [''];
  private readonly labelNumbers = new Map([['', 0]]);
  /** By the group's number: edges of the outline by their ends. */
  private readonly edgesIn: (ReadonlyMap<number, number> | undefined)[] = [];

  constructor(
    private readonly tree: GroupTree,
    private readonly outlined: OutlinedTree,
  ) {
    const { from, to } = graphIndex(tree.graph);
    const { groups, outline } = outlined;
    const { childStart, child, cell } = outline;
    const nodes = tree.graph.nodes.length;
    this.from = from;
    this.to = to;
    this.groupOf = new Int32Array(nodes);
    this.placeInGroup = new Int32Array(nodes);
    this.cellOf = new Uint8Array(nodes);
    this.placeInOuter = new Int32Array(groups.length);
    groups.forEach(({ places }, number) => {
      for (let place = 0; place < places.length; place++) {
        const at = childStart[number]! + place;
        const node = places[place]!;
        if (node < 0) this.placeInOuter[child[at]!] = place;
        else {
          this.groupOf[node] = number;
          this.placeInGroup[node] = place;
          this.cellOf[node] = cell[at]!;
        }
      }
    });
    this.ledAs = new Int32Array(from.length).fill(UNKNOWN);
    this.label = new Int32Array(from.length).fill(UNKNOWN);
  }

  between(items: readonly PlacedItem[], placement: Placement): Wired {
    const { sides, graph } = this.tree;
    const { edges } = graph;
    const itemOf = this.itemsOfNodes(items, placement);
    const pairs = new Pairs(edges.length);
    const found: Found[] = [];
    const targets = new Int32Array(items.length);
    for (let edge = 0; edge < edges.length; edge++) {
      const [from, to] = [itemOf[this.from[edge]!]!, itemOf[this.to[edge]!]!];
      if (from === to) continue;
      const isControl = edges[edge]!.input === 'control';
      const known = found[pairs.of(from, to)];
      if (!known) {
        found.push({ edge, from, to, count: 1, hasOneLabel: true, isControl });
        targets[from]!++;
        continue;
      }
      known.count++;
      known.isControl &&= isControl;
      known.hasOneLabel &&= this.isSameTensor(edge, known.edge) || this.labelOf(edge) === this.labelOf(known.edge);
    }
    // What goes to few on each side can go to many on all of them.
    const isTooMany = items.map(({ ops }, index) => goesToTooMany(ops, Math.ceil(targets[index]! / sides)));
    const wires: Wire[] = [];
    for (const { edge, from, to, count, hasOneLabel, isControl } of found) {
      if (isTooMany[from]) continue;
      const [a, b] = [items[from]!, items[to]!];
      // What only runs before something else, far away, says little and crosses much.
      if (isControl && a.group !== b.group) continue;
      wires.push({
        from: a.id,
        to: b.id,
        cell: b.cell,
        isInner: a.group === b.group && a.group.kind === 'layer',
        count,
        isControl,
        label: hasOneLabel ? this.labels[this.labelOf(edge)]! : '',
        via: this.via(edge, placement, a, b),
      });
    }
    const unwired = new Map<number, number>();
    targets.forEach((many, index) => {
      if (isTooMany[index]) unwired.set(index, many);
    });
    return { itemOf, wires, unwired };
  }

  /** Of each op: the place of the item that it is seen as. */
  private itemsOfNodes(items: readonly PlacedItem[], { open }: Placement): Int32Array {
    const { groups, numberOf } = this.outlined;
    /** The outermost closed group that a group is in, or −1. Groups come after those around them. */
    const closedAt = new Int32Array(groups.length).fill(-1);
    for (let number = 1; number < groups.length; number++) {
      const outer = closedAt[this.outlined.outer[number]!]!;
      closedAt[number] = outer >= 0 ? outer : open[number] === 1 ? -1 : number;
    }
    const ofOp = new Map<string, number>();
    const ofCell = new Int32Array(cellKinds.length * groups.length);
    items.forEach((item, index) => {
      const number = numberOf.get(item.group)!;
      if (closedAt[number]! >= 0) ofCell[cellKinds.length * number + cellKinds.indexOf(item.cell)] = index;
      else ofOp.set(item.id, index);
    });
    const { nodes } = this.tree.graph;
    const itemOf = new Int32Array(nodes.length);
    for (let node = 0; node < nodes.length; node++) {
      const closed = closedAt[this.groupOf[node]!]!;
      itemOf[node] = closed >= 0 ? ofCell[cellKinds.length * closed + this.cellOf[node]!]! : ofOp.get(nodes[node]!.id)!;
    }
    return itemOf;
  }

  /** What flows back goes beside what flows there, where anything does. */
  private via(edge: number, { routeStart, routes }: Placement, from: PlacedItem, to: PlacedItem): readonly Point[] {
    const way = this.wayOf(edge);
    if (way === UNLED) return [];
    const isBack = way < 0;
    const led = isBack ? BACK - way : way;
    const route = routes.subarray(routeStart[led], routeStart[led + 1]);
    if (route.length === 0) return [];
    const [leave, enter] = [route[0]!, route[route.length - 1]!];
    const [source, target] = isBack ? [to.anchor, from.anchor] : [from.anchor, to.anchor];
    if (route.length === 2 && beyond(source, leave) < NEAR && beyond(target, enter) < NEAR) return [];
    const via: Point[] = [{ x: middleOf(source), y: leave }];
    for (let at = 1; at < route.length - 1; at += 3) {
      const x = route[at]! + (isBack ? BESIDE : 0);
      via.push({ x, y: route[at + 1]! }, { x, y: route[at + 2]! });
    }
    via.push({ x: middleOf(target), y: enter });
    return isBack ? via.reverse() : via;
  }

  private isSameTensor(one: number, other: number): boolean {
    const { edges } = this.tree.graph;
    return this.from[one] === this.from[other] && edges[one]!.slot === edges[other]!.slot;
  }

  private labelOf(edge: number): number {
    const known = this.label[edge]!;
    if (known !== UNKNOWN) return known;
    const { nodes, edges, batchSize } = this.tree.graph;
    const text = shapeLabel(nodes[this.from[edge]!]!.outputs[edges[edge]!.slot]?.shape ?? [], batchSize);
    let number = this.labelNumbers.get(text);
    if (number === undefined) {
      number = this.labels.push(text) - 1;
      this.labelNumbers.set(text, number);
    }
    return (this.label[edge] = number);
  }

  /** An edge is led as the one between those two children that its ends part at, or against one: `BACK` less its number. */
  private wayOf(edge: number): number {
    const known = this.ledAs[edge]!;
    if (known !== UNKNOWN) return known;
    const [source, target] = [this.from[edge]!, this.to[edge]!];
    let [a, b] = [this.groupOf[source]!, this.groupOf[target]!];
    let [from, to] = [this.placeInGroup[source]!, this.placeInGroup[target]!];
    // Up to the group that both are in: groups have higher numbers than those around them.
    while (a !== b) {
      if (a > b) [from, a] = [this.placeInOuter[a]!, this.outlined.outer[a]!];
      else [to, b] = [this.placeInOuter[b]!, this.outlined.outer[b]!];
    }
    const { childStart } = this.outlined.outline;
    const count = childStart[a + 1]! - childStart[a]!;
    const edges = this.edgesOf(a);
    const against = edges.get(to * count + from);
    return (this.ledAs[edge] = edges.get(from * count + to) ?? (against === undefined ? UNLED : BACK - against));
  }

  private edgesOf(group: number): ReadonlyMap<number, number> {
    const known = this.edgesIn[group];
    if (known) return known;
    const { childStart, edgeStart, edges } = this.outlined.outline;
    const count = childStart[group + 1]! - childStart[group]!;
    const places = new Map<number, number>();
    for (let at = edgeStart[group]!; at < edgeStart[group + 1]!; at++)
      places.set(edges[2 * at]! * count + edges[2 * at + 1]!, at);
    return (this.edgesIn[group] = places);
  }
}

function middleOf({ x, width }: Box): number {
  return x + width / 2;
}

/** How far above or below a box. */
function beyond({ y, height }: Box, at: number): number {
  return Math.max(y - at, at - y - height);
}
