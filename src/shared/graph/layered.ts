/**
 * Layered layout of a small directed graph: every node below all that it reads, few crossings. Nodes come in an order in which edges point forward; edges that do not are left out of the
 * ranking. Pure.
 */

export interface LayeredNode {
  readonly width: number;
  readonly height: number;
}

export interface LayeredOptions {
  readonly columnGap: number;
  readonly rowGap: number;
  /** Last rank on top: for what flows upward. */
  readonly upward?: boolean;
  /** Ranks begin at the left, so that what is there stays there when something grows; else they are centred. */
  readonly fromLeft?: boolean;
}

export interface Layered {
  /** Top left corners, in the order of the nodes. */
  readonly places: readonly { readonly x: number; readonly y: number }[];
  readonly width: number;
  readonly height: number;
}

/** `edges` are pairs of indices. */
export function layered(
  nodes: readonly LayeredNode[],
  edges: readonly (readonly [from: number, to: number])[],
  { columnGap, rowGap, upward = false, fromLeft = false }: LayeredOptions,
): Layered {
  const before: number[][] = nodes.map(() => []);
  for (const [from, to] of edges) if (from < to) before[to]!.push(from);
  const rank: number[] = [];
  before.forEach((list, index) => (rank[index] = list.reduce((most, from) => Math.max(most, rank[from]! + 1), 0)));
  const rows = rowsInOrder(rank, before);

  const widths = rows.map((row) => sum(row.map((index) => nodes[index]!.width)) + columnGap * (row.length - 1));
  const heights = rows.map((row) => Math.max(...row.map((index) => nodes[index]!.height)));
  const width = Math.max(0, ...widths);
  const places: { x: number; y: number }[] = [];
  let y = 0;
  const order = rows.map((_, index) => index);
  for (const number of upward ? order.reverse() : order) {
    let x = fromLeft ? 0 : (width - widths[number]!) / 2;
    for (const index of rows[number]!) {
      places[index] = { x, y: fromLeft ? y : y + (heights[number]! - nodes[index]!.height) / 2 };
      x += nodes[index]!.width + columnGap;
    }
    y += heights[number]! + rowGap;
  }
  return { places, width, height: Math.max(0, y - rowGap) };
}

/** Nodes of each rank from left to right: each near the middle of what it reads. */
function rowsInOrder(rank: readonly number[], before: readonly (readonly number[])[]): number[][] {
  const rows: number[][] = [];
  rank.forEach((number, index) => (rows[number] ??= []).push(index));
  const share: number[] = [];
  for (const row of rows) {
    const wish = new Map(
      row.map((index, place) => {
        const above = before[index]!;
        const middle = above.length > 0 ? sum(above.map((from) => share[from]!)) / above.length : undefined;
        return [index, middle ?? (place + 0.5) / row.length];
      }),
    );
    row.sort((a, b) => wish.get(a)! - wish.get(b)! || a - b);
    row.forEach((index, place) => (share[index] = (place + 0.5) / row.length));
  }
  return rows;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
