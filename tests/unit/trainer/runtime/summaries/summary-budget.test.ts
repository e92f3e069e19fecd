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

test('the first time is paid before, too, as far as one can tell what it takes', () => {
  const budget = new SummaryBudget(0.1, { big: { ...line, expectedMs: 5 } });
  expect(budget.mayRun('big', 1)).toBe(false);
  budget.trained(49);
  expect(budget.mayRun('big', 1)).toBe(false);
  budget.trained(1);
  expect(budget.mayRun('big', 2)).toBe(true);
  budget.expect('big', 6);
  expect(budget.mayRun('big', 2)).toBe(false);
  budget.trained(10);
  budget.ran('big', 3, 2);
  // What it took counts from now on, not what it was expected to take.
  budget.expect('big', 1000);
  expect(budget.mayRun('big', 4)).toBe(true);
});

test('a training that is over soon stays within its share, whenever it ends', () => {
  const budget = new SummaryBudget(0.03, { big: { ...line, expectedMs: 2 }, small: { ...line, expectedMs: 0.1 } });
  budget.chargeAll(1);
  for (let step = 1; step <= 400; step++) {
    train(budget, 1, 1, { big: 2, small: 0.1 });
    const written = budget.timesOf('big') + budget.timesOf('small');
    if (written > 0) expect(budget.spentShare, `after ${step} steps`).toBeLessThanOrEqual(0.03);
  }
  expect(budget.timesOf('big')).toBeGreaterThan(0);
});

test('what is of all comes off before the share is parted', () => {
  const budget = new SummaryBudget(0.1, { big: line, small: line });
  budget.chargeAll(50);
  budget.trained(499);
  expect(budget.mayRun('small', 1)).toBe(false);
  budget.trained(1);
  expect(budget.mayRun('small', 1)).toBe(true);
  expect(budget.spentMs).toBe(50);
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
