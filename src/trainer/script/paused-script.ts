/** What can be looked at where a script's training stands between two steps. Whatever the script has given back is left out. */
import type * as tf from '@tensorflow/tfjs';
import type { Metrics } from '../../shared/protocol/training.js';
import type { Batch } from '../runtime/data/batch-stream.js';
import { PausedAtStep } from '../runtime/paused-at-step.js';
import type { StepCapture } from '../runtime/step-capture.js';
import { tensorsOf } from '../runtime/tf-dataset.js';
import type { Cursor } from '../runtime/training-state.js';
import { byHand } from './by-hand.js';
import type { ScriptModels } from './script-models.js';
import { isForClasses } from './script-record.js';

/** What a step came to. */
export interface Ran {
  /** None where the script has taken its gradients of no number. */
  readonly loss: number | undefined;
  readonly metrics: Metrics;
}

interface PausedScriptFacts extends Ran {
  readonly models: ScriptModels;
  readonly capture: StepCapture;
  readonly canLook: boolean;
  readonly batch: Batch | undefined;
  readonly model: tf.LayersModel | undefined;
  readonly optimizer: tf.Optimizer | undefined;
  readonly cursor: Cursor;
  flush(): void;
}

export function pausedScript(facts: PausedScriptFacts): PausedAtStep {
  const { models, capture, canLook, loss, metrics, batch, model, optimizer = byHand, cursor, flush } = facts;
  const areNormsFinite = (): boolean =>
    [capture.gradNorm() ?? 0, models.weightNorm() ?? 0].every((norm) => Number.isFinite(norm));
  return new PausedAtStep({
    labels: models.labels,
    optimizer,
    runner: {
      canLook,
      capture,
      get finite() {
        return loss === undefined ? areNormsFinite() : undefined;
      },
      weights: models.aliveWeights,
      prepareLook: () => undefined,
      gradNorm: (layer) => capture.gradNorm(layer),
      weightNorm: (layer) => models.weightNorm(layer),
    },
    loss: loss ?? NaN,
    metrics,
    batch: batch && aliveOf(batch),
    areClasses: isForClasses(model?.loss),
    stateHash: () => models.stateHash(cursor) ?? '',
    flush,
  });
}

function aliveOf(batch: Batch): Batch | undefined {
  const tensors = [...tensorsOf(batch.xs), ...tensorsOf(batch.ys)];
  return tensors.length > 0 && tensors.every((tensor) => !tensor.isDisposed) ? batch : undefined;
}
