import { describe, expect, it } from 'vitest';
import type { FileEntry } from '../../../../src/shared/protocol/rpc.js';
import { alteredFolders, iconOf, keyTarget, rowsOf } from '../../../../renderer/panels/explorer/tree.js';

const file = (path: string): FileEntry => ({ path, name: path.split('/').at(-1) ?? '', kind: 'file' });
const folder = (path: string): FileEntry => ({ ...file(path), kind: 'folder' });
const listings = new Map([
  ['', [folder('data'), folder('runs'), file('experiment.ts')]],
  ['data', [file('data/a.csv')]],
]);

describe('the file tree', () => {
  it('shows what is in open folders', () => {
    const rows = rowsOf(listings, new Set(['data']));
    expect(rows.map((row) => [row.entry.path, row.depth, row.expanded])).toEqual([
      ['data', 0, true],
      ['data/a.csv', 1, false],
      ['runs', 0, false],
      ['experiment.ts', 0, false],
    ]);
  });

  it('lists again what a change may have altered, and no more', () => {
    expect(alteredFolders(listings, ['data/b.csv'])).toEqual(['data']);
    expect(alteredFolders(listings, ['data'])).toEqual(['', 'data']);
    expect(alteredFolders(listings, ['runs/1/run.json'])).toEqual([]);
  });

  it('goes by keys, by letters too, round and round', () => {
    const rows = rowsOf(listings, new Set());
    expect(keyTarget('ArrowDown', rows, 2, 10)).toBe(2);
    expect(keyTarget('End', rows, 0, 10)).toBe(2);
    expect(keyTarget('e', rows, 0, 10)).toBe(2);
    expect(keyTarget('d', rows, 0, 10)).toBe(0);
    expect(keyTarget('x', rows, 0, 10)).toBeUndefined();
    expect(keyTarget('Tab', rows, 0, 10)).toBeUndefined();
    expect(keyTarget('ArrowDown', [], -1, 10)).toBeUndefined();
  });

  it('marks experiments', () => {
    const [, , row] = rowsOf(listings, new Set());
    expect(row && iconOf(row, true)).toBe('beaker');
    expect(row && iconOf(row, false)).toBe('file-code');
  });
});
