import { describe, expect, it } from 'vitest';
import { lineMap } from '../../../../renderer/state/line-map.js';

const text = (...lines: string[]) => lines.join('\n');
const pairs = (before: string, after: string) => Object.fromEntries(lineMap(before, after));

describe('lines of a text that was edited', () => {
  it('move with what is put above them, and back', () => {
    const before = text('a', 'b', 'c');
    expect(pairs(before, text('new', 'a', 'b', 'c'))).toEqual({ 1: 2, 2: 3, 3: 4 });
    expect(pairs(text('new', 'a', 'b', 'c'), before)).toEqual({ 2: 1, 3: 2, 4: 3 });
    expect(pairs(before, before)).toEqual({ 1: 1, 2: 2, 3: 3 });
  });

  it('stay lines where they are changed in place; new and removed ones have no counterpart', () => {
    expect(pairs(text('a', 'b', 'c'), text('a', 'B!', 'c'))).toEqual({ 1: 1, 2: 2, 3: 3 });
    expect(pairs(text('a', 'b', 'c', 'd'), text('a', 'd'))).toEqual({ 1: 1, 4: 2 });
    expect(pairs(text('a', 'x', 'c', 'y', 'e'), text('a', 'c', 'new', 'y', 'e'))).toEqual({ 1: 1, 3: 2, 4: 4, 5: 5 });
  });

  it('are told apart by nothing but their text: line ends do not count', () => {
    expect(pairs('a\r\nb\r\n', 'a\nb\n')).toEqual({ 1: 1, 2: 2, 3: 3 });
  });
});
