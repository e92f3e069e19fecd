import { expect, it } from 'vitest';
import { parseCondition } from '../../../../src/shared/conditions/condition.js';
import type { StepEvent } from '../../../../src/shared/protocol/training.js';
import { watchLoss } from '../../../../src/trainer/runtime/loss-watch.js';

const step = (number: number, loss: number, learningRate?: number): StepEvent =>
  ({ kind: 'step', step: number, loss, learningRate }) as StepEvent;

it('speaks once, at the first loss that is not finite, with the step and what to try', () => {
  const watch = watchLoss();
  expect(watch(step(1, 2.5, 0.1))).toBeUndefined();
  expect(watch(step(2, 31234.5, 0.1))).toBeUndefined();
  expect(watch(step(3, NaN, 0.1))).toEqual({
    severity: 'warning',
    message:
      'The loss is NaN, not a number, after step 3 (it was 31230 a step before). Training goes on, but will hardly recover.',
    hint: 'Try a smaller learning rate than 0.1, and look for values in the data that are huge or not finite. A breakpoint on isNaN(loss) stops at the step where it happens.',
  });
  expect(watch(step(4, NaN))).toBeUndefined();
  expect(watch(step(5, 1))).toBeUndefined();
  expect(watch(step(6, Infinity))).toBeUndefined();
});

it('speaks of infinity too, with a condition that can be set', () => {
  const notice = watchLoss()(step(1, -Infinity));
  expect(notice?.message).toContain('The loss is −∞ after step 1. Training');
  const [condition] = /\S*isFinite\(loss\)/.exec(notice!.hint!)!;
  expect(parseCondition(condition)).toMatchObject({ kind: 'ok' });
});
