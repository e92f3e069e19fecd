/**
 * A few examples of the first batch, which stay the same over the run, and what the model makes of them between
 * steps: outputs of its layers and predictions, as it predicts (without dropout). Changes neither state nor
 * randomness, and leaves no tensor behind but the examples.
 */
import * as tf from '@tensorflow/tfjs';
import { doAside } from '../aside.js';
import type { Batch } from '../data/batch-stream.js';
import type { LabelledWeight } from '../layer-labels.js';
import { lookAtBatch, type LookedAtBatch, type Values } from '../look-batch.js';
import type { StepCapture } from '../step-capture.js';
import { tensorsOf } from '../tf-dataset.js';
import { trainable } from '../tfjs-internals.js';
import { disposeMade } from '../training-step.js';
import type { SummaryJob } from './summary-work.js';

type LookJob = Extract<SummaryJob, { kind: 'look' }>;

interface LookParts {
  readonly model: tf.LayersModel;
  readonly labels: ReadonlyMap<tf.layers.Layer, string>;
  readonly capture: StepCapture;
  readonly classNames?: readonly string[];
  readonly featureNames?: readonly string[];
  readonly areClasses: boolean;
}

export const MOST_EXAMPLES = 16;
/** Of all activations together; examples that go beyond it are left out of histograms. */
const MOST_VALUES = 4_000_000;
/** Give on what they are given, when nothing is trained. */
const passesOn =
  /^(InputLayer|Flatten|Reshape|Permute|RepeatVector|Masking|.*Dropout|GaussianNoise|ActivityRegularization)$/;

export class LookPass {
  private readonly inputs: tf.Tensor[];
  private readonly targets: Values | undefined;
  private readonly images: LookedAtBatch['images'];
  private readonly examples: number;
  private readonly drawnLayer: tf.layers.Layer | undefined;
  private hasShownInputs = false;

  /** The batch stays its owner's. @throws Error where the model does not take it as it is */
  constructor(
    private readonly parts: LookParts,
    batch: Batch,
  ) {
    const [xs, ys] = standardized(parts.model, batch);
    this.examples = Math.min(MOST_EXAMPLES, batch.size);
    this.inputs = doAsideKeeping(() => xs.map((one) => firstOf(one, this.examples)));
    this.targets = valuesOf(ys[0], this.examples);
    disposeMade([...xs, ...ys], batch);
    const inputs = valuesOf(this.inputs[0], this.examples);
    const { featureNames, areClasses } = parts;
    const seen = { size: this.examples, inputs, targets: undefined, predictions: undefined, featureNames, areClasses };
    this.images = lookAtBatch(seen).images;
    this.drawnLayer = [...parts.labels.keys()].find(
      (layer) => /Conv/.test(layer.getClassName()) && rankOf(layer) === 4,
    );
  }

  /** Whether there is anything to draw of this model and data. */
  get hasPictures(): boolean {
    return this.images !== undefined || this.drawnLayer !== undefined;
  }

  run(want: { readonly activations: boolean; readonly images: boolean }, weights: readonly LabelledWeight[]): Looked {
    const { labels, capture, model } = this.parts;
    const outputs = new Map<string, Float32Array>();
    let predictions: Values | undefined;
    let featureMaps: LookJob['featureMaps'];
    const most = want.activations ? this.examplesWithin(MOST_VALUES) : 0;
    const see = (layer: tf.layers.Layer, output: tf.Tensor): void => {
      if (output.dtype !== 'float32' || output.shape[0] !== this.examples) return;
      if (want.images && layer === capture.predictor) predictions = valuesOf(output, this.examples);
      const label = labels.get(layer);
      if (label === undefined) return;
      if (want.images && layer === this.drawnLayer) {
        const values = firstValues(output, 1);
        featureMaps = { layer: label, shape: output.shape.slice(1), values };
      }
      if (most === 0 || passesOn.test(layer.getClassName())) return;
      outputs.set(label, firstValues(output, most));
    };
    capture.watchBeside(see, () => {
      model.predict(this.inputs.length === 1 ? this.inputs[0]! : this.inputs, { batchSize: this.examples });
    });
    return {
      activations: [...outputs].map(([layer, values]) => ({ layer, values })),
      ...(want.images && { featureMaps, filters: this.filters(weights), predictions: this.predictions(predictions) }),
    };
  }

  get heldTensors(): number {
    return this.inputs.length;
  }

  dispose(): void {
    tf.dispose(this.inputs);
  }

  private predictions(predicted: Values | undefined): LookJob['predictions'] {
    const { classNames, areClasses } = this.parts;
    if (!this.images) return undefined;
    const batch = {
      size: this.examples,
      inputs: undefined,
      targets: this.targets,
      predictions: predicted,
      classNames,
      areClasses,
    };
    const isFirst = !this.hasShownInputs;
    this.hasShownInputs = true;
    return { batch, images: this.images, isFirst };
  }

  private filters(weights: readonly LabelledWeight[]): LookJob['filters'] {
    const label = this.drawnLayer && this.parts.labels.get(this.drawnLayer);
    const kernel = weights.find(({ layer, variable }) => layer === label && variable.rank === 4);
    return kernel && { layer: kernel.layer, shape: kernel.variable.shape, values: copyOf(kernel.variable) };
  }

  /** How many examples' activations are within so many values. */
  private examplesWithin(most: number): number {
    let each = 0;
    for (const layer of this.parts.labels.keys()) if (!passesOn.test(layer.getClassName())) each += sizeOf(layer);
    return Math.max(1, Math.min(this.examples, Math.floor(most / Math.max(1, each))));
  }
}

/** As the model takes them; without targets, which nobody may know, just as they are. */
function standardized(model: tf.LayersModel, batch: Batch): [xs: tf.Tensor[], ys: tf.Tensor[]] {
  if (tensorsOf(batch.ys).length === 0) return [tensorsOf(batch.xs), []];
  return trainable(model).standardizeUserDataXY(batch.xs, batch.ys, false, batch.size);
}

type Looked = Pick<LookJob, 'activations' | 'filters' | 'featureMaps' | 'predictions'>;

function firstOf(tensor: tf.Tensor, examples: number): tf.Tensor {
  if (tensor.rank === 0 || tensor.shape[0]! <= examples) return tensor.clone();
  return tf.slice(
    tensor,
    tensor.shape.map(() => 0),
    [examples, ...tensor.shape.slice(1)],
  );
}

/** Not by `tf.tidy`, which looks for tensors among all values that it gives back. */
function firstValues(tensor: tf.Tensor, examples: number): Float32Array {
  const first = firstOf(tensor, examples);
  const values = copyOf(first);
  first.dispose();
  return values;
}

/** The tensors that it gives are kept; whoever has them disposes them. */
function doAsideKeeping(work: () => tf.Tensor[]): tf.Tensor[] {
  return doAside(() => work().map((tensor) => tf.keep(tensor)));
}

/** Of one's own: what tensors give may be their own memory. */
export function copyOf(tensor: tf.Tensor): Float32Array {
  return new Float32Array(tensor.dataSync());
}

function valuesOf(tensor: tf.Tensor | undefined, examples: number): Values | undefined {
  if (!tensor || tensor.rank === 0 || tensor.dtype === 'string') return undefined;
  const count = Math.min(examples, tensor.shape[0]!);
  const data = new Float32Array(tensor.dataSync().subarray(0, (tensor.size / tensor.shape[0]!) * count));
  return { shape: [count, ...tensor.shape.slice(1)], data };
}

function outputShape(layer: tf.layers.Layer): readonly (number | null)[] {
  let shape: unknown = layer.inboundNodes[0]?.outputShapes;
  while (Array.isArray(shape) && Array.isArray(shape[0])) shape = shape[0] as unknown;
  return Array.isArray(shape) ? (shape as (number | null)[]) : [];
}

function rankOf(layer: tf.layers.Layer): number {
  return outputShape(layer).length;
}

/** Values of one example's output, as far as they are known. */
function sizeOf(layer: tf.layers.Layer): number {
  return outputShape(layer)
    .slice(1)
    .reduce<number>((product, size) => product * (size ?? 1), 1);
}
