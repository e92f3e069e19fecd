/** What the colours of the graph say, and their legend. Pure: names variables of the theme. */
import { blockOf } from '../../../../src/shared/graph/graph-blocks.js';
import type { GraphValues } from '../../../../src/shared/graph/graph-values.js';
import type { OpGraph, OpNode } from '../../../../src/shared/graph/op-graph.js';
import type { PlacedItem } from '../../../../src/shared/graph/tree/tree-layout.js';
import { formatShare, formatValue } from '../../../charts/format.js';
import { bytesText } from '../../../state/shape-text.js';
import { colourScale, noColour, type Scale } from './colour-scale.js';

export const colourings = [
  'phase',
  'layer',
  'kind',
  'time',
  'memory',
  'device',
  'gradient',
  'zeros',
  'notFinite',
] as const;
export type Colouring = (typeof colourings)[number];

export const colouringNames: Readonly<Record<Colouring, string>> = {
  phase: 'Phase',
  layer: 'Layer',
  kind: 'Kind of op',
  time: 'Time',
  memory: 'Memory',
  device: 'Device',
  gradient: 'Gradient norm',
  zeros: 'Share of zeros',
  notFinite: 'Not finite',
};

/** These are of values, which have to be measured. */
export function needsValues(colouring: Colouring): boolean {
  return colouring === 'gradient' || colouring === 'zeros' || colouring === 'notFinite';
}

interface LegendEntry {
  readonly colour: string;
  readonly text: string;
}

export interface Colours {
  of(item: Pick<PlacedItem, 'ops' | 'phase'>): string;
  /** One colour, one meaning; empty where there is a `scale`. */
  readonly legend: readonly LegendEntry[];
  readonly scale?: Scale;
  /** Why there is nothing to colour by. */
  readonly missing?: string;
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

export function coloursOf(
  colouring: Colouring,
  graph: OpGraph,
  items: readonly Pick<PlacedItem, 'ops' | 'phase'>[],
  values?: GraphValues,
): Colours {
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
    case 'layer':
      return byName(graph, blockName);
    case 'kind':
      return {
        of: ({ ops }) => kinds[Math.min(...ops.map(kindOf))]!.colour,
        legend: kinds.map(({ text, colour }) => ({ text, colour })),
      };
    case 'device': {
      if (graph.nodes.every(({ device }) => device === undefined))
        return nothing('It is not known what ran these ops.');
      return byName(graph, ({ device }) => device);
    }
    case 'time': {
      if (graph.nodes.every(({ ms }) => ms === undefined)) return nothing('Nothing here was timed.');
      return scaled(items, ({ ops }) => sumOf(ops, ({ ms = 0 }) => ms), timeText);
    }
    case 'memory':
      return scaled(items, ({ ops }) => sumOf(ops, ({ bytes }) => bytes), bytesText);
    case 'gradient': {
      if (!values) return nothing(NOT_MEASURED);
      return scaled(
        items,
        (item) => gradientNormOf(item, values),
        (norm) => formatValue(norm, 3),
      );
    }
    case 'zeros': {
      if (!values) return nothing(NOT_MEASURED);
      return scaled(items, ({ ops }) => values.share(ops, 'zeros'), formatShare, 1);
    }
    case 'notFinite':
      return values ? byFiniteness(items, values) : nothing(NOT_MEASURED);
  }
}

const NOT_MEASURED = 'The values have not been measured.';
const BROKEN = 'var(--stop)';

/** Of a cell that is all of one layer's: its weights' gradients together; otherwise the largest of its ops'. */
export function gradientNormOf(
  { ops }: { readonly ops: readonly OpNode[] },
  values: Pick<GraphValues, 'gradientNorm' | 'layerGradientNorm'>,
): number | undefined {
  const [first] = ops;
  if (first && ops.length === 1) return values.gradientNorm(first);
  const layer = first?.layer;
  const ofLayer =
    layer !== undefined && ops.every((op) => op.layer === layer) ? values.layerGradientNorm(layer) : undefined;
  if (ofLayer !== undefined) return ofLayer;
  let most: number | undefined;
  for (const op of ops) {
    const norm = values.gradientNorm(op);
    if (norm !== undefined && (most === undefined || Number.isNaN(norm) || norm > most)) most = norm;
  }
  return most;
}

/** What an op belongs to, in a word. */
function blockName(op: OpNode): string {
  return op.layer ?? (op.group ? (op.group[0] ?? 'no group') : blockOf(op).label);
}

const palette = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `var(--series-${number})`);
const MOST_NAMES = 14;

/** The first op that has a name gives an item its colour. More names than colours share them. */
function byName(graph: OpGraph, nameOf: (op: OpNode) => string | undefined): Colours {
  const colours = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const op of graph.nodes) {
    const name = nameOf(op);
    if (name === undefined) continue;
    if (!colours.has(name)) colours.set(name, palette[colours.size % palette.length]!);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const entries = [...colours].map(([name, colour]) => ({ colour, text: `${name} (${countOf(counts.get(name)!)})` }));
  const more = entries.length - MOST_NAMES;
  return {
    of: ({ ops }) => {
      const name = ops.map(nameOf).find((one) => one !== undefined);
      return (name !== undefined && colours.get(name)) || noColour;
    },
    legend:
      more > 1
        ? [
            ...entries.slice(0, MOST_NAMES),
            { colour: noColour, text: `and ${countOf(more)} more, in the same colours` },
          ]
        : entries,
  };
}

function byFiniteness(items: readonly Pick<PlacedItem, 'ops' | 'phase'>[], values: GraphValues): Colours {
  const colours = { broken: BROKEN, finite: 'var(--series-1)', unknown: noColour };
  const kindOfItem = ({ ops }: Pick<PlacedItem, 'ops'>): keyof typeof colours => {
    const share = values.share(ops, 'notFinite');
    return share === undefined ? 'unknown' : share > 0 ? 'broken' : 'finite';
  };
  const ops = { broken: 0, finite: 0, unknown: 0 };
  for (const item of items) for (const op of item.ops) ops[kindOfItem({ ops: [op] })]++;
  return {
    of: (item) => colours[kindOfItem(item)],
    legend: [
      { colour: colours.broken, text: `NaN or infinite (${countOf(ops.broken)})` },
      { colour: colours.finite, text: `finite (${countOf(ops.finite)})` },
      { colour: colours.unknown, text: `not measured (${countOf(ops.unknown)})` },
    ],
  };
}

/** NaN stands out; what has no number stays without a colour. */
function scaled<I extends Pick<PlacedItem, 'ops' | 'phase'>>(
  items: readonly I[],
  value: (item: Pick<PlacedItem, 'ops' | 'phase'>) => number | undefined,
  text: (value: number) => string,
  most?: number,
): Colours {
  const numbers = items.map(value);
  const scale = colourScale(numbers, text, most);
  const isBroken = numbers.some((number) => number !== undefined && !Number.isFinite(number));
  return {
    of: (item) => {
      const number = value(item);
      if (number === undefined) return noColour;
      return Number.isFinite(number) ? scale.colourOf(number) : BROKEN;
    },
    legend: isBroken ? [{ colour: BROKEN, text: 'not finite' }] : [],
    scale,
  };
}

function nothing(missing: string): Colours {
  return { of: () => noColour, legend: [], missing };
}

function kindOf({ op }: OpNode): number {
  return kinds.findIndex(({ ops }) => ops.test(op));
}

function sumOf(ops: readonly OpNode[], value: (op: OpNode) => number): number {
  return ops.reduce((sum, op) => sum + value(op), 0);
}

function countOf(count: number): string {
  return count.toLocaleString('en-US');
}

export function timeText(ms: number): string {
  if (ms === 0) return '0 ms';
  return ms < 1 ? `${Math.max(1, Math.round(ms * 1000))} µs` : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
