import { expect, test } from 'vitest';
import type { StepEvent } from '../../../../../src/shared/protocol/training.js';
import { SummaryAccounts, type Fetched } from '../../../../../src/trainer/runtime/summaries/summary-accounts.js';
import { summarySettings } from '../../../../../src/trainer/runtime/summaries/summary-settings.js';

interface Costs {
  readonly norms: number;
  readonly weights: number;
}

/**
 * Steps of a millisecond, and longer where something is fetched of them, to the end or but for the last one of them.
 * What it all took beside them, as a share.
 */
function train(steps: number, costs: Costs, mode: 'default' | 'all' = 'default', toItsEnd = false) {
  const facts = { backend: 'wasm', areJudged: false, totalSteps: toItsEnd ? steps : steps + 1 };
  const accounts = new SummaryAccounts({ settings: summarySettings(undefined, mode), ...facts });
  const times = { norms: 0, weights: 0 };
  let extraMs = 0;
  for (let step = 1; step <= steps; step++) {
    accounts.expect({ values: 100_000, examplesShare: 1 });
    if (toItsEnd && step === steps) accounts.end();
    let fetched: Fetched;
    if (accounts.mayRun('weights', step)) fetched = 'weights';
    else if (accounts.mayRun('norms', step)) fetched = 'norms';
    if (fetched) {
      accounts.ran(fetched, step);
      times[fetched]++;
      extraMs += costs[fetched];
    }
    const stepMs = 1 + (fetched ? costs[fetched] : 0);
    accounts.stepDone({ step, stepMs, dataWaitMs: 0, overheadMs: 0, speed: 'compiled' } as StepEvent, fetched);
  }
  return { times, share: extraMs / (extraMs + steps), report: accounts.report(0) };
}

test('what steps take longer for norms is paid, however small it is', () => {
  const { times, share } = train(20_000, { norms: 0.11, weights: 4 });
  expect(share).toBeLessThanOrEqual(0.03);
  expect(times.norms).toBeGreaterThan(100);
  expect(times.norms).toBeLessThan(10_000);
  expect(times.weights).toBeGreaterThan(1);
});

test('norms that take no time are of nearly every step', () => {
  const { times } = train(2000, { norms: 0, weights: 1 });
  expect(times.norms).toBeGreaterThan(1500);
});

test.each([5, 40, 120, 400])('a training of %i short steps stays within its share', (steps) => {
  const { share, report } = train(steps, { norms: 0.1, weights: 1.5 });
  expect(share).toBeLessThanOrEqual(0.035);
  expect(report.share).toBeLessThanOrEqual(0.035);
});

test.each([4000, 10_000])('a training of %i steps pays for its last set as well', (steps) => {
  const { times, share } = train(steps, { norms: 0.1, weights: 1.5 }, 'default', true);
  expect(share).toBeLessThanOrEqual(0.03);
  expect(times.weights).toBeGreaterThan(1);
});

test('one that is too short to pay for any has one set at its end, and says what that took', () => {
  const { times, report } = train(20, { norms: 0.1, weights: 1.5 }, 'default', true);
  expect(times).toEqual({ norms: 0, weights: 1 });
  expect(report.share).toBeGreaterThan(0.03);
  expect(report.endMs).toBe(report.costMs);
});

test('what is fetched of a compiled step for the first time waits for what setting it up again may take', () => {
  const facts = { backend: 'tensorflow', areJudged: false, totalSteps: undefined };
  const accounts = new SummaryAccounts({ settings: summarySettings({ atEnd: false }, undefined), ...facts });
  const at: number[] = [];
  for (let step = 1; step <= 4000; step++) {
    accounts.expect({ values: 1000, examplesShare: 1 });
    const fetched = accounts.mayRun('weights', step) ? 'weights' : undefined;
    if (fetched) {
      accounts.ran(fetched, step);
      at.push(step);
    }
    const stepMs = step === 2 ? 61 : at.at(-1) === step && at.length === 1 ? 31 : 1;
    accounts.stepDone({ step, stepMs, dataWaitMs: 0, overheadMs: 0, speed: 'compiled' } as StepEvent, fetched);
    expect(accounts.report(0).share).toBeLessThanOrEqual(0.03);
  }
  // 31 ms are 3 % of so many.
  expect(at[0]).toBeGreaterThan(900);
  expect(at.length).toBeGreaterThan(1);
});

test('where time does not matter, the first step is summed up as well', () => {
  const { times, report } = train(100, { norms: 5, weights: 50 }, 'all');
  expect(times).toEqual({ norms: 0, weights: 100 });
  expect(report.budget).toBeUndefined();
});
