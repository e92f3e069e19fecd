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

const SMALLEST = 8;

export class ScalarColumn {
  length = 0;
  /** Of these only the first `length` are valid; whoever holds one has to take it anew after a `push`. */
  steps: Int32Array | Float64Array = new Int32Array(SMALLEST);
  wallMs = new Float64Array(SMALLEST);
  values: Float32Array | Float64Array = new Float32Array(SMALLEST);
  /** At most `MOST_RESTARTS` + 1: with more of them the steps are in no order. */
  readonly restarts: Restart[] = [];
  wallAscends = true;

  push(step: number, wallMs: number, value: number): void {
    const index = this.length;
    if (index === this.steps.length) this.grow();
    if (index > 0) {
      if (step < this.steps[index - 1]!) this.restart(step);
      if (!(wallMs >= this.wallMs[index - 1]!)) this.wallAscends = false;
    }
    this.steps[index] = step;
    this.wallMs[index] = wallMs;
    this.values[index] = value;
    // Whole numbers and single precision are the rule; the first that is not makes room for all.
    if (this.steps[index] !== step) this.widenSteps(step);
    if (this.values[index] !== value && !Number.isNaN(value)) this.widenValues(value);
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
    return this.steps.byteLength + this.wallMs.byteLength + this.values.byteLength;
  }

  private grow(): void {
    const now = this.steps.length;
    const room = now < 65_536 ? now * 2 : Math.ceil(now * 1.4);
    const steps = new (this.steps instanceof Int32Array ? Int32Array : Float64Array)(room);
    steps.set(this.steps);
    this.steps = steps;
    const wallMs = new Float64Array(room);
    wallMs.set(this.wallMs);
    this.wallMs = wallMs;
    const values = new (this.values instanceof Float32Array ? Float32Array : Float64Array)(room);
    values.set(this.values);
    this.values = values;
  }

  private widenSteps(step: number): void {
    if (this.steps instanceof Float64Array) return;
    this.steps = Float64Array.from(this.steps);
    this.steps[this.length] = step;
  }

  private widenValues(value: number): void {
    if (this.values instanceof Float64Array) return;
    this.values = Float64Array.from(this.values);
    this.values[this.length] = value;
  }
}
