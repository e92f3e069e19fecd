import { describe, expect, test } from 'vitest';
import {
  canBeJudged,
  confusionOf,
  prCurveOf,
  THRESHOLDS,
  type Judged,
} from '../../../../../src/trainer/runtime/summaries/evaluation.js';

const oneHot: Judged = {
  examples: 4,
  targets: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1),
  scores: Float32Array.of(0.8, 0.1, 0.1, 0.6, 0.3, 0.1, 0.1, 0.2, 0.7, 0.2, 0.3, 0.5),
  targetWidth: 3,
  scoreWidth: 3,
};

describe('confusion', () => {
  test('rows are true classes, columns predicted ones', () => {
    expect([...confusionOf(oneHot)]).toEqual([1, 0, 0, 1, 0, 0, 0, 0, 2]);
  });

  test('is the same of classes by number', () => {
    const byNumber = { ...oneHot, targets: Float32Array.of(0, 1, 2, 2), targetWidth: 1 };
    expect([...confusionOf(byNumber)]).toEqual([...confusionOf(oneHot)]);
  });

  test('of one score has two classes; a class that there is not is left out', () => {
    const targets = Float32Array.of(0, 1, 1, 7);
    const scores = Float32Array.of(0.2, 0.9, 0.4, 0.9);
    expect([...confusionOf({ examples: 4, targets, scores, targetWidth: 1, scoreWidth: 1 })]).toEqual([1, 0, 1, 1]);
  });
});

describe('precision and recall', () => {
  const at = (curve: Float32Array, row: number, threshold: number): number =>
    curve[row * THRESHOLDS + Math.round(threshold * (THRESHOLDS - 1))]!;

  test('at each threshold, counted by hand', () => {
    const curve = prCurveOf(oneHot, 2)!;
    for (const threshold of [0, 0.05, 0.25, 0.45, 0.6, 0.9]) {
      let [hits, alarms] = [0, 0];
      for (let example = 0; example < 4; example++) {
        if (oneHot.scores[example * 3 + 2]! < threshold) continue;
        if (oneHot.targets[example * 3 + 2]! > 0.5) hits++;
        else alarms++;
      }
      expect([at(curve, 0, threshold), at(curve, 1, threshold)], `at ${threshold}`).toEqual([hits, alarms]);
      expect(at(curve, 2, threshold)).toBe(2 - alarms);
      expect(at(curve, 3, threshold)).toBe(2 - hits);
      expect(at(curve, 4, threshold)).toBeCloseTo(hits + alarms === 0 ? 0 : hits / (hits + alarms), 6);
      expect(at(curve, 5, threshold)).toBeCloseTo(hits / 2, 6);
    }
  });

  test('of a class without examples is zero, not NaN', () => {
    const curve = prCurveOf({ ...oneHot, targets: Float32Array.of(1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0) }, 1)!;
    expect([...curve].every(Number.isFinite)).toBe(true);
  });

  test('there is none of scores that are no probabilities', () => {
    expect(prCurveOf({ ...oneHot, scores: oneHot.scores.map((score) => score * 9 - 4) }, 0)).toBeUndefined();
    expect(prCurveOf({ ...oneHot, scores: oneHot.scores.map(() => NaN) }, 0)).toBeUndefined();
  });
});

test('what can be judged: a class an example, not hundreds of them', () => {
  expect(canBeJudged({ targetWidth: 1, scoreWidth: 1 })).toBe(true);
  expect(canBeJudged({ targetWidth: 10, scoreWidth: 10 })).toBe(true);
  expect(canBeJudged({ targetWidth: 1, scoreWidth: 10 })).toBe(true);
  expect(canBeJudged({ targetWidth: 4, scoreWidth: 10 })).toBe(false);
  expect(canBeJudged({ targetWidth: 1, scoreWidth: 1000 })).toBe(false);
});
