/** Numbers of tensors in the middle of a step, read as they are: no kernel runs and nothing is kept. Knows no breakpoints. */
import type * as tf from '@tensorflow/tfjs';
import type { TensorNumber } from '../../shared/conditions/reach.js';
import { together, type TensorNumbers } from '../../shared/conditions/tensor-numbers.js';
import { summarize } from '../runtime/step-summaries.js';
import type { TensorData } from '../runtime/training-state.js';

/** Reads each tensor once, for as long as it lives itself. */
export class TensorReading {
  private readonly values = new Map<tf.Tensor, TensorData>();
  private readonly summaries = new Map<tf.Tensor, TensorNumbers>();

  /** Of all of them together. @throws Error in words where one cannot be read */
  numberOf(tensors: readonly tf.Tensor[], number: TensorNumber): number {
    if (number === 'size') return tensors.reduce((sum, { size }) => sum + size, 0);
    // A pass of its own, several times as quick as all numbers: what watches every layer waits for this one.
    if (number === 'notFinite' && tensors.every((tensor) => allFinite(this.valuesOf(tensor)))) return 0;
    return together(tensors.map((tensor) => this.summaryOf(tensor)))[number];
  }

  private summaryOf(tensor: tf.Tensor): TensorNumbers {
    let summary = this.summaries.get(tensor);
    if (!summary) this.summaries.set(tensor, (summary = summarize(this.valuesOf(tensor))));
    return summary;
  }

  private valuesOf(tensor: tf.Tensor): TensorData {
    let values = this.values.get(tensor);
    if (values) return values;
    if (tensor.isDisposed) throw new Error('its values have been given back already.');
    if (tensor.dtype === 'string' || tensor.dtype === 'complex64')
      throw new Error(`it is of type ${tensor.dtype}, which has no such number.`);
    values = tensor.dataSync() as TensorData;
    this.values.set(tensor, values);
    return values;
  }
}

/** A sum is finite where all of its parts are: in double precision, single-precision numbers do not overflow. */
export function allFinite(values: TensorData): boolean {
  if (!(values instanceof Float32Array)) return true;
  const whole = values.length - (values.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let at = 0; at < whole; at += 4) {
    a += values[at]!;
    b += values[at + 1]!;
    c += values[at + 2]!;
    d += values[at + 3]!;
  }
  for (let at = whole; at < values.length; at++) a += values[at]!;
  return Number.isFinite(a + b + c + d);
}
