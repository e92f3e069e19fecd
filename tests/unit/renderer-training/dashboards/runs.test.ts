import { describe, expect, it } from 'vitest';
import { diffLines, hunks } from '../../../../renderer/panels/dashboards/runs/line-diff.js';
import {
  allColumns,
  csvCell,
  differingSettings,
  sortRuns,
  tableCsv,
  usualColumns,
} from '../../../../renderer/panels/dashboards/runs/run-columns.js';
import { runRow } from './run-row.js';

const row = (id: string, last: Record<string, number>, settings: Record<string, string> = {}) =>
  runRow(id, { last, settings });

const rows = [
  row('b', { 'train/loss': 0.5, 'validation/loss': Number.NaN }, { seed: '7', lr: '0.01' }),
  row('a', { 'train/loss': 0.25, 'validation/loss': 1 }, { seed: '7', lr: '0.001' }),
  row('=c', { 'validation/loss': 0.5 }, { seed: '7', lr: '1e-4' }),
];
const columns = allColumns(rows, ['lr', 'seed']);
const find = (id: string) => columns.find((one) => one.id === id)!;

describe('the columns of runs', () => {
  it('are at first facts, the settings that differ, and what runs are judged by', () => {
    const usual = usualColumns(columns, rows);
    expect(usual).toContain('setting:lr');
    expect(usual).not.toContain('setting:seed');
    expect(usual.filter((id) => id.startsWith('last:'))).toEqual(['last:validation/loss', 'last:train/loss']);
  });

  it('have what an experiment names before what every run has, and nothing twice', () => {
    const swept = [
      row('1', {}, { learning_rate: '0.1', rate: '0.1', batch_size: '8', units: '4' }),
      row('2', {}, { learning_rate: '0.01', rate: '0.01', batch_size: '16', units: '4', note: 'x' }),
      row('3', {}, { learning_rate: '0.1', rate: '0.1', batch_size: '16', units: '8' }),
    ];
    const all = allColumns(swept, ['batch_size', 'learning_rate', 'note', 'rate', 'units']);
    const found = differingSettings(all, swept).map(({ title }) => title);
    expect(found).toEqual(['rate', 'units', 'batch_size', 'note']);
  });

  it('sort by numbers as numbers, with what is missing or no number last', () => {
    const names = (id: string, descending: boolean) => sortRuns(rows, find(id), descending).map(({ run }) => run.name);
    expect(names('setting:lr', false)).toEqual(['=c', 'a', 'b']);
    expect(names('last:train/loss', true)).toEqual(['b', 'a', '=c']);
    expect(names('last:validation/loss', false)).toEqual(['=c', 'a', 'b']);
  });

  it('are written for spreadsheets, in which a name is never a formula', () => {
    const csv = tableCsv(rows, [find('name'), find('created'), find('last:train/loss')]);
    expect(csv.split('\n')).toEqual([
      'Name,Begun,train/loss',
      'b,2023-11-14T22:13:20.000Z,0.5',
      'a,2023-11-14T22:13:20.000Z,0.25',
      "'=c,2023-11-14T22:13:20.000Z,",
      '',
    ]);
    expect(tableCsv([], [find('wall')])).toBe('Took (ms)\n');
    expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
  });
});

describe('the difference of two texts', () => {
  const apply = (first: string, second: string) => {
    const lines = diffLines(first, second);
    const of = (kinds: readonly string[]) => lines.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text);
    expect(of(['same', 'gone']).join('\n')).toBe(first);
    expect(of(['same', 'new']).join('\n')).toBe(second);
    return lines.filter(({ kind }) => kind !== 'same').length;
  };

  it('leads from the one to the other, by as few lines as can be', () => {
    expect(apply('a\nb\nc', 'a\nc')).toBe(1);
    expect(apply('a\nb\nc', 'a\nx\nc')).toBe(2);
    expect(apply('', 'a')).toBe(2);
    expect(apply('same\ntext', 'same\ntext')).toBe(0);
    expect(apply('a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc')).toBe(5);
  });

  it('is right of any two texts', () => {
    let state = 5;
    const next = (most: number) => (state = (state * 1664525 + 1013904223) % 4294967296) % most;
    for (let round = 0; round < 300; round++) {
      const text = () => Array.from({ length: next(12) }, () => 'abc'[next(3)]).join('\n');
      apply(text(), text());
    }
    const long = Array.from({ length: 3000 }, (_, index) => String(index)).join('\n');
    apply(long, long.replaceAll('\n', '!\n'));
  });

  it('is shown with what is around it', () => {
    const first = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const second = first.with(10, 'other');
    const shown = hunks(diffLines(first.join('\n'), second.join('\n')), 2);
    expect(shown.map((line) => line?.text)).toEqual([
      undefined,
      'line 8',
      'line 9',
      'line 10',
      'other',
      'line 11',
      'line 12',
      undefined,
    ]);
    expect(hunks(diffLines('a', 'a'))).toEqual([]);
  });
});
