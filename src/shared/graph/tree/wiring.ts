/** What is seen of a graph's edges: wires between the items that stand for their ends. What does not change with what is open is told once a tree. Pure. */
import { cellKinds, shapeLabel } from '../graph-blocks.js';
import { graphIndex } from './graph-index.js';
import { cellKindOf, type Group, type GroupTree } from './group-tree.js';
import type { OutlinedTree } from './outline.js';
import type { Placement } from './placing.js';
import type { PlacedItem, Point, Wire } from './tree-layout.js';

/** What goes to more items than this is wired to none of them. */
const MOST_TARGETS = 4;

export interface Wired {
  readonly wires: readonly Wire[];
  /** Places of the items that go to too many, and to how many. */
  readonly unwired: ReadonlyMap<number, number>;
}

export class Wiring {
  /** Of each op of the graph: the number of its group, and its column. */
  private readonly groupOf: Int32Array;
  private readonly cellOf: Uint8Array;
  /** Of each edge of the graph: the places of its ends among the nodes. */
  private readonly from: Int32Array;
  private readonly to: Int32Array;
  /** Which edge of the outline it is led as, −1 for none. */
  private readonly ledAs: Int32Array;
  /** Its shape, as a number in `labels`. */
  private readonly label: Int32Array;
  private readonly labels: string[] = [''];

  constructor(
    private readonly tree: GroupTree,
    private readonly outlined: OutlinedTree,
  ) {
    const { nodes, edges, batchSize } = tree.graph;
    const { from, to } = graphIndex(tree.graph);
    this.from = from;
    this.to = to;
    this.groupOf = new Int32Array(nodes.length);
    this.cellOf = new Uint8Array(nodes.length);
    nodes.forEach((node, index) => {
      this.groupOf[index] = outlined.numberOf.get(tree.groupOf.get(node.id)!)!;
      this.cellOf[index] = cellKinds.indexOf(cellKindOf(node));
    });
    this.label = new Int32Array(edges.length);
    const numbers = new Map([['', 0]]);
    edges.forEach(({ slot }, index) => {
      const text = shapeLabel(nodes[from[index]!]!.outputs[slot]?.shape ?? [], batchSize);
      let number = numbers.get(text);
      if (number === undefined) {
        numbers.set(text, (number = this.labels.length));
        this.labels.push(text);
      }
      this.label[index] = number;
    });
    this.ledAs = this.ways();
  }

  between(items: readonly PlacedItem[], placement: Placement): Wired {
    const { nodes, edges } = this.tree.graph;
    const itemOf = this.itemsOfNodes(items, placement);
    interface Found {
      readonly edge: number;
      readonly from: number;
      readonly to: number;
      count: number;
      /** −1 where not all have the same. */
      label: number;
      isControl: boolean;
    }
    const found = new Map<number, Found>();
    const targets = new Int32Array(items.length);
    for (let edge = 0; edge < edges.length; edge++) {
      const [from, to] = [itemOf[this.from[edge]!]!, itemOf[this.to[edge]!]!];
      if (from === to) continue;
      const isControl = edges[edge]!.input === 'control';
      const label = this.label[edge]!;
      const key = from * nodes.length + to;
      const known = found.get(key);
      if (known) {
        known.count++;
        known.isControl &&= isControl;
        if (known.label !== label) known.label = -1;
      } else {
        found.set(key, { edge, from, to, count: 1, label, isControl });
        targets[from]!++;
      }
    }
    const wires: Wire[] = [];
    for (const { edge, from, to, count, label, isControl } of found.values()) {
      if (targets[from]! > MOST_TARGETS) continue;
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
        label: this.labels[label] ?? '',
        via: this.via(edge, placement),
      });
    }
    const unwired = new Map<number, number>();
    targets.forEach((many, index) => {
      if (many > MOST_TARGETS) unwired.set(index, many);
    });
    return { wires, unwired };
  }

  /** Of each op: the place of the item that it is seen as. */
  private itemsOfNodes(items: readonly PlacedItem[], { open }: Placement): Int32Array {
    const { groups, numberOf } = this.outlined;
    /** The outermost closed group that a group is in, or −1. Groups come after those around them. */
    const closedAt = new Int32Array(groups.length).fill(-1);
    for (let number = 1; number < groups.length; number++) {
      const outer = closedAt[numberOf.get(groups[number]!.parent!)!]!;
      closedAt[number] = outer >= 0 ? outer : open[number] === 1 ? -1 : number;
    }
    const ofOp = new Map<string, number>();
    const ofCell = new Int32Array(cellKinds.length * groups.length);
    items.forEach((item, index) => {
      const number = numberOf.get(item.group)!;
      if (closedAt[number]! >= 0) ofCell[cellKinds.length * number + cellKinds.indexOf(item.cell)] = index;
      else ofOp.set(item.id, index);
    });
    return Int32Array.from(this.tree.graph.nodes, ({ id }, node) => {
      const closed = closedAt[this.groupOf[node]!]!;
      return closed >= 0 ? ofCell[cellKinds.length * closed + this.cellOf[node]!]! : ofOp.get(id)!;
    });
  }

  private via(edge: number, { routeStart, points }: Placement): readonly Point[] {
    const led = this.ledAs[edge]!;
    if (led < 0) return [];
    const via: Point[] = [];
    for (let at = routeStart[led]!; at < routeStart[led + 1]!; at++)
      via.push({ x: points[2 * at]!, y: points[2 * at + 1]! });
    return via;
  }

  /** An edge is led as the one between those two children that its ends part at. */
  private ways(): Int32Array {
    const { groups, numberOf, outline } = this.outlined;
    const { childStart, child, edgeStart, edges } = outline;
    const parent = new Int32Array(groups.length).fill(-1);
    /** Of a group, and of an op by its node: the place among its siblings. */
    const placeOfGroup = new Int32Array(groups.length);
    const placeOfNode = new Int32Array(this.groupOf.length);
    const { placeOf } = graphIndex(this.tree.graph);
    groups.forEach((group, number) => {
      if (number > 0) parent[number] = numberOf.get(group.parent!)!;
      for (let at = childStart[number]!; at < childStart[number + 1]!; at++) {
        const place = at - childStart[number]!;
        const inner = child[at]!;
        if (inner >= 0) placeOfGroup[inner] = place;
        else placeOfNode[placeOf.get((group.children[place] as { readonly id: string }).id)!] = place;
      }
    });
    const known = groups.map((_group: Group, number) => {
      const count = childStart[number + 1]! - childStart[number]!;
      const places = new Map<number, number>();
      for (let at = edgeStart[number]!; at < edgeStart[number + 1]!; at++)
        places.set(edges[2 * at]! * count + edges[2 * at + 1]!, at);
      return { count, places };
    });
    return Int32Array.from(this.from, (source, edge) => {
      const target = this.to[edge]!;
      let [a, b] = [this.groupOf[source]!, this.groupOf[target]!];
      let [from, to] = [placeOfNode[source]!, placeOfNode[target]!];
      // Up to the group that both are in: groups have higher numbers than those around them.
      while (a !== b) {
        if (a > b) [from, a] = [placeOfGroup[a]!, parent[a]!];
        else [to, b] = [placeOfGroup[b]!, parent[b]!];
      }
      const { count, places } = known[a]!;
      return places.get(from * count + to) ?? -1;
    });
  }
}
