import { describe, expect, it } from 'vitest';
import {
  elementLength,
  offsetShowing,
  scrolledFor,
  scrolledTo,
  type Scrolled,
} from '../../../../renderer/panels/tensor/scroll-map.js';

const short = { content: 20_000, view: 400 };
const tall = { content: 900_000_000, view: 400 };
const top: Scrolled = { offset: 0, top: 0 };

describe('scrolling', () => {
  it('is the browser’s own where the content fits an element', () => {
    expect(elementLength(short)).toBe(20_000);
    expect(scrolledTo(777, top, short).offset).toBe(777);
    expect(scrolledFor(777, short)).toEqual({ offset: 777, top: 777 });
  });

  it('reaches both ends of what is longer than any element', () => {
    expect(elementLength(tall)).toBeLessThan(16_000_000);
    const end = elementLength(tall) - tall.view;
    expect(scrolledTo(end, top, tall).offset).toBe(tall.content - tall.view);
    expect(scrolledTo(0, { offset: 5000, top: 60 }, tall).offset).toBe(0);
  });

  it('moves by as many pixels as the wheel does, and by shares where the thumb is dragged', () => {
    const before = scrolledFor(450_000_000, tall);
    expect(scrolledTo(before.top + 120, before, tall).offset).toBeCloseTo(450_000_120, 3);
    expect(scrolledTo(before.top - 120, before, tall).offset).toBeCloseTo(449_999_880, 3);
    const dragged = scrolledTo(1_000_000, top, tall).offset / tall.content;
    expect(dragged).toBeCloseTo(1_000_000 / elementLength(tall), 3);
  });

  it('goes to any row and back to the same one: element and content agree', () => {
    for (const offset of [0, 20, 449_999_980, 899_999_600]) {
      const there = scrolledFor(offset, tall);
      expect(there.offset).toBe(offset);
      expect(scrolledTo(there.top, there, tall).offset).toBe(offset);
    }
    expect(scrolledFor(10 ** 12, tall).offset).toBe(tall.content - tall.view);
  });

  it('brings a cell into sight with the least movement', () => {
    expect(offsetShowing(100, 20, 50, short)).toBe(50);
    expect(offsetShowing(30, 20, 50, short)).toBe(30);
    expect(offsetShowing(440, 20, 50, short)).toBe(60);
  });
});
