/** Which lines of one text are those of another: for a program that runs the text of before while it is edited. Pure. */

/** More comparisons than these are not worth the wait: what lies between the equal ends is then no line of the other. */
const MOST_COMPARISONS = 4_000_000;

/** From lines of `before` to lines of `after`, counted from 1; lines without a counterpart are not in it. */
export function lineMap(before: string, after: string): ReadonlyMap<number, number> {
  const [from, to] = [linesOf(before), linesOf(after)];
  const map = new Map<number, number>();
  const shorter = Math.min(from.length, to.length);
  let start = 0;
  while (start < shorter && from[start] === to[start]) start++;
  let end = 0;
  while (end < shorter - start && from[from.length - 1 - end] === to[to.length - 1 - end]) end++;
  for (let line = 0; line < start; line++) map.set(line + 1, line + 1);
  const [middleFrom, middleTo] = [from.slice(start, from.length - end), to.slice(start, to.length - end)];
  for (const [a, b] of common(middleFrom, middleTo)) map.set(start + a + 1, start + b + 1);
  // What was changed in place, line for line, are still the same lines.
  pairGaps(map, from.length - end, to.length - end, start);
  for (let line = end; line > 0; line--) map.set(from.length - line + 1, to.length - line + 1);
  return map;
}

/** Between two known pairs, as many lines on both sides: each is the other's. */
function pairGaps(map: Map<number, number>, fromEnd: number, toEnd: number, start: number): void {
  let [lastFrom, lastTo] = [start, start];
  const known = [...map].filter(([from]) => from > start);
  for (const [from, to] of [...known, [fromEnd + 1, toEnd + 1] as const]) {
    if (from - lastFrom === to - lastTo)
      for (let offset = 1; lastFrom + offset < from; offset++) map.set(lastFrom + offset, lastTo + offset);
    [lastFrom, lastTo] = [from, to];
  }
}

/** The longest common subsequence, as pairs of indices. */
function common(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
  if (a.length === 0 || b.length === 0 || a.length * b.length > MOST_COMPARISONS) return [];
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r\n?|\n/);
}
