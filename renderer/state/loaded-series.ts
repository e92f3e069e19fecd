/** A series of an event file in the window's memory: its points so far, in rows that grow. */
import type { LogPoints, SeriesStretch } from '../../src/shared/protocol/summaries.js';

const NOTHING = new Float64Array(0);

export class LoadedSeries {
  private room = 0;
  private ownSteps = NOTHING;
  private ownTimes = NOTHING;
  private ownValues = NOTHING;
  private length = 0;
  /** Views of the rows, no longer than what is there; made anew when it grows. */
  steps = this.ownSteps;
  wallTimes = this.ownTimes;
  values = this.ownValues;
  stretches: readonly SeriesStretch[] | undefined;

  constructor(readonly generation: number) {}

  /**
   * Appends points that begin where these end.
   * @returns `false` where they do not belong behind these: the series is to be read anew.
   */
  take(points: LogPoints): boolean {
    if (points.generation !== this.generation || points.from !== this.length) return false;
    if (this.length > 0 && (points.sorted || supersedes(points.stretches, this.stretches, this.length))) return false;
    const length = this.length + points.values.length;
    // The first answer is usually all there is; what grows after it will go on growing.
    if (length > this.room) this.grow(this.length === 0 ? length : Math.max(length, Math.ceil(this.room * 1.5), 256));
    this.ownSteps.set(points.steps, this.length);
    this.ownTimes.set(points.wallMs, this.length);
    this.ownValues.set(points.values, this.length);
    this.length = length;
    const isFull = length === this.room;
    this.steps = isFull ? this.ownSteps : this.ownSteps.subarray(0, length);
    this.wallTimes = isFull ? this.ownTimes : this.ownTimes.subarray(0, length);
    this.values = isFull ? this.ownValues : this.ownValues.subarray(0, length);
    // One stretch is what a curve is taken for anyway.
    this.stretches = points.stretches.length > 1 ? points.stretches : undefined;
    return true;
  }

  /** All rows in one buffer: a buffer costs more than a hundred points, and there are a thousand series a chart. */
  private grow(room: number): void {
    const buffer = new ArrayBuffer(3 * room * Float64Array.BYTES_PER_ELEMENT);
    const row = (index: number, before: Float64Array<ArrayBuffer>) => {
      const more = new Float64Array(buffer, index * room * Float64Array.BYTES_PER_ELEMENT, room);
      if (this.length > 0) more.set(before);
      return more;
    };
    this.ownSteps = row(0, this.ownSteps);
    this.ownTimes = row(1, this.ownTimes);
    this.ownValues = row(2, this.ownValues);
    this.room = room;
  }
}

/** Whether points that are here already are superseded by what came: their smoothed values are others then. */
function supersedes(
  after: readonly SeriesStretch[],
  before: readonly SeriesStretch[] | undefined,
  length: number,
): boolean {
  const count = (stretches: readonly SeriesStretch[]) =>
    stretches.reduce(
      (sum, { from, to, superseded }) => sum + (superseded ? Math.max(0, Math.min(to, length) - from) : 0),
      0,
    );
  return count(after) !== count(before ?? []);
}
