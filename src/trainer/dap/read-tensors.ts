/** Numbers of tensors in the middle of a step, read as they are. Knows no breakpoints. */
import type * as tf from '@tensorflow/tfjs';
import type { TensorNumber } from '../../shared/conditions/reach.js';
import { together, type TensorNumbers } from '../../shared/conditions/tensor-numbers.js';
import type { SummaryNumber } from '../../shared/protocol/training.js';
import { summarizeTensor } from '../runtime/summarize-tensor.js';

interface Read {
  readonly numbers: 'all' | readonly SummaryNumber[];
  readonly summary: TensorNumbers;
}

/** Reads of each tensor what is asked for, once; all that there is when more than one number is. */
export class TensorReading {
  private readonly read = new Map<tf.Tensor, Read>();

  /** Of all of them together. @throws Error in words where one cannot be read */
  numberOf(tensors: readonly tf.Tensor[], number: TensorNumber): number {
    if (number === 'size') return tensors.reduce((sum, { size }) => sum + size, 0);
    const [only] = tensors;
    if (only && tensors.length === 1) return this.summaryOf(only, [number])[number];
    const needed: readonly SummaryNumber[] = number === 'norm' || number === 'notFinite' ? [number, 'notFinite'] : [];
    return together(tensors.map((tensor) => this.summaryOf(tensor, needed)))[number];
  }

  /** At least these numbers; all where none are named. */
  private summaryOf(tensor: tf.Tensor, numbers: readonly SummaryNumber[]): TensorNumbers {
    const before = this.read.get(tensor);
    const isThere = (number: SummaryNumber): boolean =>
      before !== undefined && (before.numbers === 'all' || before.numbers.includes(number));
    if (before && (before.numbers === 'all' || (numbers.length > 0 && numbers.every(isThere)))) return before.summary;
    if (tensor.isDisposed) throw new Error('its values have been given back already.');
    if (tensor.dtype === 'string' || tensor.dtype === 'complex64')
      throw new Error(`it is of type ${tensor.dtype}, which has no such number.`);
    const some = numbers.length > 0 && !before ? numbers : undefined;
    const summary = summarizeTensor(tensor, some);
    this.read.set(tensor, { numbers: some ?? 'all', summary });
    return summary;
  }
}
