/** How often a training is looked at for the diagnosis' own sake, and what a loss on its way up is. */
import { expect, test } from 'vitest';
import { OwnLooks } from '../../../../src/trainer/diagnosis/own-looks.js';
import { BlowUpWatch } from '../../../../src/trainer/runtime/blow-up-watch.js';

/** @returns numbers of the steps that were looked at, and the share of the time that looks took */
function train(
  steps: number,
  { stepMs = 1, keepMs = 0, lookMs = 2, perEpoch = 10, examples = 16, compiled = false, suspected = false },
) {
  let clock = 0;
  const looks = new OwnLooks(() => clock);
  const seen: number[] = [];
  let trainedMs = 0;
  if (suspected) looks.suspect();
  for (let step = 1; step <= steps; step++) {
    const keeps = looks.wants({ lastInEpoch: step % perEpoch === 0 });
    const ms = stepMs + (keeps ? keepMs : 0);
    trainedMs += ms;
    if (!looks.stepDone({ stepMs: ms, examples, speed: compiled ? 'compiled' : 'eager' })) continue;
    seen.push(step);
    looks.timed(() => (clock += lookMs));
  }
  return { seen, share: (seen.length * (lookMs + keepMs)) / trainedMs };
}

test('looks are taken at ends of epochs, for half a percent of the time at most', () => {
  const { seen, share } = train(20_000, {});
  expect(seen.length).toBeGreaterThan(20);
  expect(seen.every((step) => step % 10 === 0)).toBe(true);
  expect(share).toBeLessThanOrEqual(0.0055);
  // What it takes to keep the way back counts, too.
  expect(train(60_000, { compiled: true, keepMs: 100, lookMs: 20 }).share).toBeLessThanOrEqual(0.0055);
});

test('a short training, or one on a few examples at a time, is left alone', () => {
  expect(train(40, {}).seen).toEqual([]);
  expect(train(5_000, { compiled: true }).seen).toEqual([]);
  expect(train(20_000, { examples: 4 }).seen).toEqual([]);
});

test('a suspicion is looked into soon', () => {
  expect(train(5_000, { compiled: true, suspected: true }).seen[0]).toBe(410);
  expect(train(300, { compiled: true, suspected: true }).seen).toEqual([]);
});

test('a loss is suspicious that leaves its first and its usual values behind, until it has come down for a while', () => {
  const watch = new BlowUpWatch();
  const see = (...losses: number[]): boolean => {
    for (const loss of losses) watch.sees(loss, true);
    return watch.isSuspicious;
  };
  expect(see(2.3, 2, 4, 1, 0.1, 0.01, 0.02, 1.5)).toBe(false);
  expect(see(16)).toBe(true);
  expect(see(1, 1, 1)).toBe(true);
  expect(see(...Array<number>(40).fill(1))).toBe(false);
  watch.sees(1, false);
  expect(watch.isSuspicious).toBe(true);
  // What comes after the first that is no number is none either.
  expect(see(NaN)).toBe(true);
  expect(see(NaN)).toBe(false);
});
