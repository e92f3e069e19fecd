/** What a closed group shows of the ops within: a few lines a column. Pure. */
import { cellKinds } from '../graph-blocks.js';
import type { OpNode } from '../op-graph.js';
import { cellKindOf, isGroup, type Group } from './group-tree.js';

const MOST_LINES = 5;

/** The lines of a column with these ops in it: each kind that computes, else each kind, in the order in which it first comes. */
export function columnLines(ops: readonly OpNode[]): readonly string[] {
  const kinds = new Map<string, { all: number; work: number }>();
  let isAnyWork = false;
  for (const op of ops) {
    let kind = kinds.get(op.op);
    if (!kind) kinds.set(op.op, (kind = { all: 0, work: 0 }));
    kind.all++;
    if (!isWork(op)) continue;
    kind.work++;
    isAnyWork = true;
  }
  const lines: string[] = [];
  for (const [op, { all, work }] of kinds) {
    const times = isAnyWork ? work : all;
    if (times > 0) lines.push(times > 1 ? `${op} ×${grouped(times)}` : op);
  }
  return lines.length <= MOST_LINES
    ? lines
    : [...lines.slice(0, MOST_LINES - 1), `and ${lines.length - MOST_LINES + 1} more kinds`];
}

/**
 * How many `columnLines` each column of each group has, the columns of a group one after another; 0 where it has no such
 * ops. Nothing is written for it: most groups are never seen closed.
 *
 * @param groups each after the one around it
 * @param outer of each group: the place of the one around it, −1 for the root
 */
export function lineCounts(groups: readonly Group[], outer: readonly number[]): Uint8Array {
  const columns = cellKinds.length;
  const all = new FewKinds(groups.length * columns);
  const work = new FewKinds(groups.length * columns);
  const kinds = new Map<string, number>();
  groups.forEach(({ children }, number) => {
    for (const child of children) {
      if (isGroup(child)) continue;
      let kind = kinds.get(child.op);
      if (kind === undefined) kinds.set(child.op, (kind = kinds.size));
      const column = number * columns + cellKinds.indexOf(cellKindOf(child));
      all.add(column, kind);
      if (isWork(child)) work.add(column, kind);
    }
  });
  for (let number = groups.length - 1; number > 0; number--) {
    for (let cell = 0; cell < columns; cell++) {
      all.merge(outer[number]! * columns + cell, number * columns + cell);
      work.merge(outer[number]! * columns + cell, number * columns + cell);
    }
  }
  return all.counts.map((count, column) => work.counts[column]! || count);
}

/** Sets of numbers of which no more than a few are told apart. */
class FewKinds {
  readonly counts: Uint8Array;
  private readonly kinds: Int32Array;

  constructor(sets: number) {
    this.counts = new Uint8Array(sets);
    this.kinds = new Int32Array(sets * MOST_LINES);
  }

  add(set: number, kind: number): void {
    const first = set * MOST_LINES;
    const end = first + this.counts[set]!;
    for (let at = first; at < end; at++) if (this.kinds[at] === kind) return;
    if (end === first + MOST_LINES) return;
    this.kinds[end] = kind;
    this.counts[set]!++;
  }

  merge(into: number, from: number): void {
    const first = from * MOST_LINES;
    for (let at = first; at < first + this.counts[from]!; at++) this.add(into, this.kinds[at]!);
  }
}

/** Whether it does more than hand values through. */
function isWork({ kind, outputs }: OpNode): boolean {
  return kind === 'op' && (outputs.length === 0 || !outputs.every(({ alias }) => alias));
}

/** With commas at the thousands; the browser's own way takes longer than all the rest of a tree. */
function grouped(times: number): string {
  return times < 1000 ? String(times) : String(times).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
