/** What can be asked of a training that stands between two steps. All calls answer at once and leave its state as it is, except the setter. */
import type { StepLook, StopPoint } from '../../shared/protocol/training.js';

export interface PausedTraining {
  /** Whether outputs and gradients of the step are there to look at, or can be made by `prepareLook`. */
  readonly canLook: boolean;
  /** Called once before training stands still. Takes a step's time where steps run compiled. */
  prepareLook(): void;
  look(at: StopPoint): StepLook;
  /** Used from the next step on. @throws RangeError for a value that is not finite and positive. */
  setLearningRate(learningRate: number): void;
  readonly learningRate: number | undefined;
  /** Euclidean norm over all gradients of the step, or over one layer's. `undefined` where they were not kept. */
  gradNorm(layer?: string): number | undefined;
  stateHash(): string;
}
