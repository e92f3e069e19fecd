/** What can be asked of a training that stands between two steps. All calls answer at once and leave its state as it is, except the setter. */
import type * as tf from '@tensorflow/tfjs';
import type { StepLook, StopPoint } from '../../shared/protocol/training.js';
import type { Batch } from './data/batch-stream.js';
import type { SummaryWish, TensorSummary } from './step-summaries.js';

/** Tensors of a step. They stay the training's own, and may be disposed. */
export interface StepTensors {
  readonly batch: Batch | undefined;
  outputOf(layer: tf.layers.Layer): tf.Tensor | undefined;
  gradientOf(variable: tf.Variable): tf.Tensor | undefined;
}

export interface PausedTraining {
  /** Whether outputs and gradients of the step are there to look at, or can be made by `prepareLook`. */
  readonly canLook: boolean;
  /**
   * Called once before training stands still. Takes a step's time where steps run compiled: it is walked
   * through op by op. What that comes to counts only where a person has `changed` something on the way.
   */
  prepareLook(changed?: () => boolean): void;
  /** Before training goes on without a stop: as `prepareLook`, and whoever follows steps does not notice. */
  lookUnseen?(): void;
  look(at: StopPoint): StepLook;
  /** Used from the next step on. @throws RangeError for a value that is not finite and positive. */
  setLearningRate(learningRate: number): void;
  readonly learningRate: number | undefined;
  /** Euclidean norm over all gradients of the step, or over one layer's. `undefined` where they were not kept. */
  gradNorm(layer?: string): number | undefined;
  /** Euclidean norm over all weights as they are now, or over one layer's; `undefined` where it has none. */
  weightNorm(layer?: string): number | undefined;
  /** Whether the step's loss, a gradient (where they were wanted) or a weight is not finite. */
  notFinite(): boolean;
  /** The same the other way round, where the step has told it by itself: asking costs nothing. */
  readonly knownFinite?: boolean;
  /** Of the step that was made last; `undefined` where it was neither kept nor wished for before the step. */
  summary(wish: SummaryWish): TensorSummary | undefined;
  stateHash(): string;
  /** Of the step that was made last, as far as they were kept. */
  readonly tensors: StepTensors;
  /** To be called when something of the state has been changed by hand. */
  changed(): void;
}
