/** What a closed group shows of the ops within: a few lines a column. Told bottom up, once a tree. Pure. */
import { cellKinds } from '../graph-blocks.js';
import type { OpNode } from '../op-graph.js';
import { cellKindOf, isGroup, type Group } from './group-tree.js';

const MOST_LINES = 5;

/** How many ops there are of each kind, kinds in the order in which they first come. */
type Counts = Map<string, number>;

interface Tally {
  readonly all: Counts;
  /** Those that compute. */
  readonly work: Counts;
}

/** By group: the lines of its forward, gradient and update column; none where it has no such ops. */
export function closedLines(root: Group): ReadonlyMap<Group, readonly (readonly string[] | undefined)[]> {
  const lines = new Map<Group, readonly (readonly string[] | undefined)[]>();
  const visit = (group: Group): readonly (Tally | undefined)[] => {
    const tallies: (Tally | undefined)[] = cellKinds.map(() => undefined);
    const tally = (cell: number): Tally => (tallies[cell] ??= { all: new Map(), work: new Map() });
    for (const child of group.children) {
      if (isGroup(child)) {
        visit(child).forEach((inner, cell) => {
          if (!inner) return;
          merge(tally(cell).all, inner.all);
          merge(tally(cell).work, inner.work);
        });
      } else {
        add(tally(cellKinds.indexOf(cellKindOf(child))), child);
      }
    }
    lines.set(
      group,
      tallies.map((one) => one && summary(one)),
    );
    return tallies;
  };
  visit(root);
  return lines;
}

/** The lines of a column with these ops in it. */
export function columnLines(ops: readonly OpNode[]): readonly string[] {
  const tally: Tally = { all: new Map(), work: new Map() };
  for (const op of ops) add(tally, op);
  return summary(tally);
}

function add({ all, work }: Tally, op: OpNode): void {
  all.set(op.op, (all.get(op.op) ?? 0) + 1);
  if (isWork(op)) work.set(op.op, (work.get(op.op) ?? 0) + 1);
}

/** Whether it does more than hand values through. */
function isWork({ kind, outputs }: OpNode): boolean {
  return kind === 'op' && (outputs.length === 0 || !outputs.every(({ alias }) => alias));
}

function merge(into: Counts, from: Counts): void {
  for (const [op, times] of from) into.set(op, (into.get(op) ?? 0) + times);
}

function summary({ all, work }: Tally): readonly string[] {
  const lines = [...(work.size > 0 ? work : all)].map(([op, times]) => (times > 1 ? `${op} ×${grouped(times)}` : op));
  return lines.length <= MOST_LINES
    ? lines
    : [...lines.slice(0, MOST_LINES - 1), `and ${lines.length - MOST_LINES + 1} more kinds`];
}

/** With commas at the thousands; the browser's own way takes longer than all the rest of a tree. */
function grouped(times: number): string {
  return times < 1000 ? String(times) : String(times).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
