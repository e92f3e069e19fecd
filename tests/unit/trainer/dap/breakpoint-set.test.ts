import { expect, test } from 'vitest';
import type { ConditionScope } from '../../../../src/shared/conditions/condition.js';
import type { StepEvent, TrainingBreakpoint } from '../../../../src/shared/protocol/training.js';
import { BreakpointSet } from '../../../../src/trainer/dap/breakpoint-set.js';
import { verifyBreakpoint } from '../../../../src/trainer/dap/verify-breakpoint.js';

const breakpoint = (id: string, at: TrainingBreakpoint['at'], enabled = true): TrainingBreakpoint => ({
  id,
  enabled,
  at,
});
const step = (fields: Partial<StepEvent>): StepEvent => ({
  ...{
    kind: 'step',
    epoch: 1,
    step: 1,
    stepInEpoch: 1,
    loss: 1,
    metrics: {},
    stepMs: 1,
    dataWaitMs: 0,
    overheadMs: 0,
    examples: 1,
    wallTime: 0,
  },
  ...fields,
});
const seen = (gradNorm: ConditionScope['gradNorm'], notFinite = false) => ({
  gradNorm,
  weightNorm: () => undefined,
  notFinite: () => notFinite,
});
const noNorm = seen(() => undefined);

test('a step, once; disabled ones never', () => {
  const set = new BreakpointSet([
    breakpoint('a', { kind: 'step', step: 3 }),
    breakpoint('b', { kind: 'step', step: 4 }, false),
  ]);
  expect(set.hitsAfter(step({ step: 3 }), noNorm)).toEqual({ ids: ['a'], description: 'step 3' });
  expect(set.hitsAfter(step({ step: 4 }), noNorm)).toBeUndefined();
});

test('the end of one epoch, of every epoch', () => {
  const set = new BreakpointSet([
    breakpoint('one', { kind: 'epochEnd', epoch: 2 }),
    breakpoint('all', { kind: 'epochEnd' }),
  ]);
  expect(set.hitsAtEndOf(1)).toEqual({ ids: ['all'], description: 'end of epoch 1' });
  expect(set.hitsAtEndOf(2)?.ids).toEqual(['one', 'all']);
  expect(new BreakpointSet([breakpoint('one', { kind: 'epochEnd', epoch: 2 })]).hitsAtEndOf(3)).toBeUndefined();
});

test('conditions over the step, over gradient norms, and several at once', () => {
  const set = new BreakpointSet([
    breakpoint('nan', { kind: 'condition', condition: 'isNaN(loss)' }),
    breakpoint('norm', { kind: 'condition', condition: "gradNorm('dense_1') > 5" }),
    breakpoint('acc', { kind: 'condition', condition: 'accuracy >= 0.9' }),
  ]);
  expect(set.wantsGradientNorms).toBe(true);
  expect(
    set.hitsAfter(
      step({ loss: NaN, metrics: { accuracy: 0.95 } }),
      seen((layer) => (layer === 'dense_1' ? 4 : 100)),
    ),
  ).toEqual({
    ids: ['nan', 'acc'],
    description: 'isNaN(loss), accuracy >= 0.9',
  });
  expect(
    set.hitsAfter(
      step({ loss: 1 }),
      seen(() => 6),
    )?.ids,
  ).toEqual(['norm']);
  expect(set.hitsAfter(step({ loss: 1 }), noNorm)).toBeUndefined();
});

test('what is not finite, wherever it is', () => {
  const set = new BreakpointSet([breakpoint('bad', { kind: 'condition', condition: 'notFinite' })]);
  expect(set.wantsGradientNorms).toBe(true);
  expect(
    set.hitsAfter(
      step({ loss: 1 }),
      seen(() => 1, true),
    )?.ids,
  ).toEqual(['bad']);
  expect(set.hitsAfter(step({ loss: 1 }), noNorm)).toBeUndefined();
});

test('a wrong condition is told, and never hits', () => {
  const wrong = breakpoint('x', { kind: 'condition', condition: 'loss = 2' });
  expect(verifyBreakpoint(wrong)).toMatchObject({
    id: 'x',
    verified: false,
    message: expect.stringContaining('==') as string,
  });
  expect(new BreakpointSet([wrong]).hitsAfter(step({ loss: 2 }), noNorm)).toBeUndefined();
  const unknown = breakpoint('y', { kind: 'condition', condition: 'acuracy > 0.9' });
  expect(verifyBreakpoint(unknown).verified).toBe(true);
  expect(verifyBreakpoint(unknown, { metrics: ['accuracy'] })).toMatchObject({
    verified: false,
    message: expect.stringContaining('accuracy') as string,
  });
});
