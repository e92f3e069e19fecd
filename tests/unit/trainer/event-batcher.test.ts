import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TrainingEvent } from '../../../src/shared/protocol/training.js';
import { EventBatcher } from '../../../src/trainer/event-batcher.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const memory = (numTensors: number): TrainingEvent => ({ kind: 'memory', numTensors, tensorBytes: 0, processBytes: 0 });

test('at most one batch in 16 ms, in order, none lost', () => {
  const sent: number[][] = [];
  const batcher = new EventBatcher((events) =>
    sent.push(events.map((event) => (event.kind === 'memory' ? event.numTensors : -1))),
  );
  for (let index = 0; index < 100; index++) {
    batcher.add([memory(index)]);
    vi.advanceTimersByTime(1);
  }
  expect(sent.length).toBeLessThanOrEqual(8);
  batcher.flush();
  expect(sent.flat()).toEqual([...Array(100).keys()]);
  batcher.flush();
  expect(sent.at(-1)).not.toEqual([]);
});

test('what each epoch goes through travels with its steps; what announces a wait goes at once', () => {
  const sent: string[][] = [];
  const batcher = new EventBatcher((events) =>
    sent.push(events.map((event) => (event.kind === 'activity' ? (event.message ?? event.activity) : event.kind))),
  );
  batcher.tell({ kind: 'activity', activity: 'training' });
  batcher.tell({ kind: 'activity', activity: 'validating', message: 'Validating epoch 1' });
  batcher.tell({ kind: 'activity', activity: 'training' });
  expect(sent).toEqual([['training']]);
  batcher.tell({ kind: 'activity', activity: 'training', message: 'Compiling the training step' });
  expect(sent[1]).toEqual(['Validating epoch 1', 'training', 'Compiling the training step']);
});
