/**
 * Layered layout of a directed graph: every node below all that it reads, few crossings, chains straight,
 * and long edges led past the boxes between. Nodes come in an order in which edges point forward. Pure;
 * the same input gives the same layout.
 *
 * The steps are those of Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical
 * System Structures" (1981); the places within a row are the exact solution of a weighted isotonic regression.
 */
import { ranksOf, type Ranks } from './ranks.js';

export interface LayeredBox {
  readonly width: number;
  readonly height: number;
  /** From the left: where edges come in and go out, and what stands straight above its neighbours. The middle where it is not given. */
  readonly port?: number;
  /** Stands at the left of what it goes to, in the same row: constants and weights. */
  readonly aside?: boolean;
  /** Reads one box alone, and nothing reads it: stands at the right of what it reads, in the same row. */
  readonly keeps?: boolean;
}

export interface LayeredGaps {
  readonly column: number;
  readonly row: number;
}

/**
 * How an edge is led from row to row, so that it bends between rows alone and never behind a box: where it leaves the
 * row of its source, how it passes each row between, where it comes into the row of its target.
 */
export interface Route {
  /** The lower end of the source's row. */
  readonly leave: number;
  readonly passes: readonly { readonly x: number; readonly top: number; readonly bottom: number }[];
  /** The upper end of the target's row. */
  readonly enter: number;
}

export interface LayeredPlaces {
  /** Top left corners, in the order of the boxes. */
  readonly places: readonly { readonly x: number; readonly y: number }[];
  /** In the order of the edges; `undefined` for those that are not led. */
  readonly routes: readonly (Route | undefined)[];
  readonly width: number;
  readonly height: number;
}

/** Longer edges are not led: there would be more bends than boxes. Nor are those of what stands in a grid. */
const LONGEST = 40;
const BEND_WIDTH = 14;
const SWEEPS = 4;

/** `edges` are pairs of indices; those that do not point forward rank nothing. */
export function layeredLayout(
  boxes: readonly LayeredBox[],
  edges: readonly (readonly [from: number, to: number])[],
  gaps: LayeredGaps,
): LayeredPlaces {
  if (boxes.length === 0) return { places: [], routes: edges.map(() => undefined), width: 0, height: 0 };
  const ranks = ranksOf(boxes, edges, gaps);
  const { rank } = ranks;
  const grid = new Grid(boxes, ranks);
  const chains = edges.map(([from, to]) => grid.lead(from, to));
  grid.order();
  const xs = grid.columns(gaps.column);
  const heights = grid.rows.map((row) => row.reduce((most, at) => Math.max(most, grid.heights[at]!), 0));
  const tops: number[] = [];
  let y = 0;
  for (const height of heights) {
    tops.push(y);
    y += height + gaps.row;
  }
  const bottom = (row: number): number => tops[row]! + heights[row]!;
  let [left, right] = [Infinity, -Infinity];
  xs.forEach((x, at) => {
    left = Math.min(left, x - grid.lefts[at]!);
    right = Math.max(right, x + grid.rights[at]!);
  });
  return {
    places: boxes.map((box, index) => ({
      x: xs[index]! - left - grid.lefts[index]!,
      y: tops[rank[index]!]! + (heights[rank[index]!]! - box.height) / 2,
    })),
    routes: chains.map((chain, edge) => {
      if (!chain) return undefined;
      const [from, to] = edges[edge]!;
      return {
        leave: bottom(rank[from]!),
        passes: chain.map((at) => {
          const row = grid.rankOf(at);
          return { x: xs[at]! - left, top: tops[row]!, bottom: bottom(row) };
        }),
        enter: tops[rank[to]!]!,
      };
    }),
    width: right - left,
    height: Math.max(0, y - gaps.row),
  };
}

interface Partners {
  /** In the row above, or in the one below. */
  readonly near: readonly number[];
  /** Whether it is what goes on there. */
  readonly isMain: boolean;
}

/** Boxes and bends in rows. Bends have numbers after those of the boxes. */
class Grid {
  readonly rows: number[][] = [];
  /** How far each reaches to both sides of its port. */
  readonly lefts: number[];
  readonly rights: number[];
  readonly heights: number[];
  private readonly ranks: number[];
  /** Neighbours in the row above and below. */
  private readonly above: number[][] = [];
  private readonly below: number[][] = [];
  /** Of what stands aside: the last in its row that it goes to. */
  private readonly hostOf = new Map<number, number>();
  private readonly boxes: number;

  constructor(
    boxes: readonly LayeredBox[],
    private readonly given: Ranks,
  ) {
    const { rank } = given;
    this.boxes = boxes.length;
    this.lefts = boxes.map(({ width, port }) => port ?? width / 2);
    this.rights = boxes.map(({ width, port }) => width - (port ?? width / 2));
    this.heights = boxes.map(({ height }) => height);
    this.ranks = [...rank];
    rank.forEach((number, index) => {
      (this.rows[number] ??= []).push(index);
      this.above[index] = [];
      this.below[index] = [];
    });
    for (let number = 0; number < this.rows.length; number++) this.rows[number] ??= [];
  }

  rankOf(at: number): number {
    return this.ranks[at]!;
  }

  /** @returns the bends that the edge is led through, one a row between; `undefined` where it is not led */
  lead(from: number, to: number): number[] | undefined {
    const [first, last] = [this.ranks[from]!, this.ranks[to]!];
    const { aside, keptFrom, inGrid } = this.given;
    if (first === last && aside[from] && from < to && keptFrom[to] !== from) this.hostOf.set(from, to);
    if (first >= last || last - first > LONGEST || inGrid[from] || inGrid[to]) return undefined;
    const bends: number[] = [];
    let previous = from;
    for (let rank = first + 1; rank < last; rank++) {
      const bend = this.ranks.length;
      this.ranks.push(rank);
      this.lefts.push(BEND_WIDTH / 2);
      this.rights.push(BEND_WIDTH / 2);
      this.heights.push(0);
      this.above[bend] = [];
      this.below[bend] = [];
      this.rows[rank]!.push(bend);
      this.join(previous, bend);
      bends.push(bend);
      previous = bend;
    }
    this.join(previous, to);
    return bends;
  }

  private join(upper: number, lower: number): void {
    this.below[upper]!.push(lower);
    this.above[lower]!.push(upper);
  }

  /** Rows by the middles of their neighbours, down and up; the order with the fewest crossings stays. */
  order(): void {
    const place = new Float64Array(this.ranks.length);
    const number = (): void => {
      for (const row of this.rows) row.forEach((at, index) => (place[at] = index));
    };
    number();
    let best = this.rows.map((row) => [...row]);
    let fewest = Infinity;
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      const down = sweep % 2 === 0;
      const rows = down ? this.rows : [...this.rows].reverse();
      for (const row of rows) this.sortRow(row, down ? this.above : this.below, place);
      const crossings = this.crossings(place);
      if (crossings < fewest) {
        fewest = crossings;
        best = this.rows.map((row) => [...row]);
      }
      if (fewest === 0) break;
    }
    best.forEach((row, index) => (this.rows[index] = row));
    this.putAside();
  }

  private sortRow(row: number[], neighbours: readonly (readonly number[])[], place: Float64Array): void {
    const wish = new Map(
      row.map((at) => {
        const near = neighbours[at]!;
        if (near.length === 0) return [at, place[at]!] as const;
        return [at, near.reduce((sum, one) => sum + place[one]!, 0) / near.length] as const;
      }),
    );
    row.sort((a, b) => wish.get(a)! - wish.get(b)! || place[a]! - place[b]!);
    row.forEach((at, index) => (place[at] = index));
  }

  /** Of edges between neighbouring rows; counted by a tree of sums, so that wide rows stay quick. */
  private crossings(place: Float64Array): number {
    let total = 0;
    for (let rank = 1; rank < this.rows.length; rank++) {
      const upper = this.rows[rank - 1]!;
      const width = this.rows[rank]!.length;
      const sums = new Int32Array(width + 1);
      let seen = 0;
      for (const at of upper) {
        const targets = this.below[at]!.map((to) => place[to]!);
        for (const target of targets) {
          let notRight = 0;
          for (let index = target + 1; index > 0; index -= index & -index) notRight += sums[index]!;
          total += seen - notRight;
        }
        for (const target of targets) {
          for (let index = target + 1; index <= width; index += index & -index) sums[index]!++;
          seen++;
        }
      }
    }
    return total;
  }

  /**
   * Moves what stands aside to the left of what it goes to, and what keeps something to the right of that; copies of
   * what stands aside go to its left, or they would part it from where it goes.
   */
  private putAside(): void {
    const { keptFrom } = this.given;
    if (this.hostOf.size === 0 && !keptFrom.some((source) => source >= 0)) return;
    this.rows.forEach((row, rank) => {
      const guests = new Map<number, number[]>();
      const keepers = new Map<number, number[]>();
      const join = (to: Map<number, number[]>, host: number, at: number): boolean => {
        const known = to.get(host);
        if (known) known.push(at);
        else to.set(host, [at]);
        return false;
      };
      const hosts = row.filter((at) => {
        const host = this.hostOf.get(at);
        if (host !== undefined) return join(guests, host, at);
        const source = keptFrom[at] ?? -1;
        return source < 0 || join(keepers, source, at);
      });
      this.rows[rank] = hosts.flatMap((at) => [
        ...(guests.get(at) ?? []).flatMap((guest) => [...(keepers.get(guest) ?? []), guest]),
        at,
        ...(keepers.get(at) ?? []),
      ]);
    });
  }

  /** Ports of all, so that neighbours stand above each other as far as their row allows. */
  columns(gap: number): Float64Array {
    const xs = new Float64Array(this.ranks.length);
    for (const row of this.rows) {
      let x = 0;
      for (const at of row) {
        xs[at] = x + this.lefts[at]!;
        x += this.lefts[at]! + this.rights[at]! + gap;
      }
      // Rows begin around one middle.
      for (const at of row) xs[at]! -= (x - gap) / 2;
    }
    const [toEnd, toBegin] = [this.longest(this.below, true), this.longest(this.above, false)];
    const above = this.partners(this.above, this.below, toBegin, toEnd);
    const below = this.partners(this.below, this.above, toEnd, toBegin);
    for (let sweep = 0; sweep < 2 * SWEEPS; sweep++) {
      const down = sweep % 2 === 0;
      const rows = down ? this.rows : [...this.rows].reverse();
      for (const row of rows) this.spread(row, gap, xs, down ? above : below);
    }
    return xs;
  }

  /** Of each: how many boxes the longest way on has, its own included. */
  private longest(neighbours: readonly (readonly number[])[], fromBelow: boolean): Int32Array {
    const lengths = new Int32Array(this.ranks.length);
    for (const row of fromBelow ? [...this.rows].reverse() : this.rows)
      for (const at of row) {
        let most = 0;
        for (const near of neighbours[at]!) most = Math.max(most, lengths[near]!);
        lengths[at] = most + (at < this.boxes ? 1 : 0);
      }
    return lengths;
  }

  /**
   * What each stands above or below. Of boxes the longest way stands straight: shorter branches, and what is led past,
   * go aside for it and do not pull it along.
   */
  private partners(
    near: readonly (readonly number[])[],
    back: readonly (readonly number[])[],
    onward: Int32Array,
    backward: Int32Array,
  ): readonly Partners[] {
    const isBox = (one: number): boolean => one < this.boxes;
    const farthest = (all: readonly number[], lengths: Int32Array): readonly number[] => {
      if (all.length <= 1) return all;
      const boxes = all.filter(isBox);
      const most = boxes.reduce((length, one) => Math.max(length, lengths[one]!), 0);
      return boxes.length === 0 ? all : boxes.filter((one) => lengths[one] === most);
    };
    return near.map((all, at) => {
      const own = isBox(at) ? farthest(all, onward) : all;
      return {
        near: own,
        isMain: isBox(at) && own.some((one) => isBox(one) && farthest(back[one]!, backward).includes(at)),
      };
    });
  }

  /** What it stands beside, itself where it stands alone. */
  private standsWith(at: number): number {
    const source = this.given.keptFrom[at] ?? -1;
    const host = this.hostOf.get(at) ?? (source >= 0 ? source : undefined);
    return host === undefined ? at : this.standsWith(host);
  }

  /** The places nearest to the wishes at which nothing of the row overlaps, and its order stays. */
  private spread(row: readonly number[], gap: number, xs: Float64Array, partners: readonly Partners[]): void {
    const offsets: number[] = [];
    const placeIn = new Map<number, number>();
    let offset = 0;
    row.forEach((at, index) => {
      if (index > 0) offset += this.rights[row[index - 1]!]! + this.lefts[at]! + gap;
      offsets.push(offset);
      placeIn.set(at, index);
    });
    const wishOf = (at: number): number => {
      const { near } = partners[at]!;
      return near.length > 0 ? near.reduce((sum, one) => sum + xs[one]!, 0) / near.length : xs[at]!;
    };
    // Pools of boxes that touch, each with its weighted mean of wishes, moved so that touching means equal.
    const pools: { sum: number; weight: number; count: number }[] = [];
    for (const at of row) {
      const host = this.standsWith(at);
      const { near, isMain } = partners[at]!;
      // What stands beside something goes where that goes.
      const weight = host !== at ? 0.01 : near.length === 0 ? 0.1 : isMain ? 300 : 1;
      let pool = { sum: (wishOf(host) - offsets[placeIn.get(host)!]!) * weight, weight, count: 1 };
      for (let last = pools.at(-1); last && last.sum / last.weight > pool.sum / pool.weight; last = pools.at(-1)) {
        pools.pop();
        pool = { sum: pool.sum + last.sum, weight: pool.weight + last.weight, count: pool.count + last.count };
      }
      pools.push(pool);
    }
    let index = 0;
    for (const { sum, weight, count } of pools)
      for (let inner = 0; inner < count; inner++, index++) xs[row[index]!] = sum / weight + offsets[index]!;
  }
}
