import { describe, expect, it } from 'vitest';
import {
  linesOf,
  cellOf,
  flatOf,
  indexOf,
  indexText,
  readIndex,
  rowText,
  tableSize,
} from '../../../../renderer/state/tensor-index.js';

const shape = [32, 148, 148, 64];

describe('places in a tensor', () => {
  it('lead from one number to the index and to the cell of the table, and back', () => {
    for (const at of [0, 1, 63, 64, 9471, 9472, 44_859_391]) {
      const index = indexOf(at, shape);
      expect(index.reduce((flat, part, dimension) => flat * shape[dimension]! + part, 0)).toBe(at);
      expect(flatOf(cellOf(at, shape), shape)).toBe(at);
      expect(readIndex(indexText(at, shape), shape)).toEqual({ kind: 'ok', flat: at });
    }
    expect(indexText(5 + 64 * (3 + 148 * 12), shape)).toBe('[0, 12, 3, 5]');
  });

  it('are rows of the last dimension; a vector stands in one column, a scalar in one cell', () => {
    expect(tableSize(shape)).toEqual({ rows: 32 * 148 * 148, columns: 64 });
    expect(tableSize([7])).toEqual({ rows: 7, columns: 1 });
    expect(tableSize([])).toEqual({ rows: 1, columns: 1 });
    expect(tableSize([3, 0])).toEqual({ rows: 0, columns: 0 });
    expect([rowText(149, shape), rowText(6, [7]), rowText(0, []), rowText(4, [9, 2])]).toEqual([
      '[0, 1, 1]',
      '6',
      '',
      '[4]',
    ]);
  });

  it('are read as people type them', () => {
    const flat = (text: string, of = shape) => {
      const read = readIndex(text, of);
      return read.kind === 'ok' ? read.flat : read.message;
    };
    expect(flat('0, 12, 3, 5')).toBe(flat('[0 12 3 5]'));
    expect(flat('(1)')).toBe(148 * 148 * 64);
    expect(flat('-1,-1,-1,-1')).toBe(44_859_391);
    expect(flat('[−1]', [10])).toBe(9);
    expect(flat('', [])).toBe(0);
    expect(flat('')).toContain('For example [0, 0, 0, 0]');
    expect(flat('[32]')).toBe('32 is outside of dimension 0, which goes from 0 to 31.');
    expect(flat('1,2,3,4,5')).toContain('5 numbers are too many: the shape 32×148×148×64 has 4');
    expect(flat('a')).toBe('a is not a whole number.');
    expect(flat('0', [0])).toBe('There are no values in this tensor.');
  });
});

it('lines of a curve: rows, all of a vector, one of the signals', () => {
  expect(linesOf([5])).toEqual({ lines: 1, length: 5 });
  expect(linesOf([5, 1])).toEqual({ lines: 1, length: 5 });
  expect(linesOf([5, 3])).toEqual({ lines: 5, length: 3 });
  expect(linesOf([2, 4, 16_000, 1])).toEqual({ lines: 8, length: 16_000 });
  expect(linesOf([2, 0, 1])).toEqual({ lines: 0, length: 0 });
});
