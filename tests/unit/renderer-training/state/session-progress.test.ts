import { describe, expect, it } from 'vitest';
import { placeInEpoch, progressOf, statusWords, valueAt } from '../../../../renderer/state/session-progress.js';
import { foldTrainingEvent, newSession } from '../../../../src/shared/session/session-state.js';
import { epochEvent, sessionAfter, startEvent, stepEvent } from '../fixtures.js';

describe('progress', () => {
  it('knows nothing before the start', () => {
    expect(progressOf(newSession('s', '/e.ts')).runShare).toBeUndefined();
  });

  it('begins in the first epoch', () => {
    const progress = progressOf(sessionAfter(0));
    expect([progress.epoch, progress.stepInEpoch, progress.runShare]).toEqual([1, 0, 0]);
    expect(progress.runLeftMs).toBeUndefined();
  });

  it('estimates from the steps that are left', () => {
    const progress = progressOf(sessionAfter(4));
    expect(progress.epochShare).toBeCloseTo(0.4);
    expect(progress.runShare).toBeCloseTo(4 / 30);
    expect(progress.epochLeftMs).toBeCloseTo(600);
    expect(progress.runLeftMs).toBeCloseTo(2600);
  });

  it('counts validation, once an epoch was validated', () => {
    let session = sessionAfter(9);
    session = foldTrainingEvent(session, stepEvent(10));
    session = foldTrainingEvent(session, epochEvent(1, 700));
    session = foldTrainingEvent(session, stepEvent(11));
    // 19 steps of 100 ms, and the validations of the second and the third epoch.
    expect(progressOf(session).runLeftMs).toBeCloseTo(19 * 100 + 2 * 700);
  });

  it('is whole at the end and gives no more estimates', () => {
    const done = foldTrainingEvent(sessionAfter(30), {
      kind: 'end',
      reason: 'completed',
      epoch: 3,
      steps: 30,
      wallMs: 3000,
      stateHash: 'x',
      runDir: '/w/runs/1',
    });
    expect(progressOf(done).runShare).toBe(1);
    expect(progressOf(done).runLeftMs).toBeUndefined();
  });

  it('goes on from the state that a run continues', () => {
    let session = foldTrainingEvent(newSession('s', '/e.ts'), { ...startEvent, startEpoch: 2, startStep: 20 });
    expect(progressOf(session).runShare).toBeCloseTo(2 / 3);
    session = foldTrainingEvent(session, stepEvent(21));
    expect(progressOf(session).epoch).toBe(3);
  });
});

it('says what it is busy with', () => {
  const session = sessionAfter(1);
  expect(statusWords(session)).toBe('Running');
  expect(statusWords({ ...session, activity: { activity: 'validating' } })).toBe('Validating');
  expect(statusWords({ ...session, status: 'stopping', activity: { activity: 'saving' } })).toBe('Saving');
  expect(statusWords({ ...session, status: 'failed' })).toBe('Failed');
});

it('finds the value of a step', () => {
  const session = sessionAfter(12);
  expect(valueAt(session, 'train/loss', 4)).toBe(1 / 4);
  expect(valueAt(session, 'train/loss', 99)).toBe(1 / 12);
  expect(valueAt(session, 'train/loss', 0)).toBeUndefined();
  expect(valueAt(session, 'validation/loss', 9)).toBeUndefined();
  expect(valueAt(session, 'validation/loss', 11)).toBe(0.6);
});

it('finds a step in its epoch', () => {
  expect(placeInEpoch(10, 10)).toEqual({ epoch: 1, stepInEpoch: 10 });
  expect(placeInEpoch(11, 10)).toEqual({ epoch: 2, stepInEpoch: 1 });
  expect(placeInEpoch(3, undefined)).toBeUndefined();
});
