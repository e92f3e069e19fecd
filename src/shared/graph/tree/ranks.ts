/** Which row each box of a layered layout stands in. Pure. */
import type { LayeredBox, LayeredGaps } from './layered-layout.js';

export interface Ranks {
  /** By box, from 0 on. */
  readonly rank: readonly number[];
  /** Of each box: whether it stands at the left of what it goes to, in its row. */
  readonly aside: readonly boolean[];
  /** Of each box: the box that it stands beside because it only keeps what that one gives, −1 for none. */
  readonly keptFrom: readonly number[];
  /** Of each box: whether its row had to be cut into several, so that it stands in a grid rather than above what reads it. */
  readonly inGrid: readonly boolean[];
}

/** More beside one box are boxes like others: a row of them would be all that is seen. */
const MOST_ASIDE = 8;
/** Longer rows are cut: nobody pans along hundreds of siblings. */
const MOST_IN_ROW = 16;
/** How much wider than high a cut row is. */
const ASPECT = 1.6;

/** Nodes come in an order in which edges point forward; those that do not rank nothing. */
export function ranksOf(
  boxes: readonly LayeredBox[],
  edges: readonly (readonly [from: number, to: number])[],
  gaps: LayeredGaps,
): Ranks {
  const before: number[][] = boxes.map(() => []);
  const after: number[][] = boxes.map(() => []);
  const keptFrom = sourcesOfKept(boxes, edges);
  for (const [from, to] of edges) {
    if (from >= to || keptFrom[to] === from) continue;
    before[to]!.push(from);
    after[from]!.push(to);
  }
  const guests = boxes.map(() => 0);
  const aside = boxes.map((box, index) => {
    const host = after[index]![0];
    if (box.aside !== true || before[index]!.length > 0 || host === undefined) return false;
    return ++guests[host]! <= MOST_ASIDE;
  });
  const rank: number[] = [];
  boxes.forEach((_, index) => {
    let most = 0;
    for (const from of before[index]!) most = Math.max(most, rank[from]! + (aside[from] ? 0 : 1));
    rank[index] = most;
  });
  const firstReader = (index: number): number =>
    after[index]!.reduce((least, to) => Math.min(least, rank[to]!), Infinity);
  // What reads nothing stands right above what reads it, rather than at the very top.
  for (let index = boxes.length - 1; index >= 0; index--) {
    if (before[index]!.length > 0 || after[index]!.length === 0 || aside[index]) continue;
    rank[index] = Math.max(rank[index]!, firstReader(index) - 1);
  }
  const inGrid = cutRows(
    boxes,
    rank,
    boxes.map((_, index) => aside[index]! || keptFrom[index]! >= 0),
    gaps,
  );
  boxes.forEach((_, index) => {
    if (aside[index]) rank[index] = firstReader(index);
  });
  keptFrom.forEach((source, index) => {
    if (source >= 0) rank[index] = rank[source]!;
  });
  return { rank, aside, keptFrom, inGrid };
}

/** Of each box that keeps what another one gives: that one, −1 where there is none, or too many keep its. */
function sourcesOfKept(
  boxes: readonly LayeredBox[],
  edges: readonly (readonly [from: number, to: number])[],
): readonly number[] {
  const keptFrom = boxes.map(() => -1);
  const keepers = boxes.map(() => 0);
  for (const [from, to] of edges)
    if (boxes[to]!.keeps === true && from < to && boxes[from]!.keeps !== true && ++keepers[from]! <= MOST_ASIDE)
      keptFrom[to] = from;
  return keptFrom;
}

/** Changes the ranks of what does not stand beside something. */
function cutRows(
  boxes: readonly LayeredBox[],
  rank: number[],
  aside: readonly boolean[],
  gaps: LayeredGaps,
): readonly boolean[] {
  const rows: number[][] = [];
  rank.forEach((number, index) => {
    if (!aside[index]) (rows[number] ??= []).push(index);
  });
  const inGrid = boxes.map(() => false);
  if (rows.every((row) => row.length <= MOST_IN_ROW)) return inGrid;
  let next = 0;
  for (const row of rows) {
    const length =
      row.length <= MOST_IN_ROW
        ? row.length
        : rowLength(
            row.map((index) => boxes[index]!),
            gaps,
          );
    row.forEach((index, at) => {
      rank[index] = next + Math.floor(at / length);
      inGrid[index] = row.length > length;
    });
    next += Math.ceil(row.length / length);
  }
  return inGrid;
}

function rowLength(boxes: readonly LayeredBox[], { column, row }: LayeredGaps): number {
  const width = boxes.reduce((sum, box) => sum + box.width + column, 0) / boxes.length;
  const height = boxes.reduce((sum, box) => sum + box.height + row, 0) / boxes.length;
  const most = Math.max(MOST_IN_ROW, Math.sqrt((ASPECT * boxes.length * height) / width));
  // All of them about as long.
  return Math.ceil(boxes.length / Math.ceil(boxes.length / most));
}
