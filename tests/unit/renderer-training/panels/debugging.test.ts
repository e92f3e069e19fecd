import { expect, it } from 'vitest';
import { stackRows } from '../../../../renderer/panels/debug/call-stack.js';
import { headlineOf } from '../../../../renderer/panels/debug/headline.js';
import { detailOf, lookOf, wordsOf } from '../../../../renderer/state/breakpoint-words.js';
import type { Frame } from '../../../../renderer/state/stop-view.js';
import { sessionAfter } from '../fixtures.js';

const frame = (id: number, more: Partial<Frame> = {}): Frame => ({
  id,
  name: `f${id}`,
  line: id,
  column: 1,
  folded: false,
  isTraining: false,
  ...more,
});

it('the call stack begins with the place in the training and folds the library’s frames', () => {
  const frames = [
    frame(2, { file: '/w/e.ts' }),
    frame(3, { folded: true }),
    frame(4, { folded: true }),
    frame(5, { file: '/w/e.ts' }),
    frame(1, { isTraining: true }),
  ];
  const text = (opened: number[]) =>
    stackRows(frames, new Set(opened)).map((row) =>
      row.kind === 'frame' ? row.frame.id : `${row.frames.length} folded`,
    );
  expect(text([])).toEqual([1, 2, '2 folded', 5]);
  expect(text([3])).toEqual([1, 2, 3, 4, 5]);
});

it('a breakpoint’s sign tells what it does and whether it can', () => {
  const plain = { id: 'a', enabled: true, file: '/w/e.ts', line: 3 };
  expect(lookOf(plain, undefined)).toEqual({ sign: 'plain', state: 'on' });
  expect(lookOf({ ...plain, hitCondition: '% 3' }, { verified: true })).toEqual({
    sign: 'condition',
    state: 'on',
  });
  const refused = { verified: false, message: 'There is no code on this line or after it.' };
  expect(lookOf({ ...plain, logMessage: 'x' }, refused)).toEqual({ sign: 'log', state: 'unverified' });
  expect(lookOf({ ...plain, enabled: false }, refused).state).toBe('off');
  expect(wordsOf({ ...plain, condition: 'step > 2' }, refused)).toEqual([
    'Conditional breakpoint',
    'Stops when: step > 2',
    'There is no code on this line or after it.',
  ]);
  expect(detailOf({ ...plain, condition: 'a', hitCondition: '5' })).toBe('a · hit count 5');
});

it('the headline says where within a step training stands', () => {
  const stop = {
    reason: 'breakpoint' as const,
    description: 'experiment.ts:12',
    breakpointIds: [],
    epoch: 2,
    step: 14,
    stepInEpoch: 4,
    stands: 'line' as const,
    path: ['epoch 2', 'step 14', 'forward'],
  };
  const session = { ...sessionAfter(13), status: 'paused' as const };
  expect(headlineOf({ ...session, stop }, [])).toEqual({
    title: 'Paused on breakpoint',
    place: 'epoch 2 › step 14 › forward',
    detail: 'experiment.ts:12',
  });
  expect(headlineOf({ ...session, stop: { ...stop, epoch: 0, path: [] } }, []).place).toBe('before the first step');
  expect(headlineOf({ ...session, stop: { ...stop, reason: 'step', stands: 'op' } }, []).title).toBe(
    'Paused before an op',
  );
});
