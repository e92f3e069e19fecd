/** Passes over examples that lie in memory as typed arrays. Knows neither files nor where the values came from. */
import * as tf from '@tensorflow/tfjs';
import type { Batch, BatchIterator, BatchStream, Pass, Tensors } from './batch-stream.js';
import { shuffledOrder } from './random.js';

/** One value array of all examples, row by row. */
export interface Column {
  readonly values: Float32Array | Int32Array | Uint8Array;
  /** Of one example. */
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** Of bytes alone: each is divided by it on its way into a batch, 255 for pixels. */
  readonly divisor?: number;
}

/** As a model's inputs or outputs: one, several in order, or by name. */
export type Columns =
  | { readonly kind: 'one'; readonly column: Column }
  | { readonly kind: 'list'; readonly columns: readonly Column[] }
  | { readonly kind: 'named'; readonly columns: Readonly<Record<string, Column>> };

export interface MemoryStreamOptions {
  readonly xs: Columns;
  readonly ys: Columns;
  /** The rows of this stream, in order. */
  readonly rows: Int32Array;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly name?: (row: number) => string;
}

export class MemoryStream implements BatchStream {
  readonly examples: number;
  readonly batchSize: number;
  readonly batchesPerEpoch: number;

  constructor(private readonly options: MemoryStreamOptions) {
    this.examples = options.rows.length;
    this.batchSize = options.batchSize;
    this.batchesPerEpoch = Math.ceil(this.examples / this.batchSize);
  }

  open({ seed, epoch, skip }: Pass): BatchIterator {
    const { rows, batchSize, shuffle, name } = this.options;
    const [xs, ys] = [allDividedOnce(this.options.xs), allDividedOnce(this.options.ys)];
    const order = shuffle ? shuffledOrder(rows.length, seed, epoch).map((index) => rows[index]!) : rows;
    let at = skip * batchSize;
    return {
      next: async (): Promise<Batch | undefined> => {
        if (at >= order.length) return undefined;
        const picked = order.subarray(at, at + batchSize);
        at += picked.length;
        return {
          xs: gatherAll(xs, picked),
          ys: gatherAll(ys, picked),
          size: picked.length,
          ...(name && { names: Array.from(picked, name) }),
        };
      },
      close: async () => {
        at = order.length;
      },
    };
  }
}

function allDividedOnce(columns: Columns): Columns {
  return columns.kind === 'one' ? { ...columns, column: dividedOnce(columns.column) } : columns;
}

function gatherAll(columns: Columns, rows: Int32Array): Tensors {
  switch (columns.kind) {
    case 'one':
      return gather(columns.column, rows);
    case 'list':
      return columns.columns.map((column) => gather(column, rows));
    case 'named':
      return Object.fromEntries(Object.entries(columns.columns).map(([name, column]) => [name, gather(column, rows)]));
  }
}

function gather(column: Column, rows: Int32Array): tf.Tensor {
  const { values, shape, dtype } = column;
  const width = shape.reduce((product, size) => product * size, 1);
  const Values = dtype === 'float32' ? Float32Array : dtype === 'int32' ? Int32Array : Uint8Array;
  const result = new Values(rows.length * width);
  const quotients = quotientsOf(column);
  rows.forEach((row, place) => {
    const [from, to] = [row * width, place * width];
    if (quotients) for (let i = 0; i < width; i++) result[to + i] = quotients[values[from + i]!]!;
    else result.set(values.subarray(from, from + width), to);
  });
  return tf.tensor(result, [rows.length, ...shape], dtype);
}

/** More than this stays bytes: as numbers it takes four times the memory. */
const MOST_NUMBERS = 2 ** 26;
const knownQuotients = new Map<number, Float32Array>();
const known = new WeakMap<Column['values'], Float32Array>();

/** Bytes that are divided on their way into a batch, divided once and for all, where they are not too many. */
function dividedOnce(column: Column): Column {
  const quotients = quotientsOf(column);
  if (!quotients || column.values.length > MOST_NUMBERS) return column;
  let values = known.get(column.values);
  if (!values) {
    values = new Float32Array(column.values.length);
    for (let i = 0; i < values.length; i++) values[i] = quotients[column.values[i]!]!;
    known.set(column.values, values);
  }
  return { ...column, values, divisor: undefined };
}

/** What each byte comes to, so that a batch of pixels takes no division; none where nothing is divided. */
function quotientsOf({ values, divisor }: Column): Float32Array | undefined {
  if (divisor === undefined) return undefined;
  if (!(values instanceof Uint8Array)) throw new TypeError('only bytes are divided on their way into a batch');
  let quotients = knownQuotients.get(divisor);
  if (!quotients)
    knownQuotients.set(divisor, (quotients = Float32Array.from({ length: 256 }, (_, byte) => byte / divisor)));
  return quotients;
}

/** The rows 0 to `count` − 1. */
export const allRows = (count: number): Int32Array => Int32Array.from({ length: count }, (_, row) => row);
