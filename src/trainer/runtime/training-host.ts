/** The seam between the training loop and whoever hosts it: the loop knows no protocol, the host no tensors. */
import type * as tf from '@tensorflow/tfjs';
import type { StepEvent, StopPoint, TrainingEvent } from '../../shared/protocol/training.js';
import type { CompiledStep } from './compiled/compiled-step.js';
import type { Batch } from './data/batch-stream.js';
import type { LabelledWeight } from './layer-labels.js';
import type { PausedTraining, StepTensors } from './paused-training.js';
import type { SummaryWish } from './step-summaries.js';

/** Of a quicker step, following it and keeping what it computes is a noticeable part. */
export const SLOW_STEP_MS = 20;

/** What a step has computed so far; others' tensors. */
export interface MadeInStep {
  readonly outputs: ReadonlyMap<tf.layers.Layer, tf.Tensor>;
  /** By the names of the variables. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
}

export interface TrainingHost {
  /** Takes what happened; never blocks, never throws. */
  emit(event: TrainingEvent): void;

  /**
   * Asked before each step: whether a stop after it is possible, so that its outputs and gradients can
   * be looked at. `keepingIsFree`: a yes costs nothing, so that a wish that comes during the step can
   * still be met right after it.
   */
  mayStopAfter(step: {
    readonly epoch: number;
    readonly step: number;
    readonly stepInEpoch: number;
    readonly lastInEpoch: boolean;
    readonly keepingIsFree: boolean;
    /** Steps take so short that a wish which comes during one can wait for the next, and following it is noticeable. */
    readonly isQuick?: boolean;
    /** It can be walked through after it, where `mayWalkAfter` then says so, though it runs op by op. */
    readonly canBeRepeated?: boolean;
    /** What the step is about to train on; the loop's. */
    readonly batch: Batch;
    /** What is kept of the step for a look after it, as soon as it is there; the loop's. */
    readonly kept?: Pick<StepTensors, 'outputOf' | 'gradientOf'>;
    /** In the middle of it: keeps what is still to come of it, and of what it has `made` what has not been given back. */
    keepRest?(made: MadeInStep): void;
    /** Whether what runs is it; what prepares batches runs meanwhile, and after it. */
    isAtWork?(): boolean;
    /** Somebody looks at weights and optimizer, now or later: they are brought up to the last step. */
    bringUpToDate?(): void;
    /** Somebody stands there, and may change them. */
    standsOutside?(): void;
  }): boolean;

  /**
   * Told of a model or an optimizer that joins the training, before its first step: a script makes them as
   * it goes. An experiment's own are known from the start.
   */
  joins?(parts: {
    readonly model?: tf.LayersModel;
    /** Of the model's layers, unique over all models of the training. */
    readonly labels?: ReadonlyMap<tf.layers.Layer, string>;
    readonly optimizer?: tf.Optimizer;
    /** Trained variables that are no model's. */
    readonly weights?: readonly LabelledWeight[];
  }): void;

  /** Told where what runs from here to the step's end updates weights, though no optimizer does it. */
  updatesByHand?(): void;

  /** Told of each graph that steps are compiled to, before its first step. */
  compiled?(step: CompiledStep): void;

  /** Whether the step that was asked for last may be walked through after it, rather than stopped in as it runs op by op. */
  readonly mayWalkAfter?: boolean;

  /** Whether a gradient norm is wanted for this step's event (a breakpoint's condition names it, for example). */
  readonly wantsGradientNorms: boolean;

  /** What `PausedTraining.summary` is to know after this step; the same array for as long as it stays the same. */
  readonly wantedSummaries?: readonly SummaryWish[];

  /** How long training has stood still so far, in the middle of steps too: no time of theirs. */
  readonly stoodMs?: number;

  /**
   * Called after each step's update. A host that stops here blocks until the person goes on, and
   * serves looks through `paused` meanwhile.
   */
  afterStep(step: StepEvent, paused: PausedTraining): void;

  /** Called after each epoch's validation, likewise. */
  afterEpoch(
    point: { readonly epoch: number; readonly step: number; readonly stepInEpoch: number },
    paused: PausedTraining,
  ): void;

  /** Whether the person wants the run to end after this step, its state saved. */
  readonly stopRequested: boolean;
}

export type { StopPoint };
