/** A layout as it is drawn and pointed at: what lies in a region, and what lies at a point. Built once a layout. Pure. */
import { curvePoints, middleOf } from '../../../../src/shared/graph/graph-curve.js';
import { sizes } from '../../../../src/shared/graph/tree/outline.js';
import type { PlacedGroup, PlacedItem, Point, TreeLayout } from '../../../../src/shared/graph/tree/tree-layout.js';
import { BoxIndex, type Region } from './box-index.js';

/** A wire's Bézier curves, as `curvePoints` gives them. */
export type WirePoints = readonly number[];

export class Scene {
  /** By their ids: places among the layout's items. */
  readonly placeOf: ReadonlyMap<string, number>;
  private readonly items: BoxIndex;
  private readonly groups: BoxIndex;
  private wires:
    { readonly index: BoxIndex; readonly points: readonly WirePoints[]; readonly reaches: Float64Array } | undefined;
  private wiresBy: ReadonlyMap<string, readonly number[]> | undefined;

  constructor(readonly layout: TreeLayout) {
    this.placeOf = new Map(layout.items.map(({ id }, place) => [id, place]));
    this.items = new BoxIndex(boxesOf(layout.items));
    this.groups = new BoxIndex(boxesOf(layout.groups));
  }

  itemsIn(region: Region, most?: number): number[] {
    return this.items.within(region, most);
  }

  /** Outer ones before those within. */
  groupsIn(region: Region): number[] {
    return this.groups.within(region).sort((a, b) => a - b);
  }

  /** Whose bounds touch the region. */
  wiresIn(region: Region): number[] {
    return this.wireCurves().index.within(region);
  }

  pointsOf(wire: number): WirePoints {
    return this.wireCurves().points[wire]!;
  }

  /** How far apart its ends are, across or down. */
  reachOf(wire: number): number {
    return this.wireCurves().reaches[wire]!;
  }

  middleOf(wire: number): Point {
    return middleOf(this.pointsOf(wire));
  }

  /** Places of the wires that begin or end at an item. */
  wiresOf(item: string): readonly number[] {
    if (!this.wiresBy) {
      const by = new Map<string, number[]>();
      const keep = (id: string, wire: number): void => {
        const known = by.get(id);
        if (known) known.push(wire);
        else by.set(id, [wire]);
      };
      this.layout.wires.forEach(({ from, to }, wire) => {
        keep(from, wire);
        keep(to, wire);
      });
      this.wiresBy = by;
    }
    return this.wiresBy.get(item) ?? [];
  }

  /** `near`: what is no farther than this counts too, the nearest of it. */
  itemAt({ x, y }: Point, near = 0): PlacedItem | undefined {
    const { items } = this.layout;
    let [best, least] = [-1, Infinity];
    for (const place of this.items.within({ x: x - near, y: y - near, width: 2 * near, height: 2 * near })) {
      const item = items[place]!;
      const across = Math.max(item.x - x, 0, x - item.x - item.width);
      const down = Math.max(item.y - y, 0, y - item.y - item.height);
      const distance = Math.hypot(across, down);
      if (distance < least) [best, least] = [place, distance];
    }
    return items[best];
  }

  /** The innermost. */
  groupAt({ x, y }: Point): PlacedGroup | undefined {
    const place = this.groupsIn({ x, y, width: 0, height: 0 }).at(-1);
    return place === undefined ? undefined : this.layout.groups[place];
  }

  /** The one whose head it is. */
  headAt(point: Point): PlacedGroup | undefined {
    const group = this.groupAt(point);
    return group && point.y < group.y + sizes.headHeight ? group : undefined;
  }

  private wireCurves(): NonNullable<Scene['wires']> {
    if (this.wires) return this.wires;
    const { items, wires } = this.layout;
    const boxes = new Float64Array(4 * wires.length);
    const reaches = new Float64Array(wires.length);
    const points = wires.map((wire, place) => {
      const [from, to] = [items[this.placeOf.get(wire.from)!]!, items[this.placeOf.get(wire.to)!]!];
      const curve = curvePoints(from.anchor, wire.via, to.anchor);
      let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
      for (let at = 0; at < curve.length; at += 2) {
        left = Math.min(left, curve[at]!);
        right = Math.max(right, curve[at]!);
        top = Math.min(top, curve[at + 1]!);
        bottom = Math.max(bottom, curve[at + 1]!);
      }
      boxes[4 * place] = left;
      boxes[4 * place + 1] = top;
      boxes[4 * place + 2] = right - left;
      boxes[4 * place + 3] = bottom - top;
      reaches[place] = Math.max(Math.abs(curve.at(-2)! - curve[0]!), Math.abs(curve.at(-1)! - curve[1]!));
      return curve;
    });
    return (this.wires = { index: new BoxIndex(boxes), points, reaches });
  }
}

function boxesOf(all: readonly Region[]): Float64Array {
  const boxes = new Float64Array(4 * all.length);
  all.forEach(({ x, y, width, height }, place) => {
    boxes[4 * place] = x;
    boxes[4 * place + 1] = y;
    boxes[4 * place + 2] = width;
    boxes[4 * place + 3] = height;
  });
  return boxes;
}
