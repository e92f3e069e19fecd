/** Links to comparisons: what they say comes back, and what somebody else wrote leads nowhere it should not. */
import { expect, it } from 'vitest';
import {
  comparisonParts,
  comparisonWish,
  sideOf,
} from '../../../../../../renderer/panels/graph/compare/compare-link.js';
import type { GraphOrigin } from '../../../../../../renderer/state/graph-comparison.js';

const folder = '/home/me/work';
const origins: readonly GraphOrigin[] = [
  { kind: 'run', id: 'runs/2026 a:b#1' },
  { kind: 'experiment', path: '/home/me/work/rps/experiment.ts' },
  { kind: 'saved', path: '/home/me/work/rps/experiment.ts' },
  { kind: 'model', path: '/home/me/work/a#b.keras', index: 0 },
  { kind: 'model', path: '/home/me/work/saved_model.pb', index: 2 },
];

it.each(origins)('both sides come back: $kind', (origin) => {
  const view = { open: new Set(['layer:a']), current: 'layer:b', at: { x: 1, y: -2.5, zoom: 0.5 } };
  const parts = comparisonParts({ folder, before: origin, after: origins[1]!, ...view });
  const read = new URLSearchParams();
  for (const [name, value] of parts!) if (value !== undefined) read.append(name, value);
  expect(sideOf(folder, read.get('before'))).toEqual(origin);
  expect(sideOf(folder, read.get('after'))).toEqual(origins[1]);
  expect(comparisonWish(read)).toEqual({ ...view, open: ['layer:a'] });
});

it('what this window alone remembers, and what lies elsewhere, has no link', () => {
  const open = new Set<string>();
  expect(comparisonParts({ folder, before: undefined, after: origins[1]!, open })).toBeUndefined();
  const elsewhere: GraphOrigin = { kind: 'model', path: '/etc/x.keras', index: 0 };
  expect(comparisonParts({ folder, before: elsewhere, after: origins[1]!, open })).toBeUndefined();
});

it.each([
  null,
  '',
  'run:',
  'model:../x.keras',
  'model:/etc/x',
  'experiment:a/../../b.ts',
  'shell:rm',
  'model:C:\\x.keras',
])('%s leads nowhere', (text) => expect(sideOf(folder, text)).toBeUndefined());
