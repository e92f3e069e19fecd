import { describe, expect, it } from 'vitest';
import { dashboard } from '../../../../renderer/state/dashboard-schema.js';
import { runsView } from '../../../../renderer/state/runs-view.js';
import { axisRange, columnAxis } from '../../../../renderer/panels/dashboards/runs/column-axis.js';
import { readRange } from '../../../../renderer/panels/dashboards/runs/column-questions.js';
import { ParallelLayout } from '../../../../renderer/panels/dashboards/runs/parallel-picture.js';
import {
  allColumns,
  findColumn,
  metricOf,
  type RunRow,
} from '../../../../renderer/panels/dashboards/runs/run-columns.js';
import { rangeWords, withinRanges } from '../../../../renderer/panels/dashboards/runs/run-filter.js';
import { ScatterLayout, wholePlot } from '../../../../renderer/panels/dashboards/runs/scatter-picture.js';
import { chosenAxes, chosenMetric, chosenX } from '../../../../renderer/panels/dashboards/runs/view-choices.js';
import { runRow } from './run-row.js';

const row = (id: string, settings: Record<string, string>, last: Record<string, number> = {}): RunRow => ({
  ...runRow(id, { settings, last }),
  extremes: new Map(Object.entries(last).map(([name, value]) => [name, { min: value - 1, max: value + 1 }])),
});

/** Rates from 1e-5 to 0.1, three optimizers, a loss that one run does not have. */
const rows = [1e-5, 1e-4, 1e-3, 1e-2, 0.1].map((rate, index) =>
  row(
    `run-${index}`,
    { rate: String(rate), optimizer: ['adam', 'sgd', 'rmsprop'][index % 3]!, units: String(32 * (index + 1)) },
    index === 3 ? { accuracy: 0.9 } : { loss: index, accuracy: 0.5 + index / 10 },
  ),
);
const columns = allColumns(rows, ['optimizer', 'rate', 'units']);
const find = (id: string) => findColumn(columns, id)!;
const axis = (id: string, logarithmic?: boolean) => columnAxis(find(id), rows, logarithmic);

describe('a column of runs', () => {
  it('of a series is its last, least, greatest or best value', () => {
    expect(find('min:loss').value(rows[2]!)).toBe(1);
    expect(find('max:loss').value(rows[2]!)).toBe(3);
    expect(find('best:loss').value(rows[2]!)).toBe(1);
    expect(find('best:accuracy').value(rows[3]!)).toBeCloseTo(1.9);
    expect(metricOf('best:a:b')).toEqual({ reading: 'best', name: 'a:b' });
    expect(metricOf('setting:min')).toBeUndefined();
  });

  it('of a series that few runs have comes after those that most have', () => {
    const some = [...rows, row('other', {}, { 'validation/loss': 1 })];
    const ids = allColumns(some, []).filter(({ id }) => id.startsWith('last:'));
    expect(ids.map(({ title }) => title)).toEqual(['loss', 'accuracy', 'validation/loss']);
  });

  it('of words is none of numbers', () => {
    expect(find('setting:optimizer').numeric).toBe(false);
    expect(find('setting:rate').numeric).toBe(true);
  });
});

describe('an axis', () => {
  it('is logarithmic where most settings lie at one end, or as the person says', () => {
    const rate = axis('setting:rate');
    expect(rows.map((one) => rate.share(one)!.toFixed(2))).toEqual(['0.00', '0.25', '0.50', '0.75', '1.00']);
    expect(axis('setting:rate', false).share(rows[3]!)).toBeCloseTo(0.1, 2);
    const units = axis('setting:units');
    expect(units.kind === 'number' && units.scale.logarithmic).toBe(false);
    const loss = axis('last:loss', true);
    expect(loss.canBeLogarithmic).toBe(false);
    expect(loss.kind === 'number' && loss.scale.logarithmic).toBe(false);
  });

  it('has a place for each word, and none for what a run does not say', () => {
    const words = axis('setting:optimizer');
    expect(rows.map((one) => words.share(one)!.toFixed(2))).toEqual(['0.17', '0.83', '0.50', '0.17', '0.83']);
    expect(axis('last:loss').share(rows[3]!)).toBeUndefined();
  });

  it('is drawn of one value, of none, and of what is not finite', () => {
    const odd = [row('a', { x: '1' }, { loss: Number.NaN }), row('b', { x: '1' }, { loss: Infinity })];
    const all = allColumns(odd, ['x']);
    expect(columnAxis(findColumn(all, 'setting:x')!, odd).share(odd[0]!)).toBe(0.5);
    const loss = columnAxis(findColumn(all, 'last:loss')!, odd);
    expect(odd.map((one) => loss.share(one))).toEqual([undefined, undefined]);
    expect(loss.marks(4).length).toBeGreaterThan(0);
  });
});

describe('ranges of columns', () => {
  const names = (ranges: Parameters<typeof withinRanges>[0]) =>
    rows.filter(withinRanges(ranges, columns)).map(({ run }) => run.id);

  it('let through what is in all of them, ends included', () => {
    expect(names({})).toHaveLength(5);
    expect(names({ 'setting:rate': { kind: 'between', min: 1e-4, max: 1e-2 } })).toEqual(['run-1', 'run-2', 'run-3']);
    expect(
      names({
        'setting:rate': { kind: 'between', min: 1e-4, max: 1e-2 },
        'setting:optimizer': { kind: 'among', values: ['sgd', 'adam'] },
      }),
    ).toEqual(['run-1', 'run-3']);
    expect(names({ 'last:loss': { kind: 'between', min: -1e9, max: 1e9 } })).not.toContain('run-3');
    expect(names({ 'setting:gone': { kind: 'between', min: 0, max: 0 } })).toHaveLength(5);
  });

  it('of a brush over all of an axis leave nothing out', () => {
    for (const id of ['setting:rate', 'setting:units', 'setting:optimizer', 'last:accuracy']) {
      const range = axisRange(axis(id), 0, 1);
      expect(names({ [id]: range })).toHaveLength(5);
    }
    expect(axisRange(axis('setting:rate'), 0.2, 0.6)).toEqual({ kind: 'between', min: 0.0000631, max: 0.002512 });
    expect(axisRange(axis('setting:optimizer'), 0.1, 0.2)).toEqual({ kind: 'among', values: ['adam'] });
  });

  it('are typed as a person writes them, and refused where they make none', () => {
    const rate = axis('setting:rate');
    for (const text of ['0.001, 0.1', '0.001 to 0.1', '1e-3 – 0.1', '0.001 0.1', ' 0.001 , .1 ']) {
      expect(readRange(text, rate), text).toEqual({ kind: 'between', min: 0.001, max: 0.1 });
    }
    expect(readRange('−1, 2', rate)).toEqual({ kind: 'between', min: -1, max: 2 });
    expect(readRange('-1,-0.5', rate)).toEqual({ kind: 'between', min: -1, max: -0.5 });
    for (const text of ['1', '2, 1', 'a, b', '1, 2, 3', '0, Infinity', '']) {
      expect(readRange(text, rate), text).toBeUndefined();
    }
    const words = axis('setting:optimizer');
    expect(readRange('sgd, adam, other', words)).toEqual({ kind: 'among', values: ['adam', 'sgd'] });
    expect(readRange('other', words)).toBeUndefined();
  });

  it('are said shortly', () => {
    expect(rangeWords({ kind: 'between', min: 1e-5, max: 0.1 }, find('setting:rate'))).toBe('0.00001 – 0.1');
    expect(rangeWords({ kind: 'among', values: ['sgd'] }, find('setting:optimizer'))).toBe('sgd');
  });
});

describe('parallel coordinates', () => {
  const axes = ['setting:rate', 'setting:optimizer', 'last:loss'].map((id) => axis(id));
  const layout = new ParallelLayout(axes, { width: 540, height: 264 });
  const lines = rows.flatMap((one) => layout.line(one, 'red') ?? []);

  it('lead each run through its values, and below the axes where it has none', () => {
    expect(lines[0]!.ys[0]).toBe(layout.y(0));
    expect(lines[4]!.ys[0]).toBe(layout.y(1));
    expect(lines[3]!.ys[2]).toBeGreaterThan(layout.y(0));
    expect(layout.line(row('empty', {}), 'red')).toBeUndefined();
  });

  it('find the line at a place, and the axis to brush', () => {
    const between = { x: (layout.x(0) + layout.x(1)) / 2, y: (lines[2]!.ys[0]! + lines[2]!.ys[1]!) / 2 };
    expect(layout.lineAt(between, lines)?.row).toBe(rows[2]);
    expect(layout.lineAt({ x: between.x, y: 2 }, lines)).toBeUndefined();
    expect(layout.axisAt({ x: layout.x(1) + 5, y: 100 })).toBe(1);
    expect(layout.axisAt({ x: layout.x(1) + 40, y: 100 })).toBeUndefined();
    expect(layout.slotAt(layout.x(2) - 10)).toBe(2);
    expect(layout.rangeOf(0, 1000, -1000)).toEqual({ kind: 'between', min: 1e-5, max: 0.1 });
  });
});

describe('points', () => {
  const plot = wholePlot({ width: 500, height: 300 });
  const layout = new ScatterLayout(axis('setting:rate'), axis('last:loss'), axis('setting:units'), plot);
  const dots = rows.flatMap((one) => layout.dot(one, 'red') ?? []);

  it('are there of runs that have both values, the larger the more of a third they have', () => {
    expect(dots.map((dot) => dot.row.run.id)).toEqual(['run-0', 'run-1', 'run-2', 'run-4']);
    expect(dots[3]!.radius).toBeGreaterThan(dots[0]!.radius);
    expect(layout.dotAt({ x: dots[1]!.x + 3, y: dots[1]!.y - 2 }, dots)).toBe(dots[1]);
    expect(layout.dotAt({ x: 1, y: 1 }, dots)).toBeUndefined();
  });

  it('are marked by a rectangle around them', () => {
    const [one, other] = [dots[1]!, dots[2]!];
    const ranges = Object.fromEntries(
      layout
        .rangesOf({ x: one.x - 5, y: one.y + 5 }, { x: other.x + 5, y: other.y - 5 })
        .map(([{ column }, range]) => [column.id, range]),
    );
    expect(rows.filter(withinRanges(ranges, columns)).map(({ run }) => run.id)).toEqual(['run-1', 'run-2']);
  });

  it('have a line through them, of logarithms where the axis is of them', () => {
    expect(layout.trend(rows)!.correlation).toBeCloseTo(1, 9);
    const words = new ScatterLayout(axis('setting:optimizer'), axis('last:loss'), undefined, plot);
    expect(words.trend(rows)).toBeUndefined();
  });
});

describe('what is shown unasked', () => {
  const view = runsView.parse({});

  it('is what differs, and what runs are judged by', () => {
    expect(chosenAxes(view, columns, rows).map(({ id }) => id)).toEqual([
      'setting:optimizer',
      'setting:rate',
      'setting:units',
      'last:loss',
      'last:accuracy',
    ]);
    expect(chosenMetric(view, columns)?.id).toBe('last:loss');
    expect(chosenX(view, columns, rows).id).toBe('setting:rate');
  });

  it('stands where what was kept makes no sense, and where there was no such view yet', () => {
    const kept = dashboard.parse({
      id: 'a',
      name: 'A',
      view: 'runs',
      runsView: { kind: 'pie', axes: 'all', trend: 1 },
    });
    expect(kept.runsView).toEqual(view);
    expect(dashboard.parse({ id: 'a', name: 'A' }).runsView.kind).toBe('table');
    const ranges = { 'last:loss': { kind: 'between', min: 0, max: 1 } };
    const good = dashboard.parse({ id: 'a', name: 'A', runsView: { kind: 'scatter', ranges, x: 'wall' } });
    expect(good.runsView).toMatchObject({ kind: 'scatter', ranges, x: 'wall' });
  });
});
