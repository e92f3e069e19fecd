/**
 * The points of one tag in the order in which they came, as small as they can be kept without losing anything: 16 bytes
 * each in the usual case. Knows neither files nor what is drawn.
 */

export interface Restart {
  /** Of the first point after it. */
  readonly index: number;
  /** What was written before from this step on, was written anew. */
  readonly step: number;
}

/** More than this is no training started anew: the steps go back and forth. */
export const MOST_RESTARTS = 200;

const SMALLEST = 16;

export class ScalarColumn {
  length = 0;
  /** Of these only the first `length` are valid; whoever holds one has to take it anew after a `push`. */
  steps!: Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
  wallMs!: Float64Array<ArrayBuffer>;
  values!: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
  /** At most `MOST_RESTARTS` + 1: with more of them the steps are in no order. */
  readonly restarts: Restart[] = [];
  wallAscends = true;

  constructor() {
    this.layOut(SMALLEST, false, false);
  }

  push(step: number, wallMs: number, value: number): void {
    const index = this.length;
    if (index === this.steps.length) this.grow();
    if (index > 0) {
      if (step < this.steps[index - 1]!) this.restart(step);
      if (!(wallMs >= this.wallMs[index - 1]!)) this.wallAscends = false;
    }
    this.steps[index] = step;
    this.values[index] = value;
    // Whole numbers and single precision are the rule; the first that is not makes room for all.
    if (this.steps[index] !== step) this.layOut(this.steps.length, true, this.values instanceof Float64Array);
    if (this.values[index] !== value && !Number.isNaN(value)) {
      this.layOut(this.steps.length, this.steps instanceof Float64Array, true);
    }
    this.steps[index] = step;
    this.wallMs[index] = wallMs;
    this.values[index] = value;
    this.length = index + 1;
  }

  /** Says that from `step` on everything before the next point was written anew. */
  restart(step: number): void {
    if (this.length === 0 || this.restarts.length > MOST_RESTARTS) return;
    const last = this.restarts.at(-1);
    if (last?.index === this.length) {
      if (step < last.step) this.restarts[this.restarts.length - 1] = { index: this.length, step };
    } else if (step <= this.steps[this.length - 1]!) this.restarts.push({ index: this.length, step });
  }

  get unordered(): boolean {
    return this.restarts.length > MOST_RESTARTS;
  }

  get bytes(): number {
    return this.wallMs.buffer.byteLength;
  }

  private grow(): void {
    const now = this.steps.length;
    // A multiple of 8, so that whatever follows in the buffer lies as it has to.
    const room = now < 65_536 ? now * 2 : Math.ceil(now * 0.175) * 8;
    this.layOut(room, this.steps instanceof Float64Array, this.values instanceof Float64Array);
  }

  /** All in one buffer: there are a hundred thousand columns, and a buffer costs more than a few points. */
  private layOut(room: number, wideSteps: boolean, wideValues: boolean): void {
    const stepBytes = wideSteps ? 8 : 4;
    const buffer = new ArrayBuffer(room * (8 + stepBytes + (wideValues ? 8 : 4)));
    const wallMs = new Float64Array(buffer, 0, room);
    const steps = new (wideSteps ? Float64Array : Int32Array)(buffer, room * 8, room);
    const values = new (wideValues ? Float64Array : Float32Array)(buffer, room * (8 + stepBytes), room);
    if (this.length > 0) {
      wallMs.set(this.wallMs.subarray(0, this.length));
      steps.set(this.steps.subarray(0, this.length));
      values.set(this.values.subarray(0, this.length));
    }
    this.wallMs = wallMs;
    this.steps = steps;
    this.values = values;
  }
}
