/**
 * The numbers of a graph as tables: each op, ops by what they belong to, ops by kind; sorted, with sums and
 * shares. Pure; knows no screen.
 */
import { groupBy } from '../../../../src/shared/base/group-by.js';
import type { GraphValues } from '../../../../src/shared/graph/graph-values.js';
import { cellOf } from '../../../../src/shared/graph/graph-blocks.js';
import type { OpGraph, OpNode } from '../../../../src/shared/graph/op-graph.js';
import type { Group, GroupTree } from '../../../../src/shared/graph/tree/group-tree.js';
import type { LayerInfo } from '../../../../src/shared/protocol/training.js';
import { formatShare, formatValue } from '../../../charts/format.js';
import { bytesText, countText } from '../../../state/shape-text.js';
import { gradientNormOf, timeText } from '../colours/graph-colours.js';

export const tableTabs = ['ops', 'blocks', 'kinds'] as const;
export type TableTab = (typeof tableTabs)[number];

/** One line: an op, or several taken together. */
export interface TableRow {
  /** Of an op: its id; of others: unique in the table. */
  readonly id: string;
  readonly name: string;
  readonly ops: readonly OpNode[];
  /** The group that these ops are. */
  readonly group?: Group;
  readonly layer?: LayerInfo;
  /** Place in the order in which things run. */
  readonly order: number;
}

export interface TableFacts {
  readonly graph: OpGraph;
  readonly tree: GroupTree;
  readonly values: GraphValues | undefined;
  /** Of all ops of the graph, for shares. */
  readonly totalMs: number;
}

export interface Column {
  readonly id: string;
  readonly title: string;
  /** What it is, in words. */
  readonly hint?: string;
  /** In pixels; the first grows. */
  readonly width: number;
  readonly isNumber: boolean;
  /** What it is sorted by; rows without come last. */
  key(row: TableRow): number | string | undefined;
  /** As it is shown, where that is another text than the key's. */
  text(row: TableRow): string;
  /** Of the whole, 0 to 1: drawn as a bar. */
  share?(row: TableRow): number | undefined;
}

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

/** `ops`: those that the filter leaves, in the order of the graph. */
export function rowsOf(tab: TableTab, ops: readonly OpNode[], { graph, tree }: TableFacts): readonly TableRow[] {
  switch (tab) {
    case 'ops':
      return ops.map((op, order) => ({ id: op.id, name: op.id, ops: [op], order }));
    case 'blocks': {
      const layers = new Map(graph.layers.map((layer) => [layer.layer, layer]));
      const groups = groupBy(ops, (op) => scopeOf(tree, op));
      // As they stand in the graph, from top to bottom.
      const standing = [...tree.groups.values()].filter((group) => groups.has(group));
      return standing.map((group, order) => {
        const own = groups.get(group)!;
        const name = pathOf(group);
        return { id: group.id, name: name === '' ? 'no group' : name, ops: own, group, layer: layers.get(name), order };
      });
    }
    case 'kinds':
      return [...groupBy(ops, ({ op }) => op)].map(([op, own], order) => ({ id: op, name: op, ops: own, order }));
  }
}

/** The innermost group that has a name of its own. */
function scopeOf(tree: GroupTree, op: OpNode): Group {
  let group = tree.groupOf.get(op.id) ?? tree.root;
  while (group.kind === 'repeat' && group.parent) group = group.parent;
  return group;
}

function pathOf(group: Group): string {
  const parts: string[] = [];
  for (let one: Group | undefined = group; one?.parent; one = one.parent) {
    if (one.kind !== 'repeat') parts.unshift(one.label);
  }
  return parts.join('/');
}

/** Those that have something to show. */
export function columnsOf(tab: TableTab, facts: TableFacts): readonly Column[] {
  const { graph, values, totalMs } = facts;
  const isTimed = totalMs > 0;
  const shareOf = (row: TableRow) => {
    const ms = msOf(row);
    return ms === undefined ? undefined : ms / totalMs;
  };
  const name = text(
    'name',
    tab === 'kinds' ? 'Kind' : tab === 'ops' ? 'Op' : 'Layer or block',
    220,
    ({ name: own }) => own,
  );
  const time = isTimed
    ? [
        number('time', 'Time', 72, msOf, timeText),
        {
          ...number('share', '%', 64, shareOf, formatShare, 'Share of the time of all ops'),
          share: shareOf,
        },
      ]
    : [];
  const memory = graph.nodes.some(({ bytes }) => bytes > 0)
    ? [number('memory', 'Memory', 78, bytesOf, bytesText, 'New memory of the outputs')]
    : [];
  const shape = {
    ...number('shape', 'Shape', 130, elementsOf, String, 'Sorted by the number of values'),
    text: ({ ops }: TableRow) => shapesOf(ops[0]!),
  };
  const dtype = text('dtype', 'Type', 64, ({ ops }) =>
    [...new Set(ops[0]!.outputs.map((output) => output.dtype))].join(', '),
  );
  switch (tab) {
    case 'ops':
      return [
        name,
        ...time,
        ...memory,
        ...(graph.nodes.some(({ outputs }) => outputs.length > 0) ? [shape, dtype] : []),
        text('kind', 'Kind', 130, ({ ops }) => ops[0]!.op),
        ...(graph.nodes.some(({ layer }) => layer !== undefined)
          ? [text('layer', 'Layer', 110, ({ ops }) => ops[0]!.layer ?? '')]
          : []),
        ...(graph.batch === 'none' ? [] : [text('phase', 'Phase', 78, ({ ops }) => ops[0]!.phase)]),
        ...(graph.nodes.some(({ device }) => device !== undefined)
          ? [text('device', 'Device', 84, ({ ops }) => ops[0]!.device ?? '')]
          : []),
        ...(values ? [...outputColumns(values), ...valueColumns(values)] : []),
      ];
    case 'blocks':
      return [
        name,
        number('count', 'Ops', 50, ({ ops }) => ops.length, countText),
        ...time,
        ...memory,
        ...(graph.layers.length > 0
          ? [
              text('type', 'Type', 100, ({ layer }) => layer?.type ?? ''),
              {
                ...number('output', 'Output', 96, ({ layer }) => layer && product(layer.outputShape), String),
                text: ({ layer }: TableRow) => layer?.outputShape.map((size) => size ?? '?').join('×') ?? '',
              },
              number('params', 'Parameters', 84, ({ layer }) => layer?.params, countText),
            ]
          : []),
        number('kinds', 'Kinds', 50, ({ ops }) => new Set(ops.map(({ op }) => op)).size, countText),
        ...(isTimed && graph.batch !== 'none'
          ? [
              number('forward', 'Forward', 72, (row) => msOf(row, 'forward'), timeText),
              number('gradient', 'Gradient', 72, (row) => msOf(row, 'gradient'), timeText),
              number('update', 'Update', 72, (row) => msOf(row, 'update'), timeText),
            ]
          : []),
        ...(values ? valueColumns(values) : []),
      ];
    case 'kinds':
      return [
        name,
        number('count', 'Ops', 56, ({ ops }) => ops.length, countText),
        number('blocks', 'In blocks', 70, ({ ops }) => blockCount(ops, facts.tree), countText),
        ...time,
        ...(isTimed ? [number('each', 'Each', 72, eachOf, timeText, 'Time of one, on average')] : []),
        ...memory,
        ...(values ? valueColumns(values, false) : []),
      ];
  }
}

function outputColumns(values: GraphValues): Column[] {
  const first = ({ ops }: TableRow) => values.of(ops[0]!.id)?.find((numbers) => numbers);
  return (['min', 'max', 'mean', 'norm'] as const).map((which) =>
    number(
      which,
      which === 'norm' ? 'Norm' : { min: 'Min', max: 'Max', mean: 'Mean' }[which],
      70,
      (row) => first(row)?.[which],
      formatValue,
    ),
  );
}

function valueColumns(values: GraphValues, withGradient = true): Column[] {
  return [
    number('zeros', 'Zeros', 60, ({ ops }) => values.share(ops, 'zeros'), formatShare),
    number('notFinite', 'Not finite', 70, ({ ops }) => values.share(ops, 'notFinite'), formatShare),
    ...(withGradient
      ? [
          number(
            'gradientNorm',
            '‖gradient‖',
            82,
            (row) => gradientNormOf(row, values),
            formatValue,
            'Euclidean norm of the gradient',
          ),
        ]
      : []),
  ];
}

function text(id: string, title: string, width: number, of: (row: TableRow) => string): Column {
  return { id, title, width, isNumber: false, key: (row) => of(row) || undefined, text: of };
}

function number(
  id: string,
  title: string,
  width: number,
  of: (row: TableRow) => number | undefined,
  written: (value: number) => string,
  hint?: string,
): Column {
  return {
    id,
    title,
    hint,
    width,
    isNumber: true,
    key: of,
    text: (row) => {
      const value = of(row);
      return value === undefined ? '' : written(value);
    },
  };
}

/** In the order in which things run where nothing is sorted by. */
export function sorted(
  rows: readonly TableRow[],
  columns: readonly Column[],
  sorting: Sorting | undefined,
): readonly TableRow[] {
  const column = columns.find(({ id }) => id === sorting?.column);
  if (!column || !sorting) return rows;
  const keys = rows.map((row) => comparable(column.key(row)));
  const sign = sorting.descending ? -1 : 1;
  return rows
    .map((_, index) => index)
    .sort((a, b) => {
      const [one, other] = [keys[a], keys[b]];
      if (one === other) return a - b;
      if (one === undefined) return 1;
      if (other === undefined) return -1;
      return one < other ? -sign : sign;
    })
    .map((index) => rows[index]!);
}

/** NaN is more than any number; `conv2d_2` comes before `conv2d_10`. */
function comparable(key: number | string | undefined): number | string | undefined {
  if (typeof key === 'number') return Number.isNaN(key) ? Infinity : key;
  return key?.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(9, '0'));
}

/** How a column begins when it is clicked first: numbers with the largest. */
export function nextSorting(now: Sorting | undefined, { id, isNumber }: Column): Sorting | undefined {
  if (now?.column !== id) return { column: id, descending: isNumber };
  return now.descending === isNumber ? { column: id, descending: !isNumber } : undefined;
}

/** What stands below: of all rows that are there. */
export function sumsOf(rows: readonly TableRow[], { graph, totalMs }: TableFacts): string {
  let [count, ms, bytes] = [0, 0, 0];
  for (const row of rows) {
    count += row.ops.length;
    ms += msOf(row) ?? 0;
    bytes += bytesOf(row);
  }
  const all = graph.nodes.length;
  const parts = [count === all ? `${countText(count)} ops` : `${countText(count)} of ${countText(all)} ops`];
  if (totalMs > 0) parts.push(count === all ? timeText(ms) : `${timeText(ms)} (${formatShare(ms / totalMs)})`);
  if (bytes > 0) parts.push(bytesText(bytes));
  return parts.join(' · ');
}

/** `undefined` where nothing of it was timed. */
function msOf({ ops }: TableRow, cell?: ReturnType<typeof cellOf>): number | undefined {
  let sum: number | undefined;
  for (const { ms, phase } of ops) {
    if (ms !== undefined && (cell === undefined || cellOf(phase) === cell)) sum = (sum ?? 0) + ms;
  }
  return sum;
}

function eachOf(row: TableRow): number | undefined {
  const ms = msOf(row);
  return ms === undefined ? undefined : ms / row.ops.length;
}

function bytesOf({ ops }: TableRow): number {
  return ops.reduce((sum, { bytes }) => sum + bytes, 0);
}

function blockCount(ops: readonly OpNode[], tree: GroupTree): number {
  return new Set(ops.map((op) => scopeOf(tree, op))).size;
}

function elementsOf({ ops }: TableRow): number {
  return ops[0]!.outputs.reduce((sum, { shape }) => sum + (product(shape) ?? 0), 0);
}

function product(shape: readonly (number | null)[]): number | undefined {
  return shape.some((size) => size === null || size < 0)
    ? undefined
    : shape.reduce<number>((all, size) => all * (size ?? 1), 1);
}

export function shapesOf({ outputs }: OpNode): string {
  return outputs
    .map(({ shape }) => (shape.length === 0 ? 'scalar' : shape.map((size) => (size < 0 ? '?' : size)).join('×')))
    .join(', ');
}
