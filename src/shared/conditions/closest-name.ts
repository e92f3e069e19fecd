/** Finds what somebody probably meant by a misspelt name. */

/** The candidate with the fewest edits from `name`, if those are few for its length; case alone counts half. */
export function closestName(name: string, candidates: readonly string[], mostEdits?: number): string | undefined {
  const most = mostEdits ?? Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestEdits = most + 0.1;
  for (const candidate of candidates) {
    const edits =
      candidate.toLowerCase() === name.toLowerCase() ? 0.5 : editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < bestEdits) [best, bestEdits] = [candidate, edits];
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other. */
function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      let edits = Math.min(rows[row - 1]![column]! + 1, current[column - 1]! + 1, rows[row - 1]![column - 1]! + same);
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        edits = Math.min(edits, rows[row - 2]![column - 2]! + 1);
      }
      current.push(edits);
    }
    rows.push(current);
  }
  return rows[from.length]![to.length]!;
}
