/**
 * One side of a comparison at the places of both: what is not there leaves its place empty, what is there shows
 * itself as it is on that side. So the two sides can be looked at beside each other, in step. Pure.
 */
import type { GraphComparison, GraphSide } from './compare-graphs.js';
import { shapeLabel } from './graph-blocks.js';
import type { OpNode } from './op-graph.js';
import { columnLines } from './tree/closed-group.js';
import { groupTree, type Group, type GroupTree } from './tree/group-tree.js';
import { goesToTooMany } from './tree/wiring.js';
import { linesOf, shownAs, type PlacedItem, type TreeLayout, type Wire } from './tree/tree-layout.js';

/** What an item, or a group, is to the other side. */
export type Standing = 'added' | 'removed' | 'changed' | 'same';

export interface SideLayout extends TreeLayout {
  /** By the item's id. */
  readonly standing: ReadonlyMap<string, Standing>;
}

/** Of the union: with the wires of both sides. */
export function unionTree({ union }: GraphComparison): GroupTree {
  return groupTree(union, 2);
}

/** The sides of one comparison; `tree` is its union's. */
export class CompareLayouts {
  private readonly nodes: Readonly<Record<GraphSide, ReadonlyMap<string, OpNode>>>;
  private readonly groups: Readonly<Record<GraphSide, ReadonlyMap<Group, Group>>>;

  constructor(
    private readonly comparison: GraphComparison,
    private readonly tree: GroupTree,
  ) {
    const { sides } = comparison;
    this.nodes = {
      before: new Map(sides.before.nodes.map((node) => [node.id, node])),
      after: new Map(sides.after.nodes.map((node) => [node.id, node])),
    };
    this.groups = { before: this.groupsOf('before'), after: this.groupsOf('after') };
  }

  /** `layout`: the union's, with these groups open. */
  side(layout: TreeLayout, open: ReadonlySet<string>, side: GraphSide): SideLayout {
    const standing = new Map<string, Standing>();
    const places = new Int32Array(layout.items.length).fill(-1);
    let next = 0;
    const items = layout.items.flatMap((item, place): PlacedItem[] => {
      const ops = item.ops.flatMap(({ id }) => this.nodes[side].get(id) ?? []);
      if (ops.length === 0) return [];
      places[place] = next++;
      standing.set(item.id, this.standingOf(item.ops));
      const isOp = item.ops[0]!.id === item.id;
      const lines = isOp ? linesOf(this.named(ops[0]!, side)) : columnLines(ops);
      return [{ ...item, group: this.groups[side].get(item.group) ?? item.group, ops, lines }];
    });
    const groups = layout.groups.flatMap((placed) => {
      const group = this.groups[side].get(placed.group);
      return group ? [{ ...placed, group }] : [];
    });
    const itemOf = layout.itemOf.map((place) => places[place]!);
    const wires = this.wires(layout, open, side);
    // The union has the wires of what goes to few on either side.
    const targets = new Map<string, number>();
    for (const { from } of wires) targets.set(from, (targets.get(from) ?? 0) + 1);
    const tooMany = new Set(items.flatMap(({ id, ops }) => (goesToTooMany(ops, targets.get(id) ?? 0) ? id : [])));
    return {
      ...layout,
      groups,
      items: items.map((item) => (tooMany.has(item.id) ? { ...item, unwired: targets.get(item.id)! } : item)),
      itemOf,
      wires: wires.filter(({ from }) => !tooMany.has(from)),
      standing,
    };
  }

  /** The whole of it counts: a layer with one op more has changed. */
  private standingOf(ops: readonly OpNode[]): Standing {
    let standing: Standing | undefined;
    for (const { id } of ops) {
      const one = this.comparison.changes.get(id)?.kind ?? 'same';
      if (standing !== undefined && one !== standing) return 'changed';
      standing = one;
    }
    return standing ?? 'same';
  }

  private named(node: OpNode, side: GraphSide): OpNode {
    const own = this.comparison[side].get(node.id)!;
    return node.layer === node.id ? own : { ...node, id: own.id };
  }

  /** Those that have something in them on that side, by their label there. */
  private groupsOf(side: GraphSide): ReadonlyMap<Group, Group> {
    const there = new Set<Group>();
    for (const id of this.nodes[side].keys()) {
      for (let group = this.tree.groupOf.get(id); group && !there.has(group); group = group.parent) there.add(group);
    }
    const layers = new Map(this.comparison.sides[side].layers.map((layer) => [layer.layer, layer]));
    return new Map(
      [...there].map((group) => {
        const label = group.id.startsWith('layer:') ? group.id.slice('layer:'.length) : undefined;
        if (label === undefined) return [group, group];
        const own = side === 'before' ? (this.comparison.labelsBefore.get(label) ?? label) : label;
        const layer = layers.get(label);
        return [group, { ...group, label: own.split('/').at(-1)!, shape: layer?.outputShape, line: layer?.line }];
      }),
    );
  }

  /** Of the union's wires those that this side has edges for, with its own shapes. */
  private wires(layout: TreeLayout, open: ReadonlySet<string>, side: GraphSide): Wire[] {
    const graph = this.comparison.sides[side];
    const nodes = this.nodes[side];
    const place = shownAs(this.tree, open);
    const seen = new Map<string, string>();
    const seenAs = (id: string): string => {
      let known = seen.get(id);
      if (known === undefined) seen.set(id, (known = place(nodes.get(id)!)));
      return known;
    };
    const found = new Map<string, { count: number; label: string | undefined }>();
    for (const { from, to, slot } of graph.edges) {
      const key = `${seenAs(from)}\n${seenAs(to)}`;
      const label = shapeLabel(nodes.get(from)!.outputs[slot]?.shape ?? [], graph.batchSize);
      const known = found.get(key);
      if (!known) found.set(key, { count: 1, label });
      else {
        known.count++;
        if (known.label !== label) known.label = undefined;
      }
    }
    return layout.wires.flatMap((wire) => {
      const own = found.get(`${wire.from}\n${wire.to}`);
      return own ? [{ ...wire, count: own.count, label: own.label ?? '' }] : [];
    });
  }
}
