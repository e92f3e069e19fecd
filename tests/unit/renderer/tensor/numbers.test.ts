import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../../../renderer/panels/tensor/curve-points.js';
import { cellText, exactText } from '../../../../renderer/panels/tensor/number-format.js';
import { numbersOf } from '../../../../renderer/state/tensor-bytes.js';
import { tableSize } from '../../../../renderer/state/tensor-index.js';
import { windowAt, windowSize } from '../../../../renderer/state/tensor-reading.js';

it('a cell holds at most nine characters, whatever the number', () => {
  const values = [
    0,
    -0,
    1,
    -1,
    0.1,
    1 / 3,
    -2 / 3,
    123456.789,
    -123456.789,
    1e5,
    999_999.9,
    1e6,
    1.5e30,
    -1.5e-30,
    1e-5,
  ];
  for (const value of [...values, 12_345_678, -12_345_678, 1e-300, NaN, Infinity, -Infinity, 0.000123456]) {
    expect(cellText(value).length, cellText(value)).toBeLessThanOrEqual(9);
  }
  expect(cellText(1 / 3)).toBe('0.33333');
  expect(cellText(-123456.789)).toBe('−123456.8');
  expect(cellText(3)).toBe('3');
  expect(cellText(Number.NEGATIVE_INFINITY)).toBe('−∞');
});

it('an exact number is all that a float32 has', () => {
  expect(exactText(Math.fround(0.1))).toBe('0.100000001');
  expect(exactText(0.1)).toBe('0.1');
  expect(exactText(NaN)).toBe('NaN');
});

it('numbers keep what JSON would lose', () => {
  const bytes = new Uint8Array(new Float64Array([1.5, NaN, -Infinity, -0]).buffer);
  expect([...numbersOf(btoa(String.fromCharCode(...bytes)))]).toEqual([1.5, NaN, -Infinity, -0]);
});

describe('the windows of a table', () => {
  const shape = [100, 100, 130];

  it('cover every cell once, and no more than there is', () => {
    const size = windowSize(shape);
    const { rows, columns } = tableSize(shape);
    const seen = new Set<string>();
    for (let row = 0; row < rows; row += size.rows)
      for (let column = 0; column < columns; column += size.columns) seen.add(windowAt({ row, column }, shape).key);
    const cells = [...seen].map((key) => JSON.parse(key) as { rows: number; columns: number });
    expect(cells.reduce((sum, window) => sum + window.rows * window.columns, 0)).toBe(rows * columns);
    expect(cells.every((window) => window.rows <= 1000 && window.columns <= 1000)).toBe(true);
  });

  it('say where in them a cell is', () => {
    const { key, row, column } = windowAt({ row: 777, column: 129 }, shape);
    const window = JSON.parse(key) as { row: number; column: number; columns: number };
    expect([window.row + row, window.column + column, window.columns]).toEqual([777, 129, 2]);
    expect(windowSize([1_000_000])).toEqual({ rows: 1000, columns: 1 });
  });
});

it('a curve of many values keeps its least and greatest', () => {
  const values = Array.from({ length: 10_000 }, (_, at) => (at === 5555 ? 9 : at === 44 ? NaN : Math.sin(at)));
  const columns = columnsOf(values, 300);
  expect(columns).toHaveLength(300);
  expect(Math.max(...columns.map((column) => column.greatest))).toBe(9);
  expect(columns.filter((column) => column.hasNotFinite)).toHaveLength(1);
  expect(columnsOf([1, 2, 3], 300)).toHaveLength(3);
  expect(columnsOf([], 300)).toEqual([]);
});
