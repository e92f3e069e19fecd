/**
 * What rules judge by: the experiment as it is written, a batch, a step, the course of the loss. Plain
 * values and summaries, so that a rule can be tried without a training. Knows no rules.
 */
import type { SummaryWish, TensorSummary } from '../runtime/step-summaries.js';

/** Without the batch dimension. */
export type Shape = readonly (number | null)[];

export interface WeightFacts {
  /** `dense_1/kernel`. */
  readonly name: string;
  /** `kernel`, `bias`, `recurrent_kernel`… */
  readonly role: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly trainable: boolean;
}

export interface LayerFacts {
  /** As in `LayerInfo`. */
  readonly label: string;
  /** Class name: `Dense`. */
  readonly type: string;
  /** Of a layer that has one; none for a linear one and for functions without a name. */
  readonly activation: string | undefined;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly trainable: boolean;
  /** Labels of the layers that it gets its input from; those of the model's inputs included. */
  readonly from: readonly string[];
  readonly weights: readonly WeightFacts[];
}

export interface ExperimentFacts {
  /** In the order in which they compute. */
  readonly layers: readonly LayerFacts[];
  /** Labels of the layers that give the model's outputs. */
  readonly outputs: readonly string[];
  /** One an output, where it is known by name. */
  readonly losses: readonly (string | undefined)[];
  /** Whether the loss takes scores before softmax or sigmoid; `sparse` ones included. */
  readonly lossTakes: 'scores for softmax' | 'scores for sigmoid' | 'as named';
  readonly hasOwnStep: boolean;
  /** Class name: `Adam`. */
  readonly optimizer: string | undefined;
  readonly learningRate: number | undefined;
  readonly batchSize: number | undefined;
  readonly stepsPerEpoch: number | undefined;
  readonly classNames: readonly string[] | undefined;
  /** Whether training goes on from a saved state. */
  readonly continued: boolean;
  /** Whether the validation data is described by the very words of the training data. */
  readonly validatesOnTraining: boolean;
  /** What checks of the parts warn of already, in their words. */
  readonly misfits: readonly Misfit[];
}

export interface Misfit {
  readonly message: string;
  readonly hint?: string;
  readonly layer?: string;
}

/** Of one column of a table of numbers. */
export interface ColumnFacts {
  readonly name: string;
  readonly mean: number;
  readonly spread: number;
}

export interface BatchTensorFacts {
  readonly name: string;
  /** With the batch dimension. */
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly summary: TensorSummary;
}

export interface InputFacts extends BatchTensorFacts {
  /** Of a table that is not too wide. */
  readonly columns?: readonly ColumnFacts[];
}

export interface TargetFacts extends BatchTensorFacts {
  readonly integers: boolean;
  /** Rows of zeros with a single one in them. */
  readonly oneHot: boolean;
  /** Rows that sum to one, as probabilities do. */
  readonly sumsToOne: boolean;
}

export interface BatchFacts {
  readonly size: number;
  readonly inputs: readonly InputFacts[];
  readonly targets: readonly TargetFacts[];
}

/** Values of a tensor, batch dimension first. */
export interface TensorValues {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** A step, as far as it was kept or wished for. */
export interface StepFacts {
  readonly step: number;
  /** None in the middle of a step. */
  readonly loss: number | undefined;
  readonly learningRate: number | undefined;
  summary(wish: SummaryWish): TensorSummary | undefined;
  /** A layer's output; only at a stop, for it can be large. */
  output(layer: string): TensorValues | undefined;
  /** What the step trained on, where it was kept. */
  batch(): BatchFacts | undefined;
  /**
   * The op that first makes numbers that are not finite out of finite ones, where repeating the layer's
   * computation (`loss`: that of the loss) shows it.
   */
  firstBadOp(what: string): string | undefined;
}

export const layerOf = (facts: ExperimentFacts, label: string): LayerFacts | undefined =>
  facts.layers.find((layer) => layer.label === label);

/** The weights that a layer multiplies its input with. */
export const kernelsOf = (layer: LayerFacts): readonly WeightFacts[] =>
  layer.weights.filter(({ role, trainable }) => trainable && /kernel$/i.test(role));
