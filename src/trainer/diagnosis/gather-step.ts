/**
 * A step as rules see it, out of the tensors that were kept of it: they stay the training's own, and
 * nothing of the training notices. Knows no rules.
 */
import type * as tf from '@tensorflow/tfjs';
import { doAside } from '../runtime/aside.js';
import type { Batch } from '../runtime/data/batch-stream.js';
import type { LabelledWeight } from '../runtime/layer-labels.js';
import type { SummaryWish, TensorSummary } from '../runtime/step-summaries.js';
import { summarizeTensor } from '../runtime/summarize-tensor.js';
import type { BatchFacts, StepFacts } from './facts.js';
import { firstBadOpIn } from './first-bad-op.js';
import { batchFacts, valuesOf } from './gather-batch.js';

/** What a stop has of its step; the same in the middle of one and after it. */
export interface StepParts {
  readonly step: number;
  readonly loss?: number;
  readonly learningRate: number | undefined;
  readonly model: tf.LayersModel;
  readonly labels: ReadonlyMap<tf.layers.Layer, string>;
  readonly weights: readonly LabelledWeight[];
  readonly batch: Batch | undefined;
  readonly featureNames?: readonly string[];
  /** Asked before the tensors themselves, which of a compiled step are not there. */
  summary?(wish: SummaryWish): TensorSummary | undefined;
  outputOf(layer: tf.layers.Layer): tf.Tensor | undefined;
  gradientOf(variable: tf.Variable): tf.Tensor | undefined;
}

export function stepFacts(parts: StepParts): StepFacts {
  const { step, loss, learningRate, labels, weights } = parts;
  const layers = new Map([...labels].map(([layer, label]) => [label, layer]));
  const summaries = new Map<string, TensorSummary | undefined>();
  let batch: { readonly facts: BatchFacts | undefined } | undefined;

  const tensorOf = ({ of, name }: SummaryWish): tf.Tensor | undefined => {
    if (of === 'activation') {
      const layer = layers.get(name);
      return layer && parts.outputOf(layer);
    }
    const weight = weights.find((one) => one.name === name);
    return weight && (of === 'weight' ? weight.variable : parts.gradientOf(weight.variable));
  };
  return {
    step,
    loss,
    learningRate,
    summary: (wish) => {
      const key = `${wish.of} ${wish.name}`;
      // Rules ask for the same ones over and over: all numbers are taken at once.
      if (!summaries.has(key))
        summaries.set(key, parts.summary?.({ of: wish.of, name: wish.name }) ?? summaryOf(tensorOf(wish)));
      return summaries.get(key);
    },
    output: (name) => valuesOf(tensorOf({ of: 'activation', name })),
    batch: () => (batch ??= { facts: batchOf(parts) }).facts,
    firstBadOp: (what) => {
      const layer = layers.get(what);
      return firstBadOpIn(parts, layer ?? 'loss');
    },
  };
}

function summaryOf(tensor: tf.Tensor | undefined): TensorSummary | undefined {
  if (!tensor || tensor.isDisposed || tensor.dtype === 'string' || tensor.dtype === 'complex64') return undefined;
  return tensor.size === 0 ? undefined : doAside(() => summarizeTensor(tensor));
}

function batchOf({ batch, featureNames }: StepParts): BatchFacts | undefined {
  if (!batch || [batch.xs, batch.ys].flat().some((side) => 'isDisposed' in side && side.isDisposed)) return undefined;
  return batchFacts(batch, featureNames);
}
