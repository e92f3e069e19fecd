/**
 * Summaries of tensors where they lie, in the middle of a step or after it: without leaving a tensor, being
 * recorded or drawing a number, and without bringing a large one over to JavaScript. Knows no breakpoints.
 */
import * as tf from '@tensorflow/tfjs';
import { summaryNumbers, type SummaryNumber } from '../../shared/protocol/training.js';
import { sumOfSquares } from '../tensors/quick-passes.js';
import { doAside } from './aside.js';
import type { NativeKernelBackend } from './backend/tensorflow/native-kernel-backend.js';
import {
  allFinite,
  floatsOf,
  sumOfSquares as sumOfSquaresOnWasm,
  type WasmBackend,
} from './backend/wasm/wasm-memory.js';
import { partsFor, summaryOf, type SummaryPart } from './compiled/summary-nodes.js';
import { summarize, type TensorSummary } from './step-summaries.js';
import type { TensorData } from './training-state.js';

/** Up to here reading the values takes less than asking TensorFlow for a number of them. */
const QUICK_TO_READ = 1 << 15;

/**
 * The tensor stays its owner's.
 * @param numbers those that are needed, all where none are named; others may be NaN
 */
export function summarizeTensor(tensor: tf.Tensor, numbers: readonly SummaryNumber[] = summaryNumbers): TensorSummary {
  const isLargeNative = tf.getBackend() === 'tensorflow' && tensor.dtype === 'float32' && tensor.size > QUICK_TO_READ;
  return (
    (isLargeNative ? summarizeNatively(tensor, numbers) : summarizeQuickly(tensor, numbers)) ??
    summarize(valuesOf(tensor))
  );
}

/** Σ x² in double precision: finite if and only if all values are. The tensor stays its owner's. */
export function sumOfSquaresOf(tensor: tf.Tensor): number {
  const wasm = wasmWith(tensor);
  return wasm ? sumOfSquaresOnWasm(wasm, tensor) : sumOfSquares(tensor.dataSync());
}

/** Where its values lie in the wasm backend's memory, in single precision. */
function wasmWith(tensor: tf.Tensor): WasmBackend | undefined {
  return tf.getBackend() === 'wasm' && tensor.dtype === 'float32'
    ? (tf.backend() as unknown as WasmBackend)
    : undefined;
}

/** In place where that can be had; good until anything is computed. */
function valuesOf(tensor: tf.Tensor): TensorData {
  const wasm = wasmWith(tensor);
  return wasm ? floatsOf(wasm, tensor) : tensor.dataSync();
}

/** All finite, and nothing else of it known but its norm where that was asked for. Written out: spreading an object takes V8 fifty times as long. */
function finiteNumbers(size: number, norm = NaN): TensorSummary {
  return { size, norm, notFinite: 0, min: NaN, max: NaN, mean: NaN, spread: NaN, zeros: NaN };
}

/** Where no more than these are asked for and all values are finite. */
function summarizeQuickly(tensor: tf.Tensor, numbers: readonly SummaryNumber[]): TensorSummary | undefined {
  const { size } = tensor;
  if (numbers.every((number) => number === 'notFinite')) {
    const wasm = wasmWith(tensor);
    if (wasm) return allFinite(wasm, tensor) ? finiteNumbers(size) : undefined;
  } else if (!numbers.every((number) => number === 'norm' || number === 'notFinite')) return undefined;
  const squares = sumOfSquaresOf(tensor);
  return Number.isFinite(squares) ? finiteNumbers(size, Math.sqrt(squares)) : undefined;
}

/** By TensorFlow's own passes over it; `undefined` where a value may not be finite. */
function summarizeNatively(tensor: tf.Tensor, numbers: readonly SummaryNumber[]): TensorSummary | undefined {
  const backend = tf.backend() as unknown as NativeKernelBackend;
  const type = { name: 'T', type: backend.binding.TF_ATTR_TYPE, value: backend.getDTypeInteger('float32') };
  const half = (value: tf.Tensor): tf.Tensor => backend.executeSingleOutput('L2Loss', [type], [value]);
  const compute: Readonly<Record<SummaryPart, () => tf.Tensor>> = {
    half: () => half(tensor),
    finite: () => half(tensor),
    min: () => tf.min(tensor),
    max: () => tf.max(tensor),
    mean: () => tf.mean(tensor),
    halfSpread: () => half(tf.sub(tensor, tf.mean(tensor))),
    zeros: () => tf.mean(tf.cast(tf.equal(tensor, 0), 'float32')),
  };
  const values: Partial<Record<SummaryPart, number>> = {};
  doAside(() => {
    for (const part of partsFor(numbers)) {
      // One at a time, so that what the large ones leave is given back before the next.
      values[part] = tf.tidy(() => compute[part]().dataSync()[0]!);
    }
  });
  return summaryOf(tensor.size, values);
}
