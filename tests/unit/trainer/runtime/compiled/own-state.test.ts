import { describe, expect, it } from 'vitest';
import { writtenOutside } from '../../../../../src/trainer/runtime/compiled/own-state.js';

let count = 0;
const losses: number[] = [];
const settings: Record<string, number> = {};
const tf = { fill: (n: number) => n, add: (a: number, b: number) => a + b };
type Given = Readonly<Record<string, { rate: number }>>;

describe('what a function writes to that outlives it', () => {
  it.each([
    ['a counter', () => void count++, 'count'],
    ['in a function inside', () => [1].forEach((more) => (count += more)), 'count'],
    ['a property', () => (settings['rate'] = 1), 'settings'],
    ['a property by its name', () => void ((settings as { seen?: number }).seen = 1), 'settings.seen'],
    ['a list', () => losses.push(1), 'losses'],
    ['taken apart', () => ([count, settings['a']] = [1, 2]), 'count'],
    [
      'in a loop’s head',
      () =>
        void (() => {
          for (count of [1, 2]);
        }),
      'count',
    ],
    ['removed', () => delete settings['a'], 'settings'],
    [
      'its own object',
      {
        seen: 0,
        step() {
          return ++this.seen;
        },
      }.step,
      'this.seen',
    ],
  ] as [string, () => unknown, string][])('%s', (_, work, written) => expect(writtenOutside(work)).toBe(written));

  it.each([
    ['nothing', () => count + losses.length],
    [
      'its own names',
      (given: number) => {
        let sum = given;
        for (let i = 0; i < 3; i++) sum += i;
        return sum;
      },
    ],
    ['what it is given', ({ optimizer }: Given) => void (optimizer!.rate = 1)],
    [
      'its own list',
      () => {
        const mine: number[] = [];
        mine.push(1);
        const { a, ...rest } = { a: 1, b: 2 };
        return [mine, a, rest];
      },
    ],
    ['nothing, by ops with names like those of methods', () => tf.add(tf.fill(1), 2)],
    [
      'what its own functions have',
      () => {
        const add = (into: number[]) => into.push(1);
        return add([]);
      },
    ],
    ['the library’s own code', Math.max],
    [
      'a method',
      {
        step(given: number) {
          given += 1;
          return given;
        },
      }.step,
    ],
    [
      'a name as an error',
      () => {
        try {
          return 1;
        } catch (error) {
          error = undefined;
          return error;
        }
      },
    ],
  ] as [string, (...given: never[]) => unknown][])('not: %s', (_, work) =>
    expect(writtenOutside(work)).toBeUndefined(),
  );
});
