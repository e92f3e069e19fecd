import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StepClock } from '../../../../src/trainer/runtime/step-clock.js';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTime(ms);

describe('the time of a step', () => {
  it('is from the end of the one before, with what of it was waiting and what was neither that nor computing', () => {
    const clock = new StepClock();
    clock.begin();
    pass(10);
    clock.batchIsThere();
    pass(5);
    clock.computing();
    pass(40);
    clock.computed(0);
    expect(clock.end()).toEqual({ stepMs: 55, dataWaitMs: 10, overheadMs: 5 });
  });

  it('leaves out standing still, in the middle of the step and after it, each once', () => {
    let stood = 0;
    const clock = new StepClock(() => stood);
    clock.begin();
    clock.batchIsThere();
    clock.computing();
    pass(40);
    pass(60_000);
    stood += 60_000;
    clock.computed(0);
    expect(clock.end()).toEqual({ stepMs: 40, dataWaitMs: 0, overheadMs: 0 });
    clock.told();
    clock.aside(() => {
      pass(30_000);
      stood += 30_000;
    });
    clock.batchIsThere();
    clock.computing();
    pass(25);
    clock.computed(0);
    expect(clock.end().stepMs).toBe(25);
    expect(clock.pausedMs).toBe(90_000);
  });
});
