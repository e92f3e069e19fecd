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
