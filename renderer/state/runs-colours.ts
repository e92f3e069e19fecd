/** Each run keeps one colour for as long as it exists, whichever others come and go. Pure. */

export const RUN_COLOURS = 8;

/** Adds the least used colour for every run that has none; forgets runs that are gone. */
export function assignColours(
  before: Readonly<Record<string, number>>,
  runIds: readonly string[],
): Record<string, number> {
  const after: Record<string, number> = {};
  const uses = new Array<number>(RUN_COLOURS).fill(0);
  for (const id of runIds) {
    const colour = before[id];
    if (colour === undefined) continue;
    after[id] = colour;
    uses[colour % RUN_COLOURS]!++;
  }
  for (const id of runIds) {
    if (after[id] !== undefined) continue;
    const colour = leastUsed(uses);
    after[id] = colour;
    uses[colour]!++;
  }
  return after;
}

/** Beginning at the third: the first two are the live run's training and validation. */
function leastUsed(uses: readonly number[]): number {
  let best = 2;
  for (let offset = 0; offset < RUN_COLOURS; offset++) {
    const colour = (2 + offset) % RUN_COLOURS;
    if (uses[colour]! < uses[best]!) best = colour;
  }
  return best;
}

/** The theme's variable for a colour number. */
export function runColour(colour: number | undefined): string {
  return `var(--series-${((colour ?? 0) % RUN_COLOURS) + 1})`;
}
