/** Numbers for what groups and ops are: equal ones have the same ops, shapes and inner wiring; layers the same forward. Pure. */
import { cellOf } from '../graph-blocks.js';
import type { OpNode } from '../op-graph.js';
import { isGrowing, type Growing } from './growing.js';
import { Pairs } from './pairs.js';

/** What a sequence begins with, so that one of each kind is never equal to one of another. */
const OP = -1;
const GROUP = -2;
const WIRED = -3;
/** Between parts of a sequence. */
const NEXT = -(2 ** 31);

export class Signatures {
  private readonly words = new Map<string, number>();
  private readonly sequences: Pairs;
  private readonly groups = new Map<Growing, number>();
  private readonly ops: Int32Array;

  constructor(private readonly nodes: readonly OpNode[]) {
    this.ops = new Int32Array(nodes.length).fill(-1);
    this.sequences = new Pairs(2 * nodes.length);
  }

  of(child: Growing | number): number {
    if (!isGrowing(child)) {
      const number = this.ops[child]!;
      return number >= 0 ? number : (this.ops[child] = this.ofOp(this.nodes[child]!));
    }
    let number = this.groups.get(child);
    if (number === undefined) this.groups.set(child, (number = this.ofGroup(child)));
    return number;
  }

  /** Told at a glance: equal ones can still differ, but what differs here is not equal. */
  rough(child: Growing | number): number {
    if (!isGrowing(child)) return this.word(this.nodes[child]!.op);
    const { kind, type = '', children } = child;
    // How many ops a layer has says more of those that read it.
    if (kind === 'layer') return this.word(`layer ${type}`);
    const ends = [children[0], children.at(-1)].map((end) => (end === undefined ? 0 : this.rough(end)));
    return this.sequences.of(
      this.sequences.of(this.word(kind), children.length),
      this.sequences.of(ends[0]!, ends[1]!),
    );
  }

  /** Of a child's signature with its inputs, which lie so far back, from the nearest on. */
  wired(child: number, back: readonly number[]): number {
    let number = this.sequences.of(WIRED, child);
    for (const far of back) number = this.sequences.of(number, far);
    return number;
  }

  private ofOp({ op, kind, outputs }: OpNode): number {
    const { sequences } = this;
    let number = sequences.of(sequences.of(OP, this.word(op)), this.word(kind));
    for (const { shape, dtype } of outputs) {
      number = sequences.of(sequences.of(number, this.word(dtype)), shape.length);
      for (const size of shape) number = sequences.of(number, size);
    }
    return number;
  }

  private ofGroup({ kind, type = '', times = 0, children, edges }: Growing): number {
    const { sequences } = this;
    let number = sequences.of(sequences.of(GROUP, this.word(kind)), this.word(type));
    number = sequences.of(number, times);
    // A layer is what it does forward: how its gradients are added up says more of those that read it. Whether it has
    // gradients and updates at all counts.
    const cells = new Set<string>();
    const places = children.map((child, place) => {
      const cell = kind === 'layer' && !isGrowing(child) ? cellOf(this.nodes[child]!.phase) : 'forward';
      cells.add(cell);
      return cell === 'forward' ? place : -1;
    });
    let next = 0;
    places.forEach((place, index) => {
      if (place < 0) return;
      number = sequences.of(number, this.of(children[index]!));
      places[index] = next++;
    });
    number = sequences.of(sequences.of(number, NEXT), cells.size);
    for (let at = 0; at < edges.length; at += 2) {
      const [from, to] = [places[edges[at]!]!, places[edges[at + 1]!]!];
      if (from >= 0 && to >= 0) number = sequences.of(sequences.of(number, from), to);
    }
    return number;
  }

  private word(text: string): number {
    let number = this.words.get(text);
    if (number === undefined) this.words.set(text, (number = this.words.size));
    return number;
  }
}
