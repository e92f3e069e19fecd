/**
 * Where everything of a graph stands: blocks from top to bottom, in each the forward ops with their
 * gradients and updates beside them. A closed block shows its cells, an open one its ops. The same for
 * the window and for pictures; pure, in pixels.
 */
import { blocksOf, cellKinds, cellOf, shapeLabel, type CellKind, type GraphBlock } from './graph-blocks.js';
import { layered } from './layered.js';
import type { GraphPhase, OpGraph, OpNode } from './op-graph.js';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedBlock extends Box {
  readonly block: GraphBlock;
  readonly isOpen: boolean;
}

/** What can be pointed at: an op, or a cell that stands for all of its ops. */
export interface PlacedItem extends Box {
  /** The op's, or `<block>#<cell>`. */
  readonly id: string;
  readonly block: string;
  readonly cell: CellKind;
  readonly phase: GraphPhase;
  readonly ops: readonly OpNode[];
  /** One line each. */
  readonly lines: readonly string[];
}

/** Between items; several tensors that go the same way are one. */
export interface Wire {
  readonly from: string;
  readonly to: string;
  readonly cell: CellKind;
  /** Whether it stays in one block. */
  readonly isInner: boolean;
  readonly count: number;
  /** Shape of the tensor where all that go this way have one: `148×148×64`. */
  readonly label: string;
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly blocks: readonly PlacedBlock[];
  readonly items: readonly PlacedItem[];
  readonly wires: readonly Wire[];
}

const size = { opWidth: 132, opHeight: 26, lineHeight: 15, cellPadding: 9, headHeight: 26, padding: 10 };
const cellWidths: Readonly<Record<CellKind, number>> = { forward: 168, gradient: 168, update: 132 };
const gaps = { column: 18, blockColumn: 36, blockRow: 46, opColumn: 12, opRow: 20 };
const MOST_LINES = 5;
/** What goes to more blocks than this is drawn at its node alone. */
const MOST_TARGETS = 4;

/** `open`: ids of the blocks that show their ops. */
export function layOut(graph: OpGraph, open: ReadonlySet<string>): GraphLayout {
  const blocks = blocksOf(graph);
  const blockOfNode = new Map<string, number>();
  blocks.forEach(({ cells }, index) => {
    for (const kind of cellKinds) for (const { id } of cells[kind]) blockOfNode.set(id, index);
  });
  const insides = blocks.map((block) => inside(graph, block, open.has(block.id)));
  const phases = new Map(graph.nodes.map(({ id, phase }) => [id, phase]));
  const edges = graph.edges.flatMap(({ from, to }): (readonly [number, number])[] => {
    const [a, b] = [blockOfNode.get(from)!, blockOfNode.get(to)!];
    return a !== b && cellOf(phases.get(to)!) === 'forward' ? [[a, b]] : [];
  });
  // The rest of the optimizer stands below all that it updates.
  const last = blocks.findIndex(({ kind }) => kind === 'optimizer');
  if (last >= 0) blocks.forEach((_, index) => edges.push([Math.min(index, last), Math.max(index, last)]));
  const ordered = edges.filter(([from, to]) => from !== to);
  const { places, width, height } = layered(insides, ordered, {
    columnGap: gaps.blockColumn,
    rowGap: gaps.blockRow,
    fromLeft: true,
  });
  const items = insides.flatMap((one, index) =>
    one.items.map((item) => ({ ...item, x: item.x + places[index]!.x, y: item.y + places[index]!.y })),
  );
  return {
    width,
    height,
    blocks: blocks.map((block, index) => ({
      block,
      isOpen: open.has(block.id),
      ...places[index]!,
      width: insides[index]!.width,
      height: insides[index]!.height,
    })),
    items,
    wires: wiresOf(graph, items),
  };
}

/** A block by itself: its columns side by side under its head. */
function inside(
  graph: OpGraph,
  block: GraphBlock,
  isOpen: boolean,
): { readonly width: number; readonly height: number; readonly items: readonly PlacedItem[] } {
  // Columns of closed blocks stand below each other, also where a block lacks one.
  const columns = cellKinds.flatMap((kind) => {
    if (block.cells[kind].length > 0) return [isOpen ? openCell(graph, block, kind) : closedCell(block, kind)];
    return isOpen ? [] : [{ width: cellWidths[kind], height: 0, items: [] }];
  });
  const height = Math.max(...columns.map((column) => column.height));
  const items: PlacedItem[] = [];
  let x = size.padding;
  for (const column of columns) {
    for (const item of column.items) items.push({ ...item, x: item.x + x, y: item.y + size.headHeight });
    x += column.width + gaps.column;
  }
  return { width: x - gaps.column + size.padding, height: size.headHeight + height + size.padding, items };
}

function closedCell(block: GraphBlock, cell: CellKind): ReturnType<typeof inside> {
  const ops = block.cells[cell];
  const lines = summary(ops);
  const height = lines.length * size.lineHeight + size.cellPadding * 2;
  const width = cellWidths[cell];
  const item = { id: `${block.id}#${cell}`, block: block.id, cell, phase: ops[0]!.phase, ops, lines };
  return { width, height, items: [{ ...item, x: 0, y: 0, width, height }] };
}

/** Ops by kind in their order, those that compute before those that only hand through. */
function summary(ops: readonly OpNode[]): string[] {
  const counts = new Map<string, number>();
  const isWork = ({ kind, outputs }: OpNode): boolean => kind === 'op' && !outputs.every(({ alias }) => alias);
  const work = ops.filter(isWork);
  for (const { op } of work.length > 0 ? work : ops) counts.set(op, (counts.get(op) ?? 0) + 1);
  const lines = [...counts].map(([op, count]) => (count > 1 ? `${op} ×${count}` : op));
  return lines.length <= MOST_LINES
    ? lines
    : [...lines.slice(0, MOST_LINES - 1), `and ${lines.length - MOST_LINES + 1} more kinds`];
}

function openCell(graph: OpGraph, block: GraphBlock, cell: CellKind): ReturnType<typeof inside> {
  const ops = block.cells[cell];
  const indices = new Map(ops.map(({ id }, index) => [id, index]));
  const edges = graph.edges.flatMap(({ from, to }): (readonly [number, number])[] => {
    const [a, b] = [indices.get(from), indices.get(to)];
    return a === undefined || b === undefined ? [] : [[a, b]];
  });
  const boxes = ops.map(() => ({ width: size.opWidth, height: size.opHeight }));
  const { places, width, height } = layered(boxes, edges, {
    columnGap: gaps.opColumn,
    rowGap: gaps.opRow,
    upward: cell === 'gradient',
  });
  const items = ops.map((op, index): PlacedItem => {
    const lines = [op.kind === 'variable' ? op.id.split('/').at(-1)! : op.op];
    return { id: op.id, block: block.id, cell, phase: op.phase, ops: [op], lines, ...places[index]!, ...boxes[index]! };
  });
  return { width, height, items };
}

function wiresOf(graph: OpGraph, items: readonly PlacedItem[]): Wire[] {
  const itemOf = new Map<string, PlacedItem>();
  for (const item of items) for (const { id } of item.ops) itemOf.set(id, item);
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const targets = new Map<string, Set<string>>();
  for (const { from, to } of graph.edges) {
    const blocks = targets.get(from) ?? new Set();
    targets.set(from, blocks.add(itemOf.get(to)!.block));
  }
  const wires = new Map<string, { wire: Omit<Wire, 'label'>; labels: Set<string>; count: number }>();
  for (const { from, to, slot } of graph.edges) {
    const [a, b] = [itemOf.get(from)!, itemOf.get(to)!];
    if (a === b || targets.get(from)!.size > MOST_TARGETS) continue;
    const key = `${a.id}\n${b.id}`;
    const label = shapeLabel(nodes.get(from)?.outputs[slot]?.shape ?? [], graph.batchSize);
    const entry = wires.get(key) ?? {
      wire: { from: a.id, to: b.id, cell: b.cell, isInner: a.block === b.block, count: 0 },
      labels: new Set(),
      count: 0,
    };
    entry.count++;
    entry.labels.add(label);
    wires.set(key, entry);
  }
  return [...wires.values()].map(({ wire, labels, count }) => ({
    ...wire,
    count,
    label: labels.size === 1 ? [...labels][0]! : '',
  }));
}
