/**
 * Steps that run op by op and can be made once more, unseen by whoever follows steps: nothing of the person's runs
 * in them, and what they do follows from variables, seed and batch alone. Knows neither loop nor host.
 */
import * as tf from '@tensorflow/tfjs';
import { replaying } from './aside.js';
import type { Batch } from './data/batch-stream.js';
import { learningRateOf } from './optimizer-state.js';
import { reseed } from './random.js';
import { StepTrail, wayBackToVariables, type TrodStep } from './step-trail.js';
import { runOn, type StepValues, type TrainingStep } from './training-step.js';

export class RepeatableSteps {
  constructor(
    private readonly parts: { readonly step: TrainingStep; readonly optimizer: tf.Optimizer; readonly seed: number },
  ) {}

  /** Whether step `number`, counted from 1, is one: the first makes the optimizer's slots. */
  includes(number: number): boolean {
    return number > 1 && this.parts.step.canBeRepeated;
  }

  /** Whether it leads on to step `number`, as things stand now. */
  goesOn(trail: StepTrail, number: number): boolean {
    return trail.goesOn(this, number, learningRateOf(this.parts.optimizer));
  }

  /** Begins where the variables stand now; whoever has it disposes it. */
  newTrail(): StepTrail {
    const { optimizer } = this.parts;
    const again = (steps: readonly TrodStep[]): void => this.makeAgain(steps);
    return new StepTrail(this, again, wayBackToVariables(optimizer), learningRateOf(optimizer));
  }

  /** Runs step `number`, which leaves its traces on the trail. The batch stays the caller's. */
  run(batch: Batch, number: number, trail: StepTrail): StepValues {
    const inputs = this.parts.step.prepare(batch);
    if (inputs instanceof Promise) throw new Error('A step that can be repeated is prepared at once.');
    const { feeds, compute } = inputs;
    trail.add({ number, feeds, compute });
    const began = performance.now();
    const values = runOn(inputs);
    trail.took(performance.now() - began);
    return values;
  }

  private makeAgain(steps: readonly TrodStep[]): void {
    replaying(() => {
      for (const { number, feeds, compute } of steps) {
        reseed(this.parts.seed, 'step', number - 1);
        tf.dispose(compute(feeds));
      }
    });
  }
}
