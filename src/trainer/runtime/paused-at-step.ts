/**
 * What can be asked of a training that stands between two steps. Reads only, but for the learning
 * rate: once a look is prepared no kernel runs, nothing random is drawn, no tensor is left behind.
 */
import * as tf from '@tensorflow/tfjs';
import type { Metrics, StepLook, StopPoint } from '../../shared/protocol/training.js';
import { statisticsOf } from '../tensors/sum-up.js';
import type { Batch } from './data/batch-stream.js';
import { lookAtBatch, type Values } from './look-batch.js';
import { learningRateOf, setLearningRate } from './optimizer-state.js';
import type { PausedTraining, StepTensors } from './paused-training.js';
import type { StepRunner } from './step-runner.js';
import type { SummaryWish, TensorSummary } from './step-summaries.js';
import { summarizeTensor } from './summarize-tensor.js';
import { tensorsOf } from './tf-dataset.js';

/** What has run the step, and what it keeps of it. */
export type RanStep = Pick<
  StepRunner,
  'canLook' | 'prepareLook' | 'gradNorm' | 'weightNorm' | 'weights' | 'finite' | 'capture'
> &
  Partial<Pick<StepRunner, 'summary' | 'lookUnseen'>>;

export interface PausedFacts {
  readonly labels: ReadonlyMap<tf.layers.Layer, string>;
  readonly optimizer: tf.Optimizer;
  readonly runner: RanStep;
  /** Of the last step; its batch where it was kept. */
  readonly loss: number;
  readonly metrics: Metrics;
  readonly batch: Batch | undefined;
  readonly classNames?: readonly string[];
  readonly featureNames?: readonly string[];
  readonly areClasses: boolean;
  stateHash(): string;
  /** So that files are as far as what is looked at. */
  flush(): void;
}

export class PausedAtStep implements PausedTraining {
  private hash: string | undefined;
  private readonly norms = new Map<string | undefined, number | undefined>();

  constructor(private readonly facts: PausedFacts) {}

  get canLook(): boolean {
    return this.facts.runner.canLook;
  }

  prepareLook(changed?: () => boolean): void {
    this.facts.runner.prepareLook(changed);
  }

  lookUnseen(): void {
    this.facts.runner.lookUnseen?.();
  }

  look(at: StopPoint): StepLook {
    const { facts } = this;
    facts.flush();
    const { batch } = facts;
    const { capture } = facts.runner;
    return {
      at,
      loss: facts.loss,
      metrics: facts.metrics,
      learningRate: this.learningRate,
      gradNorm: this.gradNorm(),
      stateHash: this.stateHash(),
      batch: batch
        ? lookAtBatch({
            size: batch.size,
            names: batch.names,
            inputs: valuesOf(tensorsOf(batch.xs)[0]),
            targets: valuesOf(tensorsOf(batch.ys)[0]),
            predictions: valuesOf(capture.predictions),
            classNames: facts.classNames,
            featureNames: facts.featureNames,
            areClasses: facts.areClasses,
          })
        : { size: 0 },
      layers: [...facts.labels].map(([layer, label]) => this.layerLook(layer, label)),
    };
  }

  get learningRate(): number | undefined {
    return learningRateOf(this.facts.optimizer);
  }

  setLearningRate(learningRate: number): void {
    setLearningRate(this.facts.optimizer, learningRate);
    this.hash = undefined;
  }

  gradNorm(layer?: string): number | undefined {
    if (!this.norms.has(layer)) this.norms.set(layer, this.facts.runner.gradNorm(layer));
    return this.norms.get(layer);
  }

  weightNorm(layer?: string): number | undefined {
    return this.facts.runner.weightNorm(layer);
  }

  summary(wish: SummaryWish): TensorSummary | undefined {
    const { runner } = this.facts;
    if (runner.summary) return runner.summary(wish);
    const tensor = this.tensorOf(wish);
    return tensor && summarizeTensor(tensor, wish.numbers);
  }

  private tensorOf({ of, name }: SummaryWish): tf.Tensor | undefined {
    const { labels, runner } = this.facts;
    if (of === 'activation') {
      const layer = [...labels].find(([, label]) => label === name)?.[0];
      return layer && runner.capture.outputOf(layer);
    }
    const weight = runner.weights.find((one) => one.name === name);
    if (!weight || of === 'weight') return weight?.variable;
    return runner.capture.gradientOf(weight.variable);
  }

  notFinite(): boolean {
    const { loss, runner } = this.facts;
    return !(runner.finite ?? [loss, this.gradNorm() ?? 0, this.weightNorm() ?? 0].every(Number.isFinite));
  }

  get knownFinite(): boolean | undefined {
    return this.facts.runner.finite;
  }

  stateHash(): string {
    return (this.hash ??= this.facts.stateHash());
  }

  get tensors(): StepTensors {
    const { batch, runner } = this.facts;
    return {
      batch,
      outputOf: (layer) => runner.capture.outputOf(layer),
      gradientOf: (variable) => runner.capture.gradientOf(variable),
    };
  }

  changed(): void {
    this.hash = undefined;
  }

  private layerLook(layer: tf.layers.Layer, label: string): StepLook['layers'][number] {
    const output = this.facts.runner.capture.outputOf(layer);
    return {
      layer: label,
      type: layer.getClassName(),
      outputShape: output ? output.shape.slice(1) : declaredShape(layer),
      output: output ? statisticsOf(output.dataSync()) : undefined,
      gradNorm: this.gradNorm(label),
      weightNorm: this.weightNorm(label),
    };
  }
}

function valuesOf(tensor: tf.Tensor | undefined): Values | undefined {
  if (!tensor || tensor.isDisposed || tensor.dtype === 'string') return undefined;
  return { shape: tensor.shape, data: tensor.dataSync() };
}

function declaredShape(layer: tf.layers.Layer): (number | null)[] {
  let shape: unknown = layer.inboundNodes[0]?.outputShapes;
  while (Array.isArray(shape) && Array.isArray(shape[0])) shape = shape[0] as unknown;
  return Array.isArray(shape) ? (shape as (number | null)[]).slice(1) : [];
}
