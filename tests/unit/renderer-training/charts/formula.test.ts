import { describe, expect, it } from 'vitest';
import { parseFormula } from '../../../../renderer/charts/formula.js';
import { meanBand } from '../../../../renderer/charts/group-band.js';
import { Smoothing } from '../../../../src/shared/base/smoothing.js';

const known = ['train/loss', 'validation/loss', 'loss', 'top-5 <b>accuracy</b>', 'epoch'];
const train = { steps: [1, 2, 3, 4], values: [4, 3, 2, 1], wallTimes: [10, 20, 30, 40] };
const validation = { steps: [2, 4], values: [5, 6], wallTimes: [21, 41] };

const members = (sources: readonly { steps: number[]; values: number[] }[]) => sources.map((source) => ({ source }));

function compute(formula: string, ...sources: { steps: number[]; values: number[] }[]) {
  const parsed = parseFormula(formula, known);
  if (parsed.kind === 'error') throw new Error(parsed.message);
  const made = parsed.make(sources);
  const values = Array.from(made.values);
  return { names: parsed.names, steps: Array.from(made.steps), values };
}

function problem(formula: string) {
  const parsed = parseFormula(formula, known);
  return parsed.kind === 'error' ? parsed : undefined;
}

describe('a formula', () => {
  it('takes names with slashes for series, where there are such', () => {
    const { names, steps, values } = compute('validation/loss - train/loss', validation, train);
    expect([names, steps, values]).toEqual([
      ['validation/loss', 'train/loss'],
      [2, 4],
      [2, 5],
    ]);
    expect(compute('loss/2', train).values).toEqual([2, 1.5, 1, 0.5]);
    expect(compute('loss/train/loss', train, train).values).toEqual([1, 1, 1, 1]);
  });

  it('takes any name in quotes', () => {
    expect(compute('2 * "top-5 <b>accuracy</b>"', train).names).toEqual(['top-5 <b>accuracy</b>']);
  });

  it('knows functions of a point and of all points before', () => {
    expect(compute('diff(loss)', train).values).toEqual([Number.NaN, -1, -1, -1]);
    expect(compute('sum(loss)', train).values).toEqual([4, 7, 9, 10]);
    expect(compute('lowest(-loss + 1) ** 2', train).values).toEqual([9, 9, 9, 9]);
    expect(compute('max(loss, 2.5)', train).values).toEqual([4, 3, 2.5, 2.5]);
    const smoothing = new Smoothing(0.9);
    expect(compute('smooth(loss, 0.9)', train).values).toEqual(train.values.map((value) => smoothing.next(value)));
  });

  it('has no point where one of its series has none yet, and none beyond the end of any', () => {
    const late = { steps: [3, 4, 5, 6], values: [1, 1, 1, 1] };
    expect(compute('train/loss - validation/loss', train, late).steps).toEqual([3, 4]);
  });

  it('leaves out what a training started anew wrote again', () => {
    const stretches = [
      { from: 0, to: 1, superseded: false },
      { from: 1, to: 3, superseded: true },
      { from: 3, to: 5, superseded: false },
    ];
    const again = { steps: [1, 2, 3, 2, 3], values: [1, 2, 3, 20, 30], stretches };
    expect(compute('loss * 2', again)).toMatchObject({ steps: [1, 2, 3], values: [2, 40, 60] });
    expect(compute('train/loss + loss', train, again)).toMatchObject({ steps: [1, 2, 3], values: [5, 23, 32] });
  });

  it('grows with its series', () => {
    const growing = { steps: [1], values: [1] };
    const parsed = parseFormula('loss * 2', known);
    if (parsed.kind === 'error') throw new Error(parsed.message);
    const made = parsed.make([growing]);
    expect(Array.from(made.values)).toEqual([2]);
    growing.steps.push(2);
    growing.values.push(5);
    expect(Array.from(made.values)).toEqual([2, 10]);
  });

  it('says in plain words what is wrong, and where', () => {
    expect(problem('')?.message).toMatch(/Write a formula/);
    expect(problem('los * 2')).toMatchObject({ message: 'There is no series “los”. Is “loss” meant?' });
    expect(problem('2 + 2')?.message).toMatch(/needs a series/);
    expect(problem('loss +')?.message).toMatch(/cannot be read/);
    expect(problem('smooth(loss, 5)')?.message).toMatch(/from 0 to 0.999/);
    expect(problem('smooth(loss, train/loss)')?.message).toMatch(/from 0 to 0.999/);
    expect(problem('alert(loss)')?.message).toMatch(/no function “alert”/);
    expect(problem('constructor(loss)')?.message).toMatch(/no function/);
    expect(problem('loss.constructor')?.message).toBeDefined();
    expect(problem('smooth(loss)')?.message).toMatch(/weight/);
    expect(problem('loss = 1')?.message).toBeDefined();
    expect(problem('"nosuch" + loss')?.message).toMatch(/no series “nosuch”/);
  });
});

describe('a band', () => {
  it('is mean ± standard deviation, or least to greatest', () => {
    const three = [1, 2, 6].map((value) => ({ steps: [1, 2], values: [value, value * 10] }));
    const deviation = meanBand(members(three), 'deviation');
    expect(Array.from(deviation.mean.values)).toEqual([3, 30]);
    expect(deviation.high.values[0]! - 3).toBeCloseTo(Math.sqrt(7), 12);
    expect(Array.from(meanBand(members(three), 'range').low.values)).toEqual([1, 10]);
  });

  it('counts a curve between its points, not beyond them, and leaves out what is not finite', () => {
    const long = { steps: [0, 10, 20], values: [0, 10, Number.NaN] };
    const short = { steps: [5], values: [100] };
    const { mean } = meanBand(members([long, short]), 'range');
    expect(Array.from(mean.steps)).toEqual([0, 5, 10, 20]);
    expect(Array.from(mean.values)).toEqual([0, 52.5, 10, Number.NaN]);
  });
});
