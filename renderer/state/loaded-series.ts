/** A series of an event file in the window's memory: its points so far, in rows that grow. */
import type { LogPoints, SeriesStretch } from '../../src/shared/protocol/summaries.js';

export class LoadedSeries {
  private ownSteps = new Float64Array(0);
  private ownTimes = new Float64Array(0);
  private ownValues = new Float64Array(0);
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
    if (length > this.ownValues.length) {
      // The first answer is usually all there is; what grows after it will go on growing.
      const room = this.length === 0 ? length : Math.max(length, Math.ceil(this.ownValues.length * 1.5), 256);
      this.ownSteps = grown(this.ownSteps, room);
      this.ownTimes = grown(this.ownTimes, room);
      this.ownValues = grown(this.ownValues, room);
    }
    this.ownSteps.set(points.steps, this.length);
    this.ownTimes.set(points.wallMs, this.length);
    this.ownValues.set(points.values, this.length);
    this.length = length;
    this.steps = this.ownSteps.subarray(0, length);
    this.wallTimes = this.ownTimes.subarray(0, length);
    this.values = this.ownValues.subarray(0, length);
    // One stretch is what a curve is taken for anyway.
    this.stretches = points.stretches.length > 1 ? points.stretches : undefined;
    return true;
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

function grown(row: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const more = new Float64Array(length);
  more.set(row);
  return more;
}
