import { expect, test } from 'vitest';
import { numberWindow, tableSize } from '../../../../src/trainer/tensors/number-window.js';
import { product, sourceOfValues, type TensorSource } from '../../../../src/trainer/tensors/tensor-source.js';
import { generator, integer, shapeOf } from './random-tensors.js';

const rampOf = (shape: number[]): TensorSource =>
  sourceOfValues(
    Float32Array.from({ length: product(shape) }, (_, index) => index),
    shape,
  );

test('a window is what the table has there, whatever of it there is', () => {
  const random = generator(4);
  for (let round = 0; round < 300; round++) {
    const shape = shapeOf(random, integer(random, 0, 5), 6);
    const table = tableSize(shape);
    const [row, column] = [integer(random, 0, 8), integer(random, 0, 8)];
    const [rows, columns] = [integer(random, 1, 8), integer(random, 1, 8)];
    const found = numberWindow(rampOf(shape), { row, rows, column, columns });
    const wanted: number[] = [];
    for (let y = row; y < Math.min(row + rows, table.rows); y++)
      for (let x = column; x < Math.min(column + columns, table.columns); x++) wanted.push(y * table.columns + x);
    expect(Array.from(found.values)).toEqual(wanted);
    expect(found.rows * found.columns).toBe(wanted.length);
  }
});

test('no more is read than what is shown, where a table is wide', () => {
  let read = 0;
  const source: TensorSource = {
    shape: [2000, 100_000],
    size: 200_000_000,
    range: (from, length) => {
      read += length;
      return Float32Array.from({ length }, (_, index) => from + index);
    },
  };
  const { values } = numberWindow(source, { row: 100, rows: 50, column: 99_000, columns: 20 });
  expect(read).toBe(1000);
  expect([values[0], values[20], values[999]]).toEqual([10_099_000, 10_199_000, 14_999_019]);
});

test('one answer stays small; vectors stand, scalars are one cell, empty tensors none', () => {
  const found = numberWindow(rampOf([1000, 1000]), { row: 10, rows: 1000, column: 0, columns: 1000 });
  expect([found.rows, found.columns, found.values[0]]).toEqual([375, 1000, 10_000]);
  expect(tableSize([7])).toEqual({ rows: 7, columns: 1 });
  expect(tableSize([])).toEqual({ rows: 1, columns: 1 });
  expect(numberWindow(rampOf([0, 5]), { row: 0, rows: 5, column: 0, columns: 5 })).toMatchObject({
    rows: 0,
    columns: 0,
  });
});
