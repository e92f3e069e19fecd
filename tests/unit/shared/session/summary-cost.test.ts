import { expect, test } from 'vitest';
import { summaryCostWords } from '../../../../src/shared/session/summary-cost.js';

test.each([
  [{ costMs: 90, endMs: 30, share: 0.0213, budget: 0.03, bytes: 0 }, '2.1 % of its time'],
  [{ costMs: 41.3, endMs: 35.2, share: 0.16, budget: 0.03, bytes: 0 }, '41 ms, 35 of them at its end'],
  [{ costMs: 12, endMs: 0, share: 0.16, budget: 0.03, bytes: 0 }, '12 ms'],
  [{ costMs: 5000, share: 0.4, bytes: 0 }, '40.0 % of its time'],
])('what summaries took: %o', (cost, words) => {
  expect(summaryCostWords(cost)).toBe(words);
});
