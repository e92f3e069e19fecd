/** A batch as rules see it. Reads its values, which are the training's, and makes no tensor. */
import * as tf from '@tensorflow/tfjs';
import type { Batch, Tensors } from '../runtime/data/batch-stream.js';
import { summarize } from '../runtime/step-summaries.js';
import type { BatchFacts, BatchTensorFacts, ColumnFacts, InputFacts, TargetFacts, TensorValues } from './facts.js';

const MOST_COLUMNS = 512;

export function batchFacts(batch: Batch, featureNames: readonly string[] | undefined): BatchFacts {
  return {
    size: batch.size,
    inputs: named(batch.xs).flatMap(([name, tensor]) => inputFacts(name, tensor, featureNames)),
    targets: named(batch.ys).flatMap(([name, tensor]) => targetFacts(name, tensor)),
  };
}

/** Class of each example of a batch with a single target that is of classes; `undefined` otherwise. */
export function classesOf(batch: Batch, ofClasses: boolean): ArrayLike<number> | undefined {
  const [only, another] = named(batch.ys);
  if (!ofClasses || !only || another) return undefined;
  const values = valuesOf(only[1]);
  if (!values || values.data.length > MOST_COLUMNS * batch.size) return undefined;
  const width = values.data.length / batch.size;
  if (!Number.isInteger(width) || width === 0) return undefined;
  if (width === 1) return values.data;
  return Int32Array.from({ length: batch.size }, (_, row) => largestOf(values.data, row * width, width));
}

export function valuesOf(tensor: tf.Tensor | undefined): TensorValues | undefined {
  if (!tensor || tensor.isDisposed || tensor.dtype === 'string' || tensor.dtype === 'complex64') return undefined;
  return { shape: tensor.shape, data: tensor.dataSync() };
}

function named(tensors: Tensors): (readonly [string, tf.Tensor])[] {
  if (tensors instanceof tf.Tensor) return [['xs', tensors]];
  return Object.entries(tensors).map(([name, tensor]) => [name, tensor]);
}

function factsOf(name: string, tensor: tf.Tensor): (BatchTensorFacts & { readonly values: TensorValues }) | undefined {
  const values = valuesOf(tensor);
  if (!values || values.data.length === 0) return undefined;
  const { shape, dtype } = tensor;
  return { name, shape, dtype, values, summary: summarize(tensor.dataSync()) };
}

function inputFacts(name: string, tensor: tf.Tensor, featureNames: readonly string[] | undefined): InputFacts[] {
  const facts = factsOf(name, tensor);
  if (!facts) return [];
  const { values, ...rest } = facts;
  const [rows = 0, columns = 0] = rest.shape;
  if (rest.shape.length !== 2 || columns > MOST_COLUMNS) return [rest];
  return [
    {
      ...rest,
      columns: Array.from({ length: columns }, (_, index) => columnOf(values.data, index, rows, columns, featureNames)),
    },
  ];
}

function columnOf(
  data: ArrayLike<number>,
  index: number,
  rows: number,
  columns: number,
  featureNames: readonly string[] | undefined,
): ColumnFacts {
  let sum = 0;
  let squares = 0;
  for (let row = 0; row < rows; row++) {
    const value = data[row * columns + index]!;
    sum += value;
    squares += value * value;
  }
  const mean = sum / rows;
  return {
    name: featureNames?.[index] ?? String(index + 1),
    mean,
    spread: Math.sqrt(Math.max(0, squares / rows - mean * mean)),
  };
}

function targetFacts(name: string, tensor: tf.Tensor): TargetFacts[] {
  const facts = factsOf(name, tensor);
  if (!facts) return [];
  const { values, ...rest } = facts;
  const width = rest.shape.length > 1 ? rest.shape.at(-1)! : 1;
  const rows = rowsOf(values.data, width);
  return [{ ...rest, name: name === 'xs' ? 'ys' : name, ...rows }];
}

function rowsOf(data: ArrayLike<number>, width: number): Pick<TargetFacts, 'integers' | 'oneHot' | 'sumsToOne'> {
  let [integers, oneHot, sumsToOne] = [true, width > 1, width > 1];
  for (let start = 0; start < data.length; start += width) {
    let sum = 0;
    for (let index = start; index < start + width; index++) {
      const value = data[index]!;
      sum += value;
      if (!Number.isInteger(value)) integers = false;
      if (value !== 0 && value !== 1) oneHot = false;
    }
    if (Math.abs(sum - 1) > 1e-3) {
      sumsToOne = false;
      oneHot = false;
    }
  }
  return { integers, oneHot, sumsToOne };
}

function largestOf(data: ArrayLike<number>, start: number, width: number): number {
  let best = 0;
  for (let index = 1; index < width; index++) if (data[start + index]! > data[start + best]!) best = index;
  return best;
}
