/**
 * A window of a tensor as a table: its last dimension across, all others down in order. Knows typed
 * arrays only.
 */
import { product, type TensorSource } from './tensor-source.js';

export interface WindowWish {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

export interface NumberWindow {
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly values: Float64Array;
}

/** Of one answer: 3 MB, which base64 makes 4 of. */
const MOST_CELLS = 375_000;
/** Reading what lies between the columns, too, is cheaper than reading each row for itself. */
const MOST_BETWEEN = 1 << 20;

/** A vector has one column, a scalar one cell. */
export function tableSize(shape: readonly number[]): { readonly rows: number; readonly columns: number } {
  if (shape.length < 2) return { rows: product(shape), columns: 1 };
  return { rows: product(shape.slice(0, -1)), columns: shape.at(-1)! };
}

/** What of a wish is there, and how much of it one answer takes: all of its columns, fewer rows. */
export function windowWithin(shape: readonly number[], wish: WindowWish): WindowWish {
  const table = tableSize(shape);
  const columns = Math.max(0, Math.min(wish.columns, table.columns - wish.column));
  const most = columns === 0 ? 0 : Math.max(1, Math.floor(MOST_CELLS / columns));
  const rows = columns === 0 ? 0 : Math.max(0, Math.min(wish.rows, table.rows - wish.row, most));
  return { row: wish.row, column: wish.column, rows, columns: rows === 0 ? 0 : columns };
}

export function numberWindow(source: TensorSource, wish: WindowWish): NumberWindow {
  const { row, rows, column, columns } = windowWithin(source.shape, wish);
  const values = new Float64Array(rows * columns);
  if (values.length === 0) return { rows, columns, values };
  const width = tableSize(source.shape).columns;
  const from = row * width + column;
  const span = (rows - 1) * width + columns;
  if (width === columns) values.set(source.range(from, span));
  else if (span <= MOST_BETWEEN) {
    const read = source.range(from, span);
    for (let at = 0; at < rows; at++) values.set(read.subarray(at * width, at * width + columns), at * columns);
  } else {
    for (let at = 0; at < rows; at++) values.set(source.range(from + at * width, columns), at * columns);
  }
  return { rows, columns, values };
}
