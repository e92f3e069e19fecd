/**
 * When a training is looked at though nobody asks for it: after the last step of an epoch, as often as that takes
 * no more than half a percent of the time of its steps; sooner where there is reason to. Knows no rules.
 */
import type { StepEvent } from '../../shared/protocol/training.js';

const MOST_SHARE = 0.005;
/** For the one look that is to tell whether a suspicion is right. */
const MOST_SHARE_OF_SUSPECTED = 0.1;
/** Until one has been taken, in steps: one that runs op by op keeps what it computes anyway, … */
const EXPECTED_STEPS = { eager: 0.25, compiled: 8 };
/** … a compiled one is computed once more that way, for which TensorFlow prepares the graph anew. */
const LEAST_COMPILED_MS = 40;
/** What all examples of so few show says little of the others. */
const FEWEST_EXAMPLES = 8;

export class OwnLooks {
  private trainedMs = 0;
  private spentMs = 0;
  private lookMs: number | undefined;
  /** Of the last step that nothing was kept of. */
  private usualMs = Infinity;
  private compiled = false;
  private looksNow = false;
  private suspected = false;
  /** What keeping the last one took. */
  private keptMs = 0;
  private examples = Infinity;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** What has been seen at no cost asks for a look soon. */
  suspect(): void {
    this.suspected = true;
  }

  /** Before a step. Where the number of steps is not known, any may be an epoch's last. */
  wants({ lastInEpoch }: { readonly lastInEpoch: boolean }): boolean {
    const isTime = lastInEpoch && this.examples >= FEWEST_EXAMPLES;
    this.looksNow = isTime && this.spentMs + this.expectedMs <= this.share * this.trainedMs;
    return this.looksNow;
  }

  /** After each step. @returns whether it has been kept for a look that says something */
  stepDone({ stepMs, speed, examples }: Pick<StepEvent, 'stepMs' | 'speed' | 'examples'>): boolean {
    this.trainedMs += stepMs;
    this.compiled = speed === 'compiled';
    const { looksNow } = this;
    this.looksNow = false;
    this.examples = examples;
    // To keep the way back takes time within the step.
    if (looksNow) this.spentMs += this.keptMs = Math.max(0, stepMs - this.usualMs);
    else this.usualMs = stepMs;
    return looksNow && examples >= FEWEST_EXAMPLES;
  }

  /** Takes the look. */
  timed<T>(look: () => T): T {
    const began = this.now();
    this.suspected = false;
    try {
      return look();
    } finally {
      const tookMs = this.now() - began;
      this.spentMs += tookMs;
      this.lookMs = this.keptMs + tookMs;
    }
  }

  private get share(): number {
    return this.suspected ? MOST_SHARE_OF_SUSPECTED : MOST_SHARE;
  }

  private get expectedMs(): number {
    if (this.lookMs !== undefined) return this.lookMs;
    return this.compiled
      ? Math.max(LEAST_COMPILED_MS, EXPECTED_STEPS.compiled * this.usualMs)
      : EXPECTED_STEPS.eager * this.usualMs;
  }
}
