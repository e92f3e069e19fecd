/**
 * What a person sees of one tensor: its facts, pictures of it, a window of its values as a table, places
 * in it. Looks at any tensor of TensorFlow.js; changes nothing. To be called aside of the training.
 */
import type * as tf from '@tensorflow/tfjs';
import type { TensorFacts, TensorView } from '../../shared/protocol/tensors.js';
import { viewsOf, type TensorRole } from './fitting-views.js';
import { numberWindow, windowWithin, type NumberWindow, type WindowWish } from './number-window.js';
import { histogramOf, sumUp, type TensorSum } from './sum-up.js';
import { complexAt, textsOf } from './tensor-elements.js';
import { product, remembering, type TensorSource } from './tensor-source.js';
import { complexValues, deviceOf, valuesOf } from './tensor-values.js';

/** A tensor as it stands in the training. */
export interface NamedTensor {
  readonly tensor: tf.Tensor;
  /** `output of conv2d_1`. */
  readonly name: string;
  readonly role?: TensorRole;
  /** What the entries of the last dimension stand for, where they do. */
  readonly columnNames?: readonly string[];
  /** Of the first dimension's entries, for titles of pictures. */
  readonly exampleNames?: readonly string[];
}

/** What has been summed up of tensors: none is gone over twice in one stop. */
export class TensorSums {
  private sums = new Map<object, TensorSum>();
  private histograms = new Map<object, Map<number, readonly number[]>>();

  known(tensor: tf.Tensor): TensorSum | undefined {
    return this.sums.get(tensor.dataId);
  }

  /** @throws Error in words where there are no numbers */
  of(tensor: tf.Tensor, source: TensorSource = valuesOf(tensor)): TensorSum {
    let known = this.sums.get(tensor.dataId);
    if (!known) this.sums.set(tensor.dataId, (known = sumUp(source)));
    return known;
  }

  /** None where no value is finite. */
  histogram(tensor: tf.Tensor, bins: number, source: TensorSource = valuesOf(tensor)): readonly number[] | undefined {
    const sum = this.of(tensor, source);
    if (!Number.isFinite(sum.min)) return undefined;
    let ofTensor = this.histograms.get(tensor.dataId);
    if (!ofTensor) this.histograms.set(tensor.dataId, (ofTensor = new Map<number, readonly number[]>()));
    let known = ofTensor.get(bins);
    if (!known) ofTensor.set(bins, (known = histogramOf(source, sum, bins)));
    return known;
  }

  /** Values may have changed. */
  forget(): void {
    this.sums.clear();
    this.histograms.clear();
  }
}

/** Of more values, numbers are given only where they are asked for. */
export const QUICK_TO_SUM = 1 << 20;

/** @param numbers whether to go over all values, however many there are */
export function factsOf(named: NamedTensor, sums: TensorSums, bins: number, numbers: boolean): TensorFacts {
  const { tensor, name, columnNames } = named;
  const { shape, dtype } = tensor;
  const size = product(shape);
  const facts = {
    name,
    shape: [...shape],
    dtype,
    device: deviceOf(tensor),
    size,
    bytes: bytesOf(tensor, size),
    ...(columnNames && columnNames.length === shape.at(-1) ? { columnNames: [...columnNames] } : {}),
    views: fittingViews(named),
  };
  if (dtype === 'string' || size === 0) return facts;
  if (!numbers && size > QUICK_TO_SUM && !sums.known(tensor)) return facts;
  const source = remembering(valuesOf(tensor));
  const sum = sums.of(tensor, source);
  const histogram = sums.histogram(tensor, bins, source);
  return { ...facts, numbers: sum, ...(histogram ? { histogram: [...histogram] } : {}) };
}

/** The best one first. Reads a few values of what may be probabilities. */
export function fittingViews({ tensor, role }: Pick<NamedTensor, 'tensor' | 'role'>): TensorView[] {
  const { shape, dtype } = tensor;
  return viewsOf({ shape, dtype, role, areProbabilities: areProbabilities(tensor) });
}

/** A window of text or of complex numbers has the words beside the values. */
export function tableOf(tensor: tf.Tensor, wish: WindowWish): NumberWindow & { readonly texts?: readonly string[] } {
  if (tensor.dtype === 'string') return textWindow(tensor, wish);
  const window = numberWindow(valuesOf(tensor), wish);
  if (tensor.dtype !== 'complex64') return window;
  const parts = complexValues(tensor);
  return {
    ...window,
    texts: flatIndexes(tensor.shape, wish).map((flat) => String(complexAt(parts, flat)).replaceAll('-', '−')),
  };
}

/** Rows beyond that are not checked: they are as many examples as anyone makes a batch of. */
const MOST_ROWS = 4096;
const MOST_CLASSES = 1024;
const NEAR = 1e-3;

function areProbabilities(tensor: tf.Tensor): boolean {
  const { shape, dtype, size } = tensor;
  if (dtype !== 'float32' || shape.length === 0 || shape.length > 2) return false;
  const classes = shape.at(-1)!;
  if (classes < 2 || classes > MOST_CLASSES || size === 0 || size / classes > MOST_ROWS) return false;
  const source = valuesOf(tensor);
  const first = source.range(0, classes);
  if (!sumsToOne(first, 0, classes)) return false;
  const values = source.range(0, size);
  for (let from = 0; from < size; from += classes) if (!sumsToOne(values, from, classes)) return false;
  return true;
}

function sumsToOne(values: ArrayLike<number>, from: number, count: number): boolean {
  let sum = 0;
  for (let index = from; index < from + count; index++) {
    if (!(values[index]! >= 0)) return false;
    sum += values[index]!;
  }
  return Math.abs(sum - 1) < NEAR;
}

const bytesOfType: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1, complex64: 8 };
/** Texts beyond that are not counted one by one. */
const MOST_TEXTS = 100_000;

function bytesOf(tensor: tf.Tensor, size: number): number {
  if (tensor.dtype !== 'string') return size * bytesOfType[tensor.dtype]!;
  if (tensor.isDisposed || size > MOST_TEXTS) return 0;
  return textsOf(tensor).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/** Of one text; a cell has no room for more. */
const MOST_LETTERS = 500;
const TEXTS_AT_ONCE = 4_000;

function textWindow(tensor: tf.Tensor, wish: WindowWish): NumberWindow & { readonly texts: readonly string[] } {
  const fitting = { ...wish, rows: Math.min(wish.rows, Math.max(1, Math.floor(TEXTS_AT_ONCE / wish.columns))) };
  const { rows, columns } = windowWithin(tensor.shape, fitting);
  const all = textsOf(tensor);
  const texts = flatIndexes(tensor.shape, fitting).map((flat) => {
    const text = all[flat]!;
    return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text;
  });
  return { rows, columns, values: new Float64Array(texts.length).fill(NaN), texts };
}

function flatIndexes(shape: readonly number[], wish: WindowWish): number[] {
  const { row, rows, column, columns } = windowWithin(shape, wish);
  const width = shape.length < 2 ? 1 : shape.at(-1)!;
  return Array.from(
    { length: rows * columns },
    (_, index) => (row + Math.floor(index / columns)) * width + column + (index % columns),
  );
}
