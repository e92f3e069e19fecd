import { describe, expect, it } from 'vitest';
import { headlineOf, standingWords } from '../../../../renderer/panels/debug/headline.js';
import { placeWords } from '../../../../renderer/training/status-bar.js';
import type { StopPoint } from '../../../../src/shared/protocol/training.js';
import { sessionAfter } from '../fixtures.js';

const stop = (more: Partial<StopPoint>): StopPoint => ({
  reason: 'breakpoint',
  description: 'before conv2d_1',
  breakpointIds: ['a'],
  epoch: 1,
  step: 41,
  stepInEpoch: 41,
  path: ['epoch 1', 'step 41', 'gradient', 'conv2d_1'],
  ...more,
});
const layer = { stands: 'layer', place: { phase: 'gradient', layer: 'conv2d_1' } } as const;

describe('where training stands', () => {
  it('is said by layer and op with its phase', () => {
    expect(standingWords(stop({ ...layer, when: 'after' }))).toBe('after conv2d_1 (gradient)');
    const op = { stands: 'op', place: { phase: 'forward', layer: 'dense_1', op: 'MatMul', occurrence: 1 } } as const;
    expect(standingWords(stop(op))).toBe('before MatMul in dense_1 (forward)');
    expect(standingWords(stop({ ...op, place: { phase: 'loss', op: 'Mean' } }))).toBe('before Mean (loss)');
    expect(standingWords(stop({ stands: 'line' }))).toBe('on a line');
  });

  it('heads the panel, with what stopped it where that says more', () => {
    const session = { ...sessionAfter(40), status: 'paused' as const };
    const at = { kind: 'layer', layer: 'conv2d_1', when: 'before', pass: 'gradient' } as const;
    const paused = { ...session, stop: stop({ ...layer, when: 'before' }) };
    expect(headlineOf(paused, [{ id: 'a', enabled: true, at }])).toEqual({
      title: 'Paused before conv2d_1 (gradient)',
      place: 'epoch 1 › step 41 › gradient › conv2d_1',
      detail: undefined,
    });
    const value = { kind: 'data', of: 'gradient', name: 'conv2d_1', event: { kind: 'notFinite' } } as const;
    const hit = { ...session, stop: stop({ ...layer, description: 'gradient of conv2d_1 not finite' }) };
    expect(headlineOf(hit, [{ id: 'a', enabled: true, at: value }]).detail).toBe('gradient of conv2d_1 not finite');
  });

  it('is the step under way in the status bar, not the last that is done', () => {
    const session = { ...sessionAfter(40), status: 'paused' as const, stop: stop(layer) };
    expect(placeWords(session)).toMatch(/step 41\b.*, gradient$/);
  });
});

describe('a pause that has not come', () => {
  it('says so, and after a while what it waits for', () => {
    const session = { ...sessionAfter(3), status: 'running' as const };
    expect(headlineOf(session, [], 'asked')).toMatchObject({ title: 'Pausing…', detail: undefined });
    expect(headlineOf(session, [], 'long').detail).toMatch(/natively/);
  });
});
