import { describe, expect, it } from 'vitest';
import { fuzzyMatch } from '../../../../renderer/workbench/fuzzy.js';

const best = (query: string, texts: readonly string[]) =>
  texts
    .flatMap((text) => {
      const match = fuzzyMatch(query, text);
      return match ? [{ text, score: match.score }] : [];
    })
    .sort((a, b) => b.score - a.score)
    .map(({ text }) => text);

describe('fuzzy matching', () => {
  it('finds letters in order, and nothing else', () => {
    expect(fuzzyMatch('rsl', 'View: Reset Layout')?.at).toEqual([6, 8, 12]);
    expect(fuzzyMatch('lsr', 'View: Reset Layout')).toBeUndefined();
    expect(fuzzyMatch('', 'anything')).toEqual({ score: 0, at: [] });
  });

  it('puts a whole word before scattered letters', () => {
    expect(best('layer', ['View: Show Layers', 'File: Close All Editors'])[0]).toBe('View: Show Layers');
    expect(best('model', ['my-old-model.ts', 'model.ts'])[0]).toBe('model.ts');
  });

  it('puts beginnings of words before their middles', () => {
    expect(best('rl', ['Curl.ts', 'Reset Layout'])[0]).toBe('Reset Layout');
  });
});
