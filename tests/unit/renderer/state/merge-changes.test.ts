import { describe, expect, it } from 'vitest';
import { mergeChanges, sameData } from '../../../../renderer/state/merge-changes.js';

const list = (...ids: string[]) => ids.map((id) => ({ id }));

describe('changes by two', () => {
  it('of different parts both count, of the same part mine', () => {
    const base = { x: 'step', filter: '', looks: { loss: { rows: 2 } }, folded: ['a'] };
    const mine = { ...base, x: 'wall', looks: { loss: { rows: 2, logarithmic: true } } };
    const theirs = { ...base, x: 'epoch', filter: 'acc', looks: { loss: {}, acc: { columns: 0 } } };
    expect(mergeChanges<object>(base, mine, theirs)).toEqual({
      ...{ x: 'wall', filter: 'acc', folded: ['a'] },
      looks: { loss: { logarithmic: true }, acc: { columns: 0 } },
    });
  });

  it('of lists go by ids: what is new comes in, what was taken away is gone, the order is that of who changed it', () => {
    expect(mergeChanges(list('a', 'b'), list('a', 'b', 'c'), list('b', 'd'))).toEqual(list('b', 'c', 'd'));
    const edited = [{ id: 'a', name: 'mine' }, { id: 'b' }];
    expect(mergeChanges<object>(list('a', 'b'), edited, list('b', 'a'))).toEqual([edited[1], edited[0]]);
    // Nobody's change is lost for the other's removal.
    expect(mergeChanges<object>(list('a'), [], [{ id: 'a', name: 'theirs' }])).toEqual([{ id: 'a', name: 'theirs' }]);
  });

  it('without a common beginning are put together', () => {
    expect(mergeChanges(undefined, { a: 1 }, { b: 2 } as object)).toEqual({ a: 1, b: 2 });
    expect(Object.keys(mergeChanges({}, JSON.parse('{"__proto__":1}') as object, { b: 2 }))).toEqual([
      'b',
      '__proto__',
    ]);
  });

  it('leave the objects as they are that nobody has changed: an alert that was told is not a new one', () => {
    const mine = [{ id: 'a', rule: { kind: 'above' } }];
    const merged = mergeChanges<object[]>(structuredClone(mine), mine, [...structuredClone(mine), { id: 'b' }]);
    expect(merged).toHaveLength(2);
    expect(merged[0]).toBe(mine[0]);
  });

  it('that are none are seen as none', () => {
    expect(sameData({ a: [1, { b: undefined }] }, { a: [1, {}] })).toBe(true);
    expect(sameData({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(sameData([], {})).toBe(false);
  });
});
