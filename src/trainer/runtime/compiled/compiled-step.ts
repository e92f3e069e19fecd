/**
 * What a compiled step is to the loop: one eager step, recorded below TensorFlow.js's kernels, made into
 * a TensorFlow graph and run in one call, the optimizer's update included. How that is done is in the
 * files beside this one. Knows no loop, no host and no run.
 */
import type * as tf from '@tensorflow/tfjs';
import type { SummaryWish, TensorSummary } from '../step-summaries.js';

/** Everything that differs from step to step: the batch's tensors, weights of examples, the random key. */
export interface StepFeed {
  readonly name: string;
  /** Its shape and type become part of the graph. */
  readonly tensor: tf.Tensor;
}

/** A step as the loop runs it eagerly. */
export interface StepProgram {
  /** Those of the step that is recorded; they stay the caller's. */
  readonly feeds: readonly StepFeed[];
  /**
   * One whole eager step on these tensors (in the order of `feeds`): forward pass, loss, gradients, update.
   * Gives loss and metrics as scalars, which are the caller's to dispose. Called several times; what it
   * does to variables and to the optimizer is undone. Reads no value: whatever it reads cannot be compiled.
   */
  run(feeds: readonly tf.Tensor[]): tf.Tensor[];
  readonly optimizer: tf.Optimizer;
  /** The weights whose gradients are told of, in the order of `StepResult.gradientNorms`. */
  readonly trainable: readonly { readonly name: string; readonly variable: tf.Variable }[];
  /** What can be summed up: weights by their names, … */
  readonly weights?: readonly { readonly name: string; readonly variable: tf.Variable }[];
  /** … and layers' outputs, by the names that are told as they are made. Gives back how to stop that. */
  watchOutputs?(tell: (name: string, output: tf.Tensor) => void): () => void;
}

export interface CompileOptions {
  /** Where in the person's code a stack points, for a person: `train.ts:12`. Named in reasons. */
  readonly locate?: (stack: string) => string | undefined;
  /**
   * The run that proves the graph is to count as the step: it is not run again. Otherwise the graph is left
   * in the state of the variables.
   */
  readonly first?: StepWants;
}

export type Compilation =
  | {
      readonly kind: 'compiled';
      /** The caller's to dispose. */
      readonly step: CompiledStep;
      /** What the step gave, where `CompileOptions.first` asked for it: then the variables are behind the graph. */
      readonly first?: { readonly result: StepResult; readonly runMs: number };
      /** Recording, loading, and the proof that it computes what the eager step does; beyond `first`, which is a step. */
      readonly setUpMs: number;
    }
  | {
      readonly kind: 'eager';
      /** In plain words, a sentence without its full stop: "the step reads a value while it runs (train.ts:12)". */
      readonly reason: string;
    };

export interface StepWants {
  /** The state as it was before this step, to go back to it. */
  readonly before: boolean;
  readonly gradientNorms: boolean;
  /** All values of all gradients. */
  readonly gradients?: boolean;
  /** The same array for as long as it stays the same. */
  readonly summaries?: readonly SummaryWish[];
}

/** Stands for the norm of a gradient that there is none of, where a norm that is no number is NaN. */
export const NO_GRADIENT = -1;

export interface StepResult {
  /** Loss and metrics, in the order of `StepProgram.run`. */
  readonly values: readonly number[];
  /** L2 norms, one for each of `StepProgram.trainable`; `NO_GRADIENT` for a weight that gets none. */
  readonly gradientNorms?: Float32Array;
  /** Where they were wanted, by `StepProgram.trainable`; a weight that gets none is missing. The caller's. */
  readonly gradients?: ReadonlyMap<number, Float32Array>;
  /** Whether the loss, all gradients and all weights after the step are finite. */
  readonly finite: boolean;
  readonly before?: StateBefore;
  /**
   * What was wished, where it could be told: not of what the graph does not show without computing
   * otherwise, and not where a value is not finite, which fused ops may hide from the graph.
   */
  readonly summaries?: ReadonlyMap<SummaryWish, TensorSummary>;
}

/** Variables and numbers as they were before a step. Whoever has it disposes it; it costs memory, not time. */
export interface StateBefore {
  dispose(): void;
}

/**
 * A graph with its own copy of the state. While it runs, the `tf.Variable`s and the optimizer's numbers
 * are stale, until `pull`. It has the shapes of the feeds that it was recorded with.
 */
export interface CompiledStep {
  /** Whether these tensors have the shapes and types of the feeds that were recorded. */
  fits(feeds: readonly tf.Tensor[]): boolean;
  /**
   * Runs one step with the optimizer's learning rate of this moment; blocks until it is done. The feeds
   * stay the caller's. @throws Error where TensorFlow does
   */
  run(feeds: readonly tf.Tensor[], want: StepWants): StepResult;
  /** Variables that were assigned since the last `pull` or `push` → graph. Costs next to nothing where there are none. */
  push(): void;
  /** Graph → variables (weights, slots, moving statistics) and the optimizer's counters. */
  pull(): void;
  /** Puts the state before a step into the variables and the optimizer; the graph is left as it is. */
  restoreBefore(before: StateBefore): void;
  /** Writes a SavedModel with the present state in it: signature `train`, one step a call. */
  savedModel(folder: string): void;
  /** A serialized `tensorflow.GraphDef` of the step, without the state. */
  graphDef(): Uint8Array;
  dispose(): void;
}
