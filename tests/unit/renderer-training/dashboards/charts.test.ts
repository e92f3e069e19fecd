import { describe, expect, it } from 'vitest';
import { mappingOf } from '../../../../renderer/charts/curve.js';
import { notFiniteOf } from '../../../../renderer/charts/chart-reading.js';
import { curveView, type CurveSource } from '../../../../renderer/charts/curve-view.js';
import { chartCurves, planChart, type CurveOptions } from '../../../../renderer/panels/dashboards/chart-curves.js';
import type { ChartPick } from '../../../../renderer/state/dashboard-schema.js';
import { chartSections, pattern, sectionsOf } from '../../../../renderer/panels/dashboards/chart-list.js';
import { gridRows, rowsAbout } from '../../../../renderer/panels/dashboards/chart-rows.js';
import { namesOf, seriesOf, type DrawnRun } from '../../../../renderer/panels/dashboards/drawn-runs.js';
import { whyNothingDrawn } from '../../../../renderer/panels/dashboards/nothing-drawn.js';
import { placeOf } from '../../../../renderer/panels/dashboards/series-names.js';

const column = (length = 100, value = 1): CurveSource => ({
  steps: Array.from({ length }, (_, index) => index + 1),
  values: Array.from({ length }, () => value),
});

function run(id: string, series: Readonly<Record<string, CurveSource>>, more: Partial<DrawnRun> = {}): DrawnRun {
  const named = Object.entries(series).map(([name, source]) => {
    const slash = name.indexOf('/');
    const family = slash < 0 ? '' : name.slice(0, slash);
    return { family, tag: name.slice(slash + 1), source: () => source };
  });
  return { id, name: id, colour: 'var(--series-3)', live: false, ...more, ...seriesOf(named) };
}

const live = run(
  'live',
  {
    'train/loss': column(),
    'train/learning_rate': column(),
    'train/accuracy': column(),
    'train/epoch_loss': column(2),
    'validation/loss': column(2),
    'validation/accuracy': column(2),
  },
  { live: true },
);
const other = run('baseline', { 'train/loss': column(), 'validation/loss': column(3) });
const everything = { pinned: [], everything: true, filter: '' };
const options = (runs: readonly DrawnRun[]) => ({
  grouped: false,
  spread: 'deviation' as const,
  x: 'step' as const,
  names: namesOf(runs),
});

const contentsOf = (picks: readonly ChartPick[], runs: readonly DrawnRun[], how: CurveOptions) => {
  const plan = planChart(picks, runs, how);
  return { ...plan, ...chartCurves(plan, how) };
};

describe('the place of a series', () => {
  it.each([
    ['train', 'loss', 'loss', 'train'],
    ['', 'Loss/train', 'Loss', 'train'],
    ['', 'val/loss', 'loss', 'val'],
    ['', 'val_loss', 'loss', 'val'],
    ['', 'losses/cls', 'losses/cls', ''],
    ['validation', 'weights/dense/kernel', 'weights/dense/kernel', 'validation'],
    ['', '<b>x</b>/test', '<b>x</b>', 'test'],
  ])('%s | %s is in the chart %s as %s', (family, tag, key, as) => {
    expect(placeOf(family, tag)).toEqual({ key, family: as });
  });
});

describe('charts', () => {
  it('are one a quantity, loss first and learning rate last', () => {
    const [only, ...more] = chartSections(sectionsOf([live]), everything);
    expect(only?.charts.map(({ id }) => id)).toEqual(['tag:loss', 'tag:accuracy', 'tag:learning_rate']);
    expect(more).toEqual([]);
  });

  it('stand under the first part of their name, after the pinned ones', () => {
    const many = run('m', {
      'train/loss': column(),
      'train/weights/a/kernel': column(),
      'train/gradients/a': column(),
    });
    const pinned = [{ id: 'p', picks: [{ kind: 'tag' as const, tag: 'loss' }] }];
    const sections = chartSections(sectionsOf([many]), { pinned, everything: true, filter: '' });
    expect(sections.map(({ title }) => title)).toEqual(['Pinned', 'Training', 'gradients', 'weights']);
    expect(
      chartSections(sectionsOf([many]), { pinned, everything: false, filter: '' }).map(({ title }) => title),
    ).toEqual(['Pinned']);
  });

  it('are found by a regular expression, and by plain text while it is not finished', () => {
    expect(chartSections(sectionsOf([live]), { ...everything, filter: '^(loss|acc)' })[0]?.charts).toHaveLength(2);
    expect(pattern('acc(').matches('acc(top 5)')).toBe(true);
    expect(pattern('acc(').problem).toBeDefined();
    for (const endless of ['(.+)+x', '(a|aa)*$', '(?:(\\w)?-)+x', '(\\d{1,3}){9}x', '((a+))*'])
      expect(pattern(endless).problem, endless).toMatch(/never end/);
    for (const harmless of [
      '^(train|val)/.*loss$',
      '(?:acc|top)_?[)+*]+',
      '\\(.+\\)+',
      '(ab)+',
      '(?<!a)b|c',
      '(x{2})*',
    ])
      expect(pattern(harmless).problem, harmless).toBeUndefined();
  });
});

it('a chart without a line says why', () => {
  const drawn = (values: readonly number[], logarithmic: boolean) => {
    const source = { steps: values.map((_, index) => index), values };
    const of = run('r', { loss: source });
    const { curves } = chartCurves(planChart([{ kind: 'tag', tag: 'loss' }], [of], options([of])), options([of]));
    return whyNothingDrawn(curves, logarithmic);
  };
  expect(drawn([Number.NaN, -1, 2], true)).toBeUndefined();
  expect(drawn([0, -1, Infinity], false)).toBeUndefined();
  expect(drawn([0, -1, Infinity], true)).toMatch(/above zero/);
  expect(drawn([Infinity, Number.NaN], false)).toMatch(/finite/);
  expect(drawn([], true)).toBeUndefined();
});

it('what is not finite is marked in each of a few runs, of many in those alone that stand out', () => {
  const marked = (count: number) => {
    const source = { steps: [1, 2, 3], values: [1, Number.NaN, 2] };
    const runs = Array.from({ length: count }, (_, index) =>
      run(`r${index}`, { 'train/loss': index === 0 ? source : column(), 'validation/loss': column(3) }),
    );
    const { curves } = chartCurves(planChart([{ kind: 'tag', tag: 'loss' }], runs, options(runs)), options(runs));
    for (const curve of curves) curveView(curve.source).update();
    return notFiniteOf(curves, 'step');
  };
  expect(marked(2)).toEqual([2]);
  expect(marked(6)).toEqual([2]);
  expect(marked(60)).toEqual([]);
});

describe('curves of a chart', () => {
  const loss = [{ kind: 'tag' as const, tag: 'loss' }];

  it('put training and validation on one axis; an epoch’s mean only where there are no steps', () => {
    const { curves } = contentsOf(loss, [live], options([live]));
    expect(curves.map(({ label, dots, colour }) => [label, dots, colour])).toEqual([
      ['train', false, 'var(--train)'],
      ['validation', true, 'var(--validation)'],
    ]);
    const keras = run('k', { 'train/epoch_loss': column(5), 'validation/epoch_loss': column(5) });
    expect(contentsOf(loss, [keras], options([keras])).curves).toHaveLength(2);
  });

  it('draw a run in its own colour, its validation dashed, and the run under way on top', () => {
    const { curves } = contentsOf(loss, [other, live], options([other, live]));
    expect(curves.map(({ label }) => label)).toEqual([
      'baseline',
      'baseline · validation',
      'this run',
      'this run · validation',
    ]);
    expect(curves.filter(({ legend }) => legend).map(({ legend }) => legend)).toEqual([
      'baseline',
      'this run',
      'this run · validation',
    ]);
    expect(curves[1]).toMatchObject({ colour: 'var(--series-3)', dashed: true, quiet: true });
  });

  it('draw several series of one run in colours of their own', () => {
    const { curves } = contentsOf([...loss, { kind: 'tag', tag: 'accuracy' }], [live], options([live]));
    expect(curves.map(({ label }) => label)).toEqual([
      'loss',
      'loss · validation',
      'accuracy',
      'accuracy · validation',
    ]);
    expect(new Set(curves.map(({ colour }) => colour)).size).toBe(2);
  });

  it('compute a series by a formula, one a run that has all of it', () => {
    const gap = [{ kind: 'formula' as const, formula: 'validation/loss - train/loss' }];
    const without = run('x', { 'train/loss': column() });
    const runs = [other, without];
    const { curves, problem } = contentsOf(gap, runs, options(runs));
    expect(problem).toBeUndefined();
    expect(curves.map(({ label, source }) => [label, Array.from(source.values)])).toEqual([['baseline', [0, 0, 0]]]);
    expect(contentsOf([{ kind: 'formula', formula: 'nosuch * 2' }], runs, options(runs)).problem).toMatch(/nosuch/);
  });

  it('make one of the runs with the same setting, with their spread', () => {
    const runs = [
      run('a', { 'train/loss': column(3, 1) }, { group: '0.1' }),
      run('b', { 'train/loss': column(3, 3) }, { group: '0.1' }),
      run('c', { 'train/loss': column(3, 5) }, { group: '0.01' }),
    ];
    const { curves } = contentsOf(loss, runs, { ...options(runs), grouped: true, spread: 'range' });
    expect(curves.map(({ label }) => label)).toEqual(['0.1 (2 runs)', '0.01 (1 run)']);
    expect(Array.from(curves[0]!.source.values)).toEqual([2, 2, 2]);
    expect(Array.from(curves[0]!.band!.low.values)).toEqual([1, 1, 1]);
    expect(curves[1]!.band).toBeUndefined();
    expect(contentsOf(loss, runs, { ...options(runs), grouped: true, spread: 'range' }).curves[0]!.source).toBe(
      curves[0]!.source,
    );
  });

  it('make a group’s mean of the points at the same time, or the same share of an epoch', () => {
    const timed = (everyMs: number, value: number): CurveSource => ({
      steps: [10, 20, 30],
      values: [value, value, value],
      wallTimes: [1, 2, 3].map((index) => 1_000_000 * value + index * everyMs),
    });
    const runs = [
      run('a', { 'train/loss': timed(1000, 1) }, { group: 'g', originMs: 1_000_000, stepsPerEpoch: 10 }),
      run('b', { 'train/loss': timed(2000, 3) }, { group: 'g', originMs: 3_000_000, stepsPerEpoch: 20 }),
    ];
    const along = (x: 'relative' | 'epoch' | 'wall') =>
      contentsOf(loss, runs, { ...options(runs), grouped: true, x }).curves[0]!;
    const relative = along('relative');
    expect(mappingOf(relative, 'relative')).toEqual({ base: 'wallTimes', scale: 1, offset: -0 });
    expect(Array.from(relative.source.wallTimes!)).toEqual([1000, 2000, 3000, 4000, 6000]);
    expect(Array.from(relative.source.values)).toEqual([1, 2, 2, 3, 3]);
    expect(Array.from(relative.source.steps)).toEqual([10, 15, 23, 23, 30]);
    expect(Array.from(along('wall').source.values)).toEqual([1, 1, 1, 3, 3, 3]);
    const epochs = along('epoch');
    const { scale } = mappingOf(epochs, 'epoch')!;
    expect(Array.from(epochs.source.steps, (step) => step * scale)).toEqual([0.5, 1, 1.5, 2, 3]);
    expect(Array.from(epochs.source.values)).toEqual([3, 2, 2, 1, 1]);
  });

  it('leave out of a mean what was written again', () => {
    const restarted: CurveSource = {
      steps: [1, 2, 3, 2, 3],
      values: [1, 9, 9, 2, 3],
      stretches: [
        { from: 0, to: 1, superseded: false },
        { from: 1, to: 3, superseded: true },
        { from: 3, to: 5, superseded: false },
      ],
    };
    const runs = [
      run('a', { 'train/loss': restarted }, { group: 'g' }),
      run('b', { 'train/loss': column(3, 1) }, { group: 'g' }),
    ];
    const { source } = contentsOf(loss, runs, { ...options(runs), grouped: true }).curves[0]!;
    expect(Array.from(source.values)).toEqual([1, 1.5, 2]);
  });

  it('say what they wait for', () => {
    const from = { run: 'r', name: 'train/loss', size: 7 };
    const waiting: DrawnRun = {
      ...other,
      ...seriesOf([{ family: 'train', tag: 'loss', source: () => undefined, from }]),
    };
    expect(contentsOf(loss, [waiting], options([waiting]))).toMatchObject({ curves: [], wanted: [from], missing: 1 });
  });
});

describe('rows', () => {
  const chart = (id: string) => ({ id, title: id, picks: [], pinned: false });
  const section = (id: string, count: number) => ({
    id,
    title: id,
    charts: Array.from({ length: count }, (_, index) => chart(`${id}${index}`)),
  });

  it('fill the panel where there are few', () => {
    const { rows, columns, rowHeight } = gridRows([section('', 3)], {}, [], { width: 800, height: 300 });
    expect([rows.length, columns, rowHeight]).toEqual([1, 3, 284]);
  });

  it('have headings where there are several sections, and hide what is folded', () => {
    const { rows } = gridRows([section('a', 5), section('b', 200)], {}, ['b'], { width: 800, height: 300 });
    expect(rows.map((row) => (row.kind === 'heading' ? `${row.section.id} ${row.folded}` : row.cells.length))).toEqual([
      'a false',
      3,
      2,
      'b true',
    ]);
  });

  it('give a chart the width and height that it was given', () => {
    const looks = { a1: { columns: 0 }, a2: { rows: 2 } };
    const { rows, columns } = gridRows([section('a', 4)], looks, [], { width: 800, height: 300 });
    expect(
      rows.map(
        (row) => row.kind === 'charts' && [row.high, ...row.cells.map(({ chart: { id }, wide }) => `${id} ${wide}`)],
      ),
    ).toEqual([
      [1, 'a0 1'],
      [1, `a1 ${columns}`],
      [2, 'a2 1', 'a3 1'],
    ]);
  });

  it('keep their number while they are scrolled, so that one becomes another', () => {
    const { rows } = gridRows([section('a', 40), section('b', 40)], {}, [], { width: 800, height: 300 });
    for (let first = 0; first + 3 < rows.length; first++) {
      const there = rowsAbout(rows, first, first + 3, 6);
      const ordinals = there.flatMap((index) => (rows[index]!.kind === 'charts' ? [rows[index]!.ordinal % 6] : []));
      expect(new Set(ordinals).size).toBe(6);
      expect(ordinals).toHaveLength(6);
      for (let index = first; index <= first + 3; index++) expect(there).toContain(index);
    }
  });

  it('stay few where nothing but headings follows', () => {
    const sections = Array.from({ length: 500 }, (_, index) => section(`s${index}`, 1));
    const { rows } = gridRows(
      sections,
      {},
      sections.map(({ id }) => id),
      { width: 800, height: 300 },
    );
    expect(rowsAbout(rows, 100, 110, 6).length).toBeLessThan(30);
  });
});
