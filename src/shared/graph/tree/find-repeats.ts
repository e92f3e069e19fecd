/**
 * Finds what follows itself several times in a group, such as the sixteen equal blocks of a network, and
 * puts it into a group of its own. Equal is what has the same ops, shapes and inner wiring. Pure.
 */
import type { OpNode } from '../op-graph.js';
import type { Group } from './group-tree.js';

/** Of children; finding them compares all with all. */
const MOST_CHILDREN = 4000;
/** What saves fewer ops than this is seen better as it is. */
const LEAST_SAVED = 8;

interface Run {
  readonly start: number;
  /** Children a block. */
  readonly period: number;
  readonly times: number;
}

/** Changes the children of the group and of those within; their `edges` with them. */
export function findRepeats(root: Group): void {
  const signatures = new Signatures();
  const visit = (group: Group): void => {
    for (const child of group.children) if ('children' in child) visit(child);
    if (group.children.length < 4 || group.children.length > MOST_CHILDREN) return;
    const runs = runsIn(group, signatures);
    if (runs.length > 0) fold(group, runs);
  };
  visit(root);
}

/** Equal numbers for equal children. */
class Signatures {
  private readonly numbers = new Map<string, number>();
  private readonly known = new Map<Group | OpNode, number>();

  of(child: Group | OpNode): number {
    let number = this.known.get(child);
    if (number === undefined) {
      number = this.number('children' in child ? this.groupText(child) : opText(child));
      this.known.set(child, number);
    }
    return number;
  }

  number(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) this.numbers.set(text, (number = this.numbers.size));
    return number;
  }

  private groupText(group: Group): string {
    const inner = group.children.map((child) => this.of(child));
    return `${group.kind} ${group.type ?? ''} ${group.times ?? ''} [${inner.join()}] ${group.edges.map((edge) => edge.join('>')).join()}`;
  }
}

function opText({ op, kind, outputs }: OpNode): string {
  return `${op} ${kind} ${outputs.map(({ shape, dtype }) => `${dtype}${shape.join('×')}`).join()}`;
}

/** Those that save most, none overlapping another, in their order. */
function runsIn(group: Group, signatures: Signatures): Run[] {
  const { children } = group;
  const own = children.map((child) => signatures.of(child));
  // Nothing is here twice: the most common case by far.
  if (new Set(own).size === own.length) return [];
  const inputs: number[][] = children.map(() => []);
  for (const [from, to] of group.edges) inputs[to]!.push(to - from);
  // How far back its inputs lie is part of what a child is: equal blocks are wired alike.
  const keys = own.map((signature, index) =>
    signatures.number(`${signature} < ${inputs[index]!.sort((a, b) => a - b).join()}`),
  );
  if (new Set(keys).size === keys.length) return [];
  const cuts = cutsOf(children.length, group.edges);
  const found: Run[] = [];
  for (let period = 1; period <= children.length / 2; period++) {
    for (let start = 0; start + 2 * period <= children.length;) {
      let equal = 0;
      while (start + equal + period < children.length && keys[start + equal] === keys[start + equal + period]) equal++;
      const run = equal < period ? undefined : bestCut(start, equal + period, period, cuts);
      if (run && opsIn(children, run.start, period) * (run.times - 1) >= LEAST_SAVED) found.push(run);
      start += Math.max(1, equal - period + 1);
    }
  }
  // What saves most wins; of equals the smaller block, so that ABAB is not a block of two ABs.
  found.sort((a, b) => saved(b) - saved(a) || a.period - b.period);
  const taken = new Uint8Array(children.length);
  const chosen: Run[] = [];
  for (const run of found) {
    const end = run.start + run.period * run.times;
    if (taken.subarray(run.start, end).some((mark) => mark !== 0)) continue;
    if (run.period * run.times === children.length && run.start === 0 && run.times < 3) continue;
    taken.fill(1, run.start, end);
    chosen.push(run);
  }
  return chosen.sort((a, b) => a.start - b.start);
}

/**
 * The same run can be cut into blocks at any of its places: where the fewest edges are cut, a block begins
 * as people see it.
 */
function bestCut(start: number, length: number, period: number, cuts: readonly number[]): Run | undefined {
  let best: Run | undefined;
  for (let shift = 0; shift < period; shift++) {
    const times = Math.floor((length - shift) / period);
    if (times < 2) break;
    const run = { start: start + shift, period, times };
    if (!best || cuts[run.start]! < cuts[best.start]!) best = run;
  }
  return best;
}

/** How many edges lead over the border before each child. */
function cutsOf(count: number, edges: Group['edges']): number[] {
  const changes = Array<number>(count + 1).fill(0);
  for (const [from, to] of edges) {
    changes[Math.min(from, to) + 1]!++;
    changes[Math.max(from, to) + 1]!--;
  }
  let open = 0;
  return changes.slice(0, count).map((change) => (open += change));
}

const saved = ({ period, times }: Run): number => period * (times - 1);

function opsIn(children: Group['children'], start: number, length: number): number {
  let ops = 0;
  for (let index = start; index < start + length; index++) {
    const child = children[index]!;
    ops += 'children' in child ? child.size : 1;
  }
  return ops;
}

function fold(group: Group, runs: readonly Run[]): void {
  const writable = group as { -readonly [K in keyof Group]: Group[K] };
  const old = group.children;
  /** Of each old child: its place among the new ones, and, in a run, which block and which place there. */
  const places: { top: number; block?: number; inner?: number; run?: Group }[] = [];
  const children: (Group | OpNode)[] = [];
  let index = 0;
  for (const run of runs) {
    for (; index < run.start; index++) {
      places[index] = { top: children.length };
      children.push(old[index]!);
    }
    const repeat = repeatOf(group, old, run);
    for (let block = 0; block < run.times; block++) {
      for (let inner = 0; inner < run.period; inner++, index++)
        places[index] = { top: children.length, block, inner: run.period > 1 ? inner : undefined, run: repeat };
    }
    children.push(repeat);
  }
  for (; index < old.length; index++) {
    places[index] = { top: children.length };
    children.push(old[index]!);
  }
  const seen = new Map<Group, Set<string>>();
  const add = (to: Group, edge: readonly [number, number]): void => {
    const known = seen.get(to) ?? new Set<string>();
    seen.set(to, known);
    if (known.has(edge.join())) return;
    known.add(edge.join());
    (to.edges as (readonly [number, number])[]).push(edge);
  };
  const edges = group.edges;
  writable.edges = [];
  for (const [from, to] of edges) {
    const [a, b] = [places[from]!, places[to]!];
    if (a.top !== b.top) add(group, [a.top, b.top]);
    else if (a.block !== b.block) add(a.run!, [a.block!, b.block!]);
    else add(a.run!.children[a.block!] as Group, [a.inner!, b.inner!]);
  }
  writable.children = children;
}

function repeatOf(parent: Group, old: Group['children'], { start, period, times }: Run): Group {
  const sizeOf = (children: Group['children']): number => opsIn(children, 0, children.length);
  const inner = old.slice(start, start + period * times);
  const names = inner.map((child) => ('children' in child ? child.label : child.id.split('/').at(-1)!));
  const id = `repeat:${parent.id}:${names[0]!}×${times}`;
  const repeat = { id, kind: 'repeat' as const, parent, depth: 0, times, edges: [], size: sizeOf(inner) };
  if (period === 1) return { ...repeat, label: stem(names, false), children: inner };
  const blocks = Array.from({ length: times }, (_, block): Group => {
    const children = inner.slice(block * period, (block + 1) * period);
    const own = names.slice(block * period, (block + 1) * period);
    return {
      id: `${id}:${block + 1}`,
      kind: 'group',
      label: stem(own, true),
      parent: undefined,
      depth: 0,
      children,
      edges: [],
      size: sizeOf(children),
    };
  });
  return { ...repeat, label: stem(names, false), children: blocks };
}

/** What names have in common, as far as it says something: `conv4_block2_1_conv`, `conv4_block2_2_bn` → `conv4_block2`. */
function stem(names: readonly string[], withNumber: boolean): string {
  const [first = ''] = names;
  let length = first.length;
  for (const name of names) while (!name.startsWith(first.slice(0, length))) length--;
  // A number that is cut in two is no number any more.
  const isCut = /\d$/.test(first.slice(0, length)) && names.some((name) => /^\d/.test(name.slice(length)));
  const ending = withNumber && !isCut ? /[._/-]+$/ : /[._/-]*\d*[._/-]*$/;
  const common = first.slice(0, length).replace(ending, '');
  return common.length >= 2 ? common : `${first} …`;
}
