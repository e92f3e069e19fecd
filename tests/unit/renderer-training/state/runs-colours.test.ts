import { expect, it } from 'vitest';
import { assignColours, runColour } from '../../../../renderer/state/runs-colours.js';

it('keeps the colour of each run, whichever others come and go', () => {
  const first = assignColours({}, ['a', 'b', 'c']);
  expect(new Set(Object.values(first)).size).toBe(3);
  const later = assignColours(first, ['b', 'c', 'd', 'e']);
  expect(later['b']).toBe(first['b']);
  expect(later['c']).toBe(first['c']);
  expect(new Set(['b', 'c', 'd', 'e'].map((id) => later[id])).size).toBe(4);
  expect(assignColours(later, ['a', 'f'])['a']).toBe(first['a']);
});

it('leaves the live run’s two colours to the last', () => {
  const ids = Array.from({ length: 6 }, (_, index) => `run-${index}`);
  expect(Object.values(assignColours({}, ids)).toSorted()).toEqual([2, 3, 4, 5, 6, 7]);
});

it('spreads many runs evenly over the colours', () => {
  const colours = Object.values(
    assignColours(
      {},
      Array.from({ length: 80 }, (_, index) => `run-${index}`),
    ),
  );
  for (let colour = 0; colour < 8; colour++) expect(colours.filter((used) => used === colour)).toHaveLength(10);
});

it('names the theme’s variable', () => {
  expect(runColour(2)).toBe('var(--series-3)');
  expect(runColour(undefined)).toBe('var(--series-1)');
});
