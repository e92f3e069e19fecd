/** How much of a training the timeline spans, and what a key does to its cursor. Pure. */

/**
 * The last step on the axis: whole epochs, some room ahead of the current step, and never more than
 * is planned. It grows in few leaps, so that marks stay where they are most of the time.
 */
export function timelineEnd(step: number, stepsPerEpoch: number | undefined, epochs: number | undefined): number {
  if (!stepsPerEpoch) return leapAbove(Math.max(step * 1.1, 50));
  const planned = epochs === undefined ? Infinity : epochs * stepsPerEpoch;
  const wanted = leapAbove(Math.max(1, (step * 1.05) / stepsPerEpoch)) * stepsPerEpoch;
  return Math.max(step, Math.min(planned, wanted));
}

/** The least of 1, 2, 3, 5, 8 times a power of ten that is not below. */
function leapAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  for (const factor of [1, 2, 3, 5, 8]) if (factor * power >= value) return factor * power;
  return 10 * power;
}

export interface CursorRange {
  readonly first: number;
  readonly last: number;
  readonly stepsPerEpoch: number | undefined;
}

/** Where a key moves the cursor to: a step, `latest` to follow training again, or nothing. */
export function moveByKey(key: string, far: boolean, at: number, range: CursorRange): number | 'latest' | undefined {
  const epoch = range.stepsPerEpoch ?? Math.max(10, Math.round((range.last - range.first) / 10));
  const to = (step: number) => Math.min(range.last, Math.max(range.first, step));
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return to(at - (far ? 10 : 1));
    case 'ArrowRight':
    case 'ArrowUp':
      return to(at + (far ? 10 : 1));
    case 'PageUp':
      return to(at - epoch);
    case 'PageDown':
      return to(at + epoch);
    case 'Home':
      return range.first;
    case 'End':
    case 'Escape':
      return 'latest';
    default:
      return undefined;
  }
}
