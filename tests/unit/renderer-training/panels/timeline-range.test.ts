import { describe, expect, it } from 'vitest';
import { timelineStep, timelineX } from '../../../../renderer/panels/timeline/timeline-drawing.js';
import { moveByKey, timelineEnd } from '../../../../renderer/panels/timeline/timeline-range.js';

describe('the timeline’s axis', () => {
  it('begins with one epoch, grows by whole epochs, and ends where training is planned to', () => {
    expect(timelineEnd(0, 79, 15)).toBe(79);
    expect(timelineEnd(41, 79, 15)).toBe(79);
    expect(timelineEnd(80, 79, 15)).toBe(158);
    expect(timelineEnd(1185, 79, 15)).toBe(1185);
    for (let step = 0; step <= 1185; step++) {
      const end = timelineEnd(step, 79, 15);
      expect(end).toBeGreaterThanOrEqual(step);
      expect(end % 79).toBe(0);
    }
  });

  it('leaps seldom', () => {
    const ends = new Set(Array.from({ length: 79 * 1000 }, (_, step) => timelineEnd(step, 79, 1000)));
    expect(ends.size).toBeLessThan(20);
  });

  it('works where the length of an epoch is not known', () => {
    expect(timelineEnd(0, undefined, 3)).toBe(50);
    expect(timelineEnd(1000, undefined, 3)).toBeGreaterThan(1000);
  });

  it('goes from steps to pixels and back', () => {
    const scene = { width: 1280, end: 1185 };
    for (const step of [0, 1, 41, 600, 1185]) expect(timelineStep(scene, timelineX(scene, step))).toBe(step);
  });
});

describe('the timeline’s keys', () => {
  const range = { first: 1, last: 100, stepsPerEpoch: 30 };
  it('move by a step, by ten, by an epoch, and to the ends', () => {
    expect(moveByKey('ArrowLeft', false, 41, range)).toBe(40);
    expect(moveByKey('ArrowRight', true, 41, range)).toBe(51);
    expect(moveByKey('PageUp', false, 41, range)).toBe(11);
    expect(moveByKey('PageDown', false, 91, range)).toBe(100);
    expect(moveByKey('ArrowLeft', false, 1, range)).toBe(1);
    expect(moveByKey('Home', false, 41, range)).toBe(1);
    expect(moveByKey('End', false, 41, range)).toBe('latest');
    expect(moveByKey('x', false, 41, range)).toBeUndefined();
  });
});
