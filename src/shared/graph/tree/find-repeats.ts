/**
 * Finds what follows itself several times in a group, such as the sixteen equal blocks of a network, and
 * puts it into a group of its own. Equal is what has the same ops, shapes and inner wiring. Pure.
 */
import type { OpNode } from '../op-graph.js';
import { growing, isGrowing, type Growing } from './growing.js';
import { Signatures } from './signatures.js';

/** Of children; finding them compares all with all. */
const MOST_CHILDREN = 4000;
/** What saves fewer ops than this is seen better as it is. */
const LEAST_SAVED = 8;
/** A layer of fewer ops shows them as they are, gradients beside what they are of: a block would stand between the two. */
const LEAST_IN_LAYER = 200;
/** Of children that are compared with all others before anything else is asked of them. */
const MOST_COMPARED = 128;

interface Run {
  readonly start: number;
  /** Children a block. */
  readonly period: number;
  readonly times: number;
}

type Children = readonly (Growing | number)[];

/** Changes the children of the group and of those within; their `edges` with them. */
export function findRepeats(root: Growing, nodes: readonly OpNode[]): void {
  const signatures = new Signatures(nodes);
  const visit = (group: Growing): void => {
    for (const child of group.children) if (isGrowing(child)) visit(child);
    const { length } = group.children;
    if (group.size <= LEAST_SAVED || length < 4 || length > MOST_CHILDREN) return;
    if (group.kind === 'layer' && length < LEAST_IN_LAYER) return;
    const runs = runsIn(group, signatures, nodes);
    if (runs.length > 0) fold(group, runs, nodes);
  };
  visit(root);
}

/** Those that save most, none overlapping another, in their order. */
function runsIn({ children, edges }: Growing, signatures: Signatures, nodes: readonly OpNode[]): Run[] {
  // Most groups have nothing that is worth it. The less a look costs, the earlier it is taken.
  const rough = children.map((child) => signatures.rough(child));
  if (!canRepeat(children, rough)) return [];
  const inputs: number[][] = children.map(() => []);
  for (let at = 0; at < edges.length; at += 2) inputs[edges[at + 1]!]!.push(edges[at + 1]! - edges[at]!);
  // How far back its inputs lie is part of what a child is: equal blocks are wired alike.
  const wired = rough.map((signature, index) =>
    signatures.wired(
      signature,
      inputs[index]!.sort((a, b) => a - b),
    ),
  );
  if (!canRepeat(children, wired)) return [];
  const many = counted(wired);
  const keys = wired.map((signature, index) =>
    many.get(signature)! > 1 ? signatures.wired(signature, [signatures.of(children[index]!)]) : signature,
  );
  if (!canRepeat(children, keys)) return [];
  const periods = periodsOf(keys);
  if (periods.length === 0) return [];
  const cuts = cutsOf(children.length, edges);
  const names = children.map((child) => nameOf(child, nodes));
  const found: Run[] = [];
  for (const period of periods) {
    for (let start = 0; start + 2 * period <= children.length;) {
      let equal = 0;
      while (start + equal + period < children.length && keys[start + equal] === keys[start + equal + period]) equal++;
      const run = equal < period ? undefined : bestCut(start, equal + period, period, names, cuts);
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

/** Those at which as many keys are equal as a block is long, which most are not: the rest need not be looked through. */
function periodsOf(keys: readonly number[]): number[] {
  const places = new Map<number, number[]>();
  const equal = new Int32Array(keys.length);
  keys.forEach((key, place) => {
    const before = places.get(key);
    if (!before) places.set(key, [place]);
    else {
      for (const other of before) equal[place - other]!++;
      before.push(place);
    }
  });
  const periods: number[] = [];
  for (let period = 1; period <= keys.length / 2; period++) if (equal[period]! >= period) periods.push(period);
  return periods;
}

/** Whether a run of these can save enough; where it is not told quickly, it can. */
function canRepeat(children: Children, signatures: readonly number[]): boolean {
  const count = children.length;
  if (count > MOST_COMPARED) return mostSaved(children, signatures) >= LEAST_SAVED;
  for (let period = 1; period <= count / 2; period++) {
    let [equal, ops] = [0, 0];
    for (let index = 0; index + period < count; index++) {
      if (signatures[index] !== signatures[index + period]) {
        equal = ops = 0;
        continue;
      }
      equal++;
      // Groups that are equal can differ in how many ops they have.
      ops += isGrowing(children[index]!) ? LEAST_SAVED : 1;
      if (equal >= period && ops >= LEAST_SAVED) return true;
    }
  }
  return false;
}

/** More ops than this no runs of these can save: all but one of each kind, and of those that differ in size the larger. */
function mostSaved(children: Children, signatures: readonly number[]): number {
  const largest = new Map<number, number>();
  let saved = 0;
  children.forEach((child, index) => {
    const signature = signatures[index]!;
    const before = largest.get(signature);
    const size = isGrowing(child) ? child.size : 1;
    if (before !== undefined) saved += Math.max(size, before);
    if (before === undefined || size > before) largest.set(signature, size);
  });
  return saved;
}

function counted(signatures: readonly number[]): ReadonlyMap<number, number> {
  const many = new Map<number, number>();
  for (const signature of signatures) many.set(signature, (many.get(signature) ?? 0) + 1);
  return many;
}

/**
 * The same run can be cut into blocks at any of its places. A block begins as people see it where its names have most in
 * common, as in `conv2_block1_…`, or else where the fewest edges are cut.
 */
function bestCut(
  start: number,
  length: number,
  period: number,
  names: readonly string[],
  cuts: readonly number[],
): Run | undefined {
  let best: (Run & { readonly common: number }) | undefined;
  for (let shift = 0; shift < period; shift++) {
    const times = Math.floor((length - shift) / period);
    if (times < 2) break;
    const first = start + shift;
    const common = period === 1 ? 0 : commonStart(names.slice(first, first + period)).length;
    if (!best || common > best.common || (common === best.common && cuts[first]! < cuts[best.start]!))
      best = { start: first, period, times, common };
  }
  return best;
}

/** How many edges lead over the border before each child. */
function cutsOf(count: number, edges: Growing['edges']): number[] {
  const changes = Array<number>(count + 1).fill(0);
  for (let at = 0; at < edges.length; at += 2) {
    changes[Math.min(edges[at]!, edges[at + 1]!) + 1]!++;
    changes[Math.max(edges[at]!, edges[at + 1]!) + 1]!--;
  }
  let open = 0;
  return changes.slice(0, count).map((change) => (open += change));
}

const saved = ({ period, times }: Run): number => period * (times - 1);

function opsIn(children: Children, start: number, length: number): number {
  let ops = 0;
  for (let index = start; index < start + length; index++) {
    const child = children[index]!;
    ops += isGrowing(child) ? child.size : 1;
  }
  return ops;
}

function fold(group: Growing, runs: readonly Run[], nodes: readonly OpNode[]): void {
  const old = group.children;
  /** Of each old child: its place among the new ones, and, in a run, which block and which place there. */
  const places: { top: number; block?: number; inner?: number; run?: Growing }[] = [];
  const children: (Growing | number)[] = [];
  let index = 0;
  for (const run of runs) {
    for (; index < run.start; index++) {
      places[index] = { top: children.length };
      children.push(old[index]!);
    }
    const repeat = repeatOf(group, old, run, nodes);
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
  const seen = new Map<Growing, Set<string>>();
  const add = (to: Growing, first: number, last: number): void => {
    const known = seen.get(to) ?? new Set<string>();
    seen.set(to, known);
    const key = `${first} ${last}`;
    if (known.has(key)) return;
    known.add(key);
    to.edges.push(first, last);
  };
  const { edges } = group;
  group.edges = [];
  for (let at = 0; at < edges.length; at += 2) {
    const [a, b] = [places[edges[at]!]!, places[edges[at + 1]!]!];
    if (a.top !== b.top) add(group, a.top, b.top);
    else if (a.block !== b.block) add(a.run!, a.block!, b.block!);
    else add(a.run!.children[a.block!] as Growing, a.inner!, b.inner!);
  }
  group.children = children;
}

function repeatOf(parent: Growing, old: Children, { start, period, times }: Run, nodes: readonly OpNode[]): Growing {
  const inner = old.slice(start, start + period * times);
  const names = inner.map((child) => nameOf(child, nodes));
  const id = `repeat:${parent.id}:${names[0]!}×${times}`;
  const repeat = growing(id, 'repeat', stem(names, false));
  repeat.times = times;
  repeat.size = opsIn(inner, 0, inner.length);
  if (period === 1) repeat.children = inner;
  else {
    for (let block = 0; block < times; block++) {
      const own = growing(`${id}:${block + 1}`, 'group', stem(names.slice(block * period, (block + 1) * period), true));
      own.children = inner.slice(block * period, (block + 1) * period);
      own.size = opsIn(own.children, 0, period);
      repeat.children.push(own);
    }
  }
  return repeat;
}

/** What names have in common, as far as it says something: `conv4_block2_1_conv`, `conv4_block2_2_bn` → `conv4_block2`. */
function stem(names: readonly string[], withNumber: boolean): string {
  const start = commonStart(names);
  // A number that is cut in two is no number any more.
  const isCut = /\d$/.test(start) && names.some((name) => /^\d/.test(name.slice(start.length)));
  const ending = withNumber && !isCut ? /[._/-]+$/ : /[._/-]*\d*[._/-]*$/;
  const common = start.replace(ending, '');
  return common.length >= 2 ? common : `${names[0] ?? ''} …`;
}

function commonStart([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const name of others) while (!name.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}

function nameOf(child: Growing | number, nodes: readonly OpNode[]): string {
  return isGrowing(child) ? child.label : nodes[child]!.id.split('/').at(-1)!;
}
