/** What the colours of the graph say, and their legend. Pure: names variables of the theme. */
import type { OpGraph, OpNode } from '../../../src/shared/graph/op-graph.js';
import type { PlacedItem } from '../../../src/shared/graph/tree/tree-layout.js';
import { bytesText } from '../../state/shape-text.js';

export const colourings = ['phase', 'kind', 'time', 'memory'] as const;
export type Colouring = (typeof colourings)[number];

export const colouringNames: Readonly<Record<Colouring, string>> = {
  phase: 'Phase',
  kind: 'Kind of op',
  time: 'Time',
  memory: 'Memory',
};

export interface LegendEntry {
  readonly colour: string;
  readonly text: string;
}

export interface Colours {
  of(item: PlacedItem): string;
  readonly legend: readonly LegendEntry[];
}

const phaseColours: Readonly<Record<OpNode['phase'], string>> = {
  forward: 'var(--series-1)',
  loss: 'var(--series-2)',
  metrics: 'var(--series-8)',
  gradient: 'var(--past)',
  optimizer: 'var(--series-3)',
};

const kinds = [
  { text: 'matrices, convolutions', colour: 'var(--series-1)', ops: /conv|matmul/i },
  { text: 'pooling, sums', colour: 'var(--series-6)', ops: /pool|sum|mean|max|min|argmax/i },
  { text: 'updates, state', colour: 'var(--series-3)', ops: /apply|assign|variable/i },
  {
    text: 'hand values through',
    colour: 'var(--series-8)',
    ops: /identity|reshape|cast|transpose|slice|concat|pad|const|placeholder/i,
  },
  { text: 'element by element', colour: 'var(--series-5)', ops: /./ },
] as const;

export function coloursOf(colouring: Colouring, graph: OpGraph, items: readonly PlacedItem[]): Colours {
  switch (colouring) {
    case 'phase': {
      const present = new Set(graph.nodes.map(({ phase }) => phase));
      return {
        of: ({ phase }) => phaseColours[phase],
        legend: Object.entries(phaseColours)
          .filter(([phase]) => present.has(phase as OpNode['phase']))
          .map(([text, colour]) => ({ text, colour })),
      };
    }
    case 'kind':
      return {
        of: ({ ops }) => kinds[Math.min(...ops.map(kindOf))]!.colour,
        legend: kinds.map(({ text, colour }) => ({ text, colour })),
      };
    case 'time':
      return scale(items, ({ ms = 0 }) => ms, timeText);
    case 'memory':
      return scale(items, ({ bytes }) => bytes, bytesText);
  }
}

function kindOf({ op }: OpNode): number {
  return kinds.findIndex(({ ops }) => ops.test(op));
}

/** From the quiet of nothing to the full colour of the largest that is drawn. */
function scale(items: readonly PlacedItem[], value: (op: OpNode) => number, text: (value: number) => string): Colours {
  const total = ({ ops }: PlacedItem): number => ops.reduce((sum, op) => sum + value(op), 0);
  const most = Math.max(0, ...items.map(total));
  // The root, so that what takes a tenth is told from what takes nothing.
  const colour = (share: number): string =>
    `color-mix(in srgb, var(--series-2) ${Math.round(Math.sqrt(share) * 100)}%, var(--bg-hover))`;
  return {
    of: (item) => colour(most > 0 ? total(item) / most : 0),
    legend: [0, 0.1, 0.5, 1].map((share) => ({ colour: colour(share), text: text(share * most) })),
  };
}

export function timeText(ms: number): string {
  if (ms === 0) return '0 ms';
  return ms < 1 ? `${Math.max(1, Math.round(ms * 1000))} µs` : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
