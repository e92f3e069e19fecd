/**
 * What the debug thread calls on the training thread while that stands still, by way of the
 * inspector: every answer is JSON text that keeps not-finite numbers. A failure is an answer too.
 */
import * as tf from '@tensorflow/tfjs';
import { inspect } from 'node:util';
import { stringifyMessage } from '../../shared/base/message-json.js';
import type { StopPoint } from '../../shared/protocol/training.js';
import type { PausedTraining } from '../runtime/paused-training.js';
import { isOptimizer } from '../runtime/tfjs-internals.js';

export type Answer<T> =
  { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'failure'; readonly message: string };

class PausedService {
  /** Set while training stands between two steps. */
  training: { readonly paused: PausedTraining; readonly at: StopPoint } | undefined;

  look(): string {
    return this.answer(({ paused, at }) => paused.look(at));
  }

  setLearningRate(learningRate: number): string {
    return this.answer(({ paused }) => {
      paused.setLearningRate(learningRate);
      return { learningRate: paused.learningRate };
    });
  }

  stateHash(): string {
    return this.answer(({ paused }) => ({ stateHash: paused.stateHash() }));
  }

  /** Tensors that an expression makes are given back by `endEvaluation`, so that looking does not fill the memory. */
  beginEvaluation(): void {
    tf.engine().startScope('evaluation');
  }

  endEvaluation(): void {
    tf.engine().endScope();
  }

  /** A value in one or a few lines, for a person. */
  describe(value: unknown): string {
    return describeValue(value);
  }

  private answer<T>(work: (training: NonNullable<PausedService['training']>) => T): string {
    let result: Answer<T>;
    try {
      result = this.training
        ? { kind: 'answer', value: work(this.training) }
        : { kind: 'failure', message: 'Training stands in the middle of a step here: go on to its end first.' };
    } catch (error) {
      result = { kind: 'failure', message: error instanceof Error ? error.message : String(error) };
    }
    return stringifyMessage(result);
  }
}

export function describeValue(value: unknown): string {
  if (value instanceof tf.Variable) return `${tensorText(value)} (variable ${value.name})`;
  if (value instanceof tf.Tensor) return tensorText(value);
  if (value instanceof tf.layers.Layer && !(value instanceof tf.LayersModel))
    return `${value.getClassName()} ${value.name}`;
  if (value instanceof tf.LayersModel) return `model ${value.name} with ${value.layers.length} layers`;
  if (isOptimizer(value)) return `${value.getClassName()} optimizer`;
  if (Array.isArray(value) && value.some((one) => one instanceof tf.Tensor || one instanceof tf.layers.Layer)) {
    return `[${value.slice(0, 8).map(describeValue).join(', ')}${value.length > 8 ? `, … ${value.length} in all` : ''}]`;
  }
  return inspect(value, { depth: 2, maxArrayLength: 20, maxStringLength: 500, breakLength: 100 });
}

const VALUES_SHOWN = 20;

function tensorText(tensor: tf.Tensor): string {
  const shape = tensor.shape.length === 0 ? 'scalar' : tensor.shape.join('×');
  if (tensor.isDisposed) return `Tensor ${tensor.dtype} ${shape} (disposed)`;
  const values = tensor.size <= VALUES_SHOWN ? tensor.arraySync() : undefined;
  return values === undefined
    ? `Tensor ${tensor.dtype} ${shape}`
    : `Tensor ${tensor.dtype} ${shape} ${inspect(values, { breakLength: Infinity, depth: 6 })}`;
}

export const pausedService = new PausedService();
Object.defineProperty(globalThis, Symbol.for('backstep.paused'), { value: pausedService });
