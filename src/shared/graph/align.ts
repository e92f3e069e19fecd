/**
 * Two sequences beside each other, as a diff does: which of one belongs to which of the other, both in their
 * order. Pure; knows not what they hold.
 */

/** Pairs that one table holds: beyond it only what is equal, and alone of its kind, is put together. */
const MOST_CELLS = 2_000_000;

interface Sequence<T> {
  readonly of: readonly T[];
  /** What is equal has equal keys. */
  key(one: T): string;
}

/**
 * The pairs whose scores sum up highest; a score of 0 or less is none. Equal beginnings and ends, and what is
 * equal and there once on either side, are taken as they are.
 * @returns places in the two, ascending
 */
export function align<T>(
  left: Sequence<T>,
  right: Sequence<T>,
  score: (left: T, right: T) => number,
): (readonly [number, number])[] {
  const keys = [left.of.map((one) => left.key(one)), right.of.map((one) => right.key(one))] as const;
  const pairs: (readonly [number, number])[] = [];
  const between = (a: number, aEnd: number, b: number, bEnd: number, canAnchor: boolean): void => {
    while (a < aEnd && b < bEnd && keys[0][a] === keys[1][b]) pairs.push([a++, b++]);
    const ends: (readonly [number, number])[] = [];
    while (a < aEnd && b < bEnd && keys[0][aEnd - 1] === keys[1][bEnd - 1]) ends.push([--aEnd, --bEnd]);
    if (a < aEnd && b < bEnd) {
      if ((aEnd - a) * (bEnd - b) <= MOST_CELLS) pairs.push(...best(left.of, right.of, a, aEnd, b, bEnd, score));
      else if (canAnchor) {
        const anchors = ascending(alone(keys[0], keys[1], a, aEnd, b, bEnd));
        let [x, y] = [a, b];
        for (const [s, t] of anchors) {
          between(x, s, y, t, false);
          pairs.push([s, t]);
          [x, y] = [s + 1, t + 1];
        }
        between(x, aEnd, y, bEnd, false);
      }
    }
    pairs.push(...ends.reverse());
  };
  between(0, left.of.length, 0, right.of.length, true);
  return pairs;
}

/** Needleman and Wunsch's table, without a price for gaps. */
function best<T>(
  left: readonly T[],
  right: readonly T[],
  a: number,
  aEnd: number,
  b: number,
  bEnd: number,
  score: (left: T, right: T) => number,
): (readonly [number, number])[] {
  const [rows, columns] = [aEnd - a, bEnd - b];
  const width = columns + 1;
  const sums = new Float32Array((rows + 1) * width);
  const own = new Float32Array(rows * columns);
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const here = Math.max(0, score(left[a + row]!, right[b + column]!));
      own[row * columns + column] = here;
      const paired = here > 0 ? here + sums[(row + 1) * width + column + 1]! : 0;
      sums[row * width + column] = Math.max(paired, sums[(row + 1) * width + column]!, sums[row * width + column + 1]!);
    }
  }
  const pairs: (readonly [number, number])[] = [];
  let [row, column] = [0, 0];
  while (row < rows && column < columns) {
    const here = own[row * columns + column]!;
    const sum = sums[row * width + column]!;
    if (here > 0 && Math.abs(sum - here - sums[(row + 1) * width + column + 1]!) < 1e-3) {
      pairs.push([a + row, b + column]);
      row++;
      column++;
    } else if (sums[(row + 1) * width + column]! >= sums[row * width + column + 1]!) row++;
    else column++;
  }
  return pairs;
}

/** Those whose key is there once on either side. */
function alone(
  left: readonly string[],
  right: readonly string[],
  a: number,
  aEnd: number,
  b: number,
  bEnd: number,
): (readonly [number, number])[] {
  const once = (keys: readonly string[], from: number, to: number): Map<string, number> => {
    const places = new Map<string, number>();
    for (let place = from; place < to; place++) places.set(keys[place]!, places.has(keys[place]!) ? -1 : place);
    return places;
  };
  const others = once(right, b, bEnd);
  return [...once(left, a, aEnd)].flatMap(([key, place]): (readonly [number, number])[] => {
    const other = others.get(key) ?? -1;
    return place < 0 || other < 0 ? [] : [[place, other]];
  });
}

/** The longest part of the pairs that ascends in both; they ascend in the first already. */
function ascending(pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const tails: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  pairs.forEach(([, other], index) => {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tails[middle]!]![1] < other) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[index] = tails[low - 1]!;
    tails[low] = index;
  });
  const chain: (readonly [number, number])[] = [];
  for (let index = tails.at(-1) ?? -1; index >= 0; index = before[index]!) chain.unshift(pairs[index]!);
  return chain;
}
