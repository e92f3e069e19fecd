/** What a link says of a graph, what is taken of one by anybody, and names and sizes of what is saved. */
import { expect, it } from 'vitest';
import { openedGroups, partsOf, wishOf } from '../../../../../../renderer/panels/graph/take-away/graph-link.js';

const linked = {
  folder: '/home/anna/rps',
  experiment: '/home/anna/rps/a/experiment.ts',
  open: new Set(['layer:conv2d_1', 'repeat:x×16']),
  selected: 'conv2d_1/Relu',
  colouring: 'time',
  view: 'both',
  at: { x: 12.34567, y: -5, zoom: 0.5 },
} as const;

function text(parts: ReturnType<typeof partsOf>): URLSearchParams {
  const all = new URLSearchParams();
  for (const [name, value] of parts ?? []) if (value !== undefined) all.append(name, value);
  return all;
}

it('gives back what was said', () => {
  const parts = text(partsOf(linked));
  expect(parts.get('experiment')).toBe('a/experiment.ts');
  expect(wishOf(parts)).toEqual({
    open: ['layer:conv2d_1', 'repeat:x×16'],
    selected: 'conv2d_1/Relu',
    colouring: 'time',
    view: 'both',
    at: { x: 12.346, y: -5, zoom: 0.5 },
  });
  const file = text(partsOf({ ...linked, experiment: undefined, model: { path: '/home/anna/rps/m.keras', index: 2 } }));
  expect([file.get('model'), file.get('index'), file.get('experiment')]).toEqual(['m.keras', '2', null]);
});

it('leads nowhere outside of the folder', () => {
  expect(partsOf({ ...linked, experiment: '/home/anna/other/experiment.ts' })).toBeUndefined();
  expect(partsOf({ ...linked, experiment: undefined })).toBeUndefined();
});

it('all of a large graph is one word', () => {
  const open = new Set(Array.from({ length: 2000 }, (_, at) => `layer:${at}`));
  const parts = text(partsOf({ ...linked, open }));
  expect(parts.getAll('open')).toEqual(['*']);
  expect(openedGroups(wishOf(parts).open, new Map([['a', 1]]))).toEqual({ open: new Set(['a']), gone: 0 });
});

it.each(['', '1,2', '1,2,3,4', 'a,b,c', '1,2,0', '1,2,-1', 'Infinity,0,1', '1e99,0,1', 'NaN,NaN,NaN'])(
  'a place to look at that makes no sense is left out: %j',
  (at) => {
    expect(wishOf(new URLSearchParams({ at, colour: 'red;', show: 'all', selected: 'x'.repeat(1000) }))).toEqual({
      open: [],
      selected: undefined,
      colouring: undefined,
      view: undefined,
      at: undefined,
    });
  },
);

it('opens the groups that there still are', () => {
  const groups = new Map([
    ['', 0],
    ['layer:a', 1],
  ]);
  expect(openedGroups(['layer:a', 'layer:gone', ''], groups)).toEqual({ open: new Set(['layer:a']), gone: 2 });
});
