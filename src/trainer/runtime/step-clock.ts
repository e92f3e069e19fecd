/** Where the time of a step goes: waiting for data, the model's own computation, and everything else. Knows only times. */

/** A host that takes longer after a step has paused it, rather than worked. */
const PAUSE_MS = 5;

export interface StepTimes {
  /** From the end of the step before, pauses left out. */
  readonly stepMs: number;
  readonly dataWaitMs: number;
  readonly overheadMs: number;
}

export class StepClock {
  private began = performance.now();
  /** Since then nothing but waiting for the next batch. */
  private waitBegan = this.began;
  private waitEnded = this.began;
  private computeBegan = this.began;
  private computeMs = 0;
  private paused = 0;
  /** What of the host's standing still is accounted for, and what there was of it when the model began to compute. */
  private stood = 0;
  private stoodAtComputing = 0;

  /** `stoodMs`: how long training has stood still so far, in the middle of steps too. */
  constructor(private readonly stoodMs: () => number = () => 0) {}

  /** A step begins, not right after another. */
  begin(): void {
    this.began = this.waitBegan = performance.now();
    this.stood = this.stoodMs();
  }

  batchIsThere(): void {
    this.waitEnded = performance.now();
  }

  computing(): void {
    this.computeBegan = performance.now();
    this.stoodAtComputing = this.stoodMs();
  }

  /** `hookMs` of that were spent on keeping what is to be looked at. */
  computed(hookMs: number): void {
    this.computeMs = performance.now() - this.computeBegan - hookMs - (this.stoodMs() - this.stoodAtComputing);
  }

  /** The step is over, and what comes from here on is the next one's. */
  end(): StepTimes {
    const now = performance.now();
    const stoodInStep = this.stoodMs() - this.stood;
    this.stood += stoodInStep;
    this.paused += stoodInStep;
    const stepMs = Math.max(0, now - this.began - stoodInStep);
    const dataWaitMs = Math.max(0, this.waitEnded - this.waitBegan);
    this.began = this.waitBegan = now;
    return { stepMs, dataWaitMs, overheadMs: Math.max(0, stepMs - dataWaitMs - this.computeMs) };
  }

  /** The step has been told and written down; what remains is to wait for the next batch. */
  told(): void {
    this.waitBegan = performance.now();
  }

  /** Runs what may stand still for as long as a person looks. */
  aside(work: () => void): void {
    const before = performance.now();
    work();
    const took = performance.now() - before;
    // The host's own count of it is in that.
    this.stood = this.stoodMs();
    if (took <= PAUSE_MS) return;
    this.began += took;
    this.paused += took;
  }

  /** Of all pauses so far. */
  get pausedMs(): number {
    return this.paused;
  }
}
