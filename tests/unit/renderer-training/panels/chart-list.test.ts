import { describe, expect, it } from 'vitest';
import { chartList, type OverlaidRun } from '../../../../renderer/panels/dashboards/chart-list.js';

const column = (length = 100) => ({
  steps: Array.from({ length }, (_, index) => index + 1),
  values: Array.from({ length }, () => 1),
});
const live = {
  'train/loss': column(),
  'train/learning_rate': column(),
  'train/accuracy': column(),
  'train/epoch_loss': column(2),
  'validation/loss': column(2),
  'validation/accuracy': column(2),
};
const run: OverlaidRun = {
  id: 'r1',
  name: 'baseline',
  colour: 'var(--series-3)',
  series: { 'train/loss': column(), 'validation/loss': column(3) },
};

describe('charts', () => {
  it('are one a quantity, loss first and learning rate last', () => {
    expect(chartList(live, []).map((chart) => chart.tag)).toEqual(['loss', 'accuracy', 'learning_rate']);
  });

  it('put training and validation on one axis', () => {
    const [loss] = chartList(live, []);
    expect(loss?.curves.map((curve) => [curve.label, curve.dots ?? false])).toEqual([
      ['train', false],
      ['validation', true],
    ]);
  });

  it('draw a run over the live one in its own colour, named in the legend once', () => {
    const [loss] = chartList(live, [run]);
    expect(loss?.curves.map((curve) => curve.label)).toEqual([
      'baseline',
      'baseline · validation',
      'this run',
      'this run · validation',
    ]);
    expect(loss?.curves.filter((curve) => curve.legend).map((curve) => curve.legend)).toEqual(['baseline', 'this run']);
    expect(loss?.curves[1]).toMatchObject({ colour: 'var(--series-3)', dashed: true, quiet: true });
  });

  it('smooth measurements, but neither settings nor the few points of epochs', () => {
    const exact = chartList(live, []).flatMap((chart) => chart.curves.map((curve) => curve.exact));
    expect(exact).toEqual([false, true, false, true, true]);
  });

  it('draw runs alone where nothing trains', () => {
    expect(chartList(undefined, [run])).toHaveLength(1);
    expect(chartList(undefined, [])).toEqual([]);
  });

  it('draw the means of epochs where a run has nothing finer, as Keras writes it', () => {
    const keras = { ...run, series: { 'train/epoch_loss': column(5), 'validation/epoch_loss': column(5) } };
    const [loss] = chartList(undefined, [keras]);
    expect(loss?.tag).toBe('loss');
    expect(loss?.curves).toHaveLength(2);
    expect(loss?.curves[0]?.dots).toBe(true);
  });
});
