/** How a comparison says what became of something: a sign, a word, a colour. Names variables of the theme. */
import type { GraphSide } from '../../../../src/shared/graph/compare-graphs.js';
import type { SideLayout, Standing } from '../../../../src/shared/graph/compare-layout.js';
import type { Colours } from '../colours/graph-colours.js';

export const standings = ['added', 'removed', 'changed', 'same'] as const satisfies readonly Standing[];

export const signs: Readonly<Record<Standing, string>> = { added: '+', removed: '−', changed: '~', same: '' };

export const standingColours: Readonly<Record<Standing, string>> = {
  added: 'var(--good)',
  removed: 'var(--stop)',
  changed: 'var(--cursor)',
  same: 'var(--series-8)',
};

export const sideNames: Readonly<Record<GraphSide, string>> = { before: 'Before', after: 'After' };

export function compareColours({ items, standing }: SideLayout): Colours {
  // An op is in one item.
  const ofOp = new Map(items.flatMap(({ id, ops }) => ops.map((op) => [op.id, standing.get(id)] as const)));
  return {
    of: ({ ops }) => standingColours[ofOp.get(ops[0]?.id ?? '') ?? 'same'],
    legend: standings.map((one) => ({ colour: standingColours[one], text: one })),
  };
}
