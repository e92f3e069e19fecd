/** Each run keeps one colour for as long as it exists, whichever others come and go. Pure. */

export const RUN_COLOURS = 8;

/** Runs that are not there keep theirs, for they may come again: a folder that is read later, a run that is taken back. */
const MOST_AWAY = 2000;

/** Adds the least used colour, among those that are there, for every run that has none. */
export function assignColours(
  before: Readonly<Record<string, number>>,
  runIds: readonly string[],
): Record<string, number> {
  const there = new Set(runIds);
  const away = Object.entries(before).filter(([id]) => !there.has(id));
  const after: Record<string, number> = Object.fromEntries(away.slice(-MOST_AWAY));
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
