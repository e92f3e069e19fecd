/** A row of values as a line of few points: of each column of pixels its least and greatest value. Pure. */

export interface Column {
  readonly least: number;
  readonly greatest: number;
  readonly hasNotFinite: boolean;
}

export function columnsOf(values: readonly number[], count: number): readonly Column[] {
  const columns = Math.min(values.length, Math.max(1, count));
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / columns));
    let [least, greatest, hasNotFinite] = [Infinity, -Infinity, false];
    for (let at = from; at < to; at++) {
      const value = values[at]!;
      if (!Number.isFinite(value)) hasNotFinite = true;
      else {
        if (value < least) least = value;
        if (value > greatest) greatest = value;
      }
    }
    return { least, greatest, hasNotFinite };
  });
}
