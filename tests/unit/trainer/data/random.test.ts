import { describe, expect, it } from 'vitest';
import { mix, mixText, Random, shuffledOrder } from '../../../../src/trainer/runtime/data/random.js';
import { splitOff } from '../../../../src/trainer/runtime/data/split.js';

describe('randomness from numbers', () => {
  it('is the same for the same numbers, and other for others', () => {
    expect(mix(1, 2, 3)).toBe(mix(1, 2, 3));
    expect(new Set([mix(1, 2), mix(2, 1), mix(1, 2, 0), mix(0, 1, 2), mix(-1, 2), mixText('rock')]).size).toBe(6);
    const draws = (...seeds: number[]): number[] => {
      const random = new Random(...seeds);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(draws(7, 1)).toEqual(draws(7, 1));
    expect(draws(7, 1)).not.toEqual(draws(7, 2));
  });

  it('is spread evenly, and normal draws have mean 0 and spread 1', () => {
    const random = new Random(3);
    const count = 20_000;
    const buckets = new Array<number>(10).fill(0);
    let sum = 0;
    let squares = 0;
    for (let draw = 0; draw < count; draw++) {
      buckets[Math.floor(random.next() * 10)]!++;
      const normal = random.normal();
      sum += normal;
      squares += normal * normal;
    }
    for (const bucket of buckets) expect(Math.abs(bucket - count / 10)).toBeLessThan(200);
    expect(Math.abs(sum / count)).toBeLessThan(0.03);
    expect(Math.abs(squares / count - 1)).toBeLessThan(0.05);
  });

  it('shuffles every number exactly once', () => {
    const order = shuffledOrder(1000, 7, 1);
    expect([...order].sort((one, other) => one - other)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    expect(order).toEqual(shuffledOrder(1000, 7, 1));
    expect(order).not.toEqual(shuffledOrder(1000, 7, 2));
    expect(shuffledOrder(0, 1)).toHaveLength(0);
  });
});

describe('splitting', () => {
  it('takes the share asked for, keeps the order, and leaves something on both sides', () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    const { kept, taken } = splitOff(items, 0.2, 'rock');
    expect(taken).toHaveLength(10);
    expect([...kept, ...taken].sort((one, other) => one - other)).toEqual(items);
    expect([...taken].sort((one, other) => one - other)).toEqual(taken);
    expect(splitOff(items, 0.2, 'rock').taken).toEqual(taken);
    expect(splitOff(items, 0.2, 'paper').taken).not.toEqual(taken);
    expect(splitOff([1, 2], 0.01, 'x').taken).toHaveLength(1);
    expect(splitOff([1, 2], 0.99, 'x').kept).toHaveLength(1);
    expect(splitOff([1], 0.5, 'x')).toEqual({ kept: [1], taken: [] });
  });
});
