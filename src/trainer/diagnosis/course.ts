/**
 * How a training has gone so far: losses of its steps, losses of its epochs, classes of its batches.
 * Kept small, for it is kept in every run. Knows no rules.
 */
import type { StepEvent, TrainingEvent } from '../../shared/protocol/training.js';

const LOSSES_KEPT = 1000;
/** Examples that a mean loss should be of, for one batch says little; within so many losses. */
const EXAMPLES_IN_WINDOW = 40;
const FEWEST_LOSSES = 5;
/** Examples whose classes are counted. */
const MOST_EXAMPLES = 2000;

export interface EpochCourse {
  readonly epoch: number;
  readonly loss: number;
  readonly validationLoss: number | undefined;
  readonly validationAccuracy: number | undefined;
}

/** Mean and spread of some losses one after the other. */
export interface LossWindow {
  readonly mean: number;
  readonly spread: number;
  readonly count: number;
}

export class Course {
  private readonly losses: number[] = [];
  private count = 0;
  private readonly firstLosses: number[] = [];
  private last: StepEvent | undefined;
  private lowestMean = Infinity;
  /** How many losses in a row are taken together. */
  readonly window: number;
  private readonly epochList: EpochCourse[] = [];
  private best: EpochCourse | undefined;
  private readonly classes = new Map<number, number>();
  private classified = 0;
  private batches = 0;
  private uniformBatches = 0;

  constructor(batchSize = EXAMPLES_IN_WINDOW) {
    this.window = Math.max(FEWEST_LOSSES, Math.ceil(EXAMPLES_IN_WINDOW / Math.max(1, batchSize)));
  }

  addStep(event: StepEvent): void {
    this.last = event;
    if (this.firstLosses.length < this.window) this.firstLosses.push(event.loss);
    this.losses[this.count % LOSSES_KEPT] = event.loss;
    this.count++;
    if (this.count < this.window) return;
    // In every step, so without making anything.
    let sum = 0;
    for (let back = 0; back < this.window; back++) sum += this.lossBefore(back)!;
    const mean = sum / this.window;
    if (mean < this.lowestMean) this.lowestMean = mean;
  }

  addEpoch({ epoch, loss, validation }: Extract<TrainingEvent, { kind: 'epoch' }>): void {
    const one: EpochCourse = {
      epoch,
      loss,
      validationLoss: validation?.['loss'],
      validationAccuracy: validation?.['accuracy'] ?? validation?.['acc'],
    };
    this.epochList.push(one);
    if (!this.best || (one.validationLoss ?? Infinity) < (this.best.validationLoss ?? Infinity)) this.best = one;
  }

  /** Classes of a batch's examples. */
  addClasses(classes: ArrayLike<number>): void {
    let same = true;
    for (let index = 0; index < classes.length; index++) {
      const name = classes[index]!;
      if (name !== classes[0]) same = false;
      this.classes.set(name, (this.classes.get(name) ?? 0) + 1);
    }
    this.classified += classes.length;
    this.batches++;
    if (same && classes.length >= 8) this.uniformBatches++;
  }

  get wantsClasses(): boolean {
    return this.classified < MOST_EXAMPLES;
  }

  get steps(): number {
    return this.count;
  }
  get lastStep(): StepEvent | undefined {
    return this.last;
  }
  get epochs(): readonly EpochCourse[] {
    return this.epochList;
  }
  /** The first of the lowest validation loss; not looked for among thousands each time that one is judged. */
  get bestEpoch(): EpochCourse | undefined {
    return this.best;
  }
  get classCounts(): ReadonlyMap<number, number> {
    return this.classes;
  }
  get examplesClassified(): number {
    return this.classified;
  }
  get batchesClassified(): number {
    return this.batches;
  }
  /** Batches of eight examples and more that were all of one class. */
  get batchesOfOneClass(): number {
    return this.uniformBatches;
  }

  /** The mean of the first few losses. */
  get startLoss(): number {
    return windowOf(this.firstLosses).mean;
  }
  /** Of means over a few losses in a row. */
  get lowestLoss(): number {
    return this.lowestMean;
  }

  /** The loss `back` steps ago; 0: the last one. */
  lossBefore(back: number): number | undefined {
    return back < Math.min(this.count, LOSSES_KEPT) ? this.losses[(this.count - 1 - back) % LOSSES_KEPT] : undefined;
  }

  /** Of so many losses up to `back` steps ago; `undefined` where so many are not known. */
  latest(count: number, back = 0): LossWindow | undefined {
    if (count + back > Math.min(this.count, LOSSES_KEPT)) return undefined;
    return windowOf(Array.from({ length: count }, (_, index) => this.lossBefore(back + index)!));
  }
}

function windowOf(losses: readonly number[]): LossWindow {
  const count = losses.length;
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / count;
  const squares = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / count), count };
}
