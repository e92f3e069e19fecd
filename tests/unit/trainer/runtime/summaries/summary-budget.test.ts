import { expect, test } from 'vitest';
import { SummaryBudget } from '../../../../../src/trainer/runtime/summaries/summary-budget.js';

/** Steps of `stepMs`, where each thing costs what it does; how often each was done, and the share that all took. */
function train(
  budget: SummaryBudget<'big' | 'small'>,
  steps: number,
  stepMs: number,
  costs: { readonly big: number; readonly small: number },
): void {
  for (let step = 1; step <= steps; step++) {
    budget.trained(stepMs);
    for (const name of ['big', 'small'] as const) if (budget.mayRun(name, step)) budget.ran(name, step, costs[name]);
  }
}

const line = { weight: 1, everySteps: 1 };

test('all together stay within their share, whatever each of them costs', () => {
  for (const costs of [
    { big: 50, small: 0.01 },
    { big: 3, small: 3 },
    { big: 900, small: 40 },
  ]) {
    const budget = new SummaryBudget(0.03, { big: line, small: line });
    train(budget, 20_000, 5, costs);
    expect(budget.spentShare, JSON.stringify(costs)).toBeLessThanOrEqual(0.03);
    expect(budget.timesOf('big')).toBeGreaterThan(0);
    expect(budget.timesOf('small')).toBeGreaterThan(budget.timesOf('big') - 1);
  }
});

test('what costs much leaves its part to nobody: the cheap one goes on', () => {
  const budget = new SummaryBudget(0.03, { big: line, small: line });
  train(budget, 1000, 5, { big: 10_000, small: 0.05 });
  expect(budget.timesOf('big')).toBe(1);
  expect(budget.timesOf('small')).toBe(1000);
});

test('costs that come to light later count, too; steps between two times are kept', () => {
  const budget = new SummaryBudget(0.1, { big: { weight: 1, everySteps: 10 } });
  budget.trained(1000);
  expect(budget.mayRun('big', 1)).toBe(true);
  budget.ran('big', 1, 1);
  budget.charge('big', 70);
  // 71 spent of 100, and the next would cost as much.
  expect(budget.mayRun('big', 11)).toBe(false);
  budget.trained(500);
  expect(budget.mayRun('big', 10)).toBe(false);
  expect(budget.mayRun('big', 11)).toBe(true);
});

test('a share of nothing lets nothing run, one without end all that is due', () => {
  const none = new SummaryBudget(0, { big: line });
  expect(none.mayRun('big', 1)).toBe(false);
  const all = new SummaryBudget(Infinity, { big: { weight: 1, everySteps: 3 } });
  let times = 0;
  for (let step = 1; step <= 9; step++) {
    if (!all.mayRun('big', step)) continue;
    all.ran('big', step, 1e6);
    times++;
  }
  expect(times).toBe(3);
});
