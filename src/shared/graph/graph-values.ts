/**
 * What the values of a graph's tensors are like: as they were measured with the recorded step, or as they are
 * in the step that training stands in; and the norms of gradients that follow from them. Pure.
 */
import { groupBy } from '../base/group-by.js';
import type { OpGraph, OpNode } from './op-graph.js';
import type { OpStatistics, ValueNumbers } from './op-statistics.js';

/** By output; none for one that was not measured. */
type OutputNumbers = readonly (ValueNumbers | undefined)[];

export class GraphValues {
  private readonly layerNorms = new Map<string, number | undefined>();
  private links: Links | undefined;

  constructor(
    readonly graph: OpGraph,
    private readonly byNode: ReadonlyMap<string, OutputNumbers>,
  ) {}

  of(id: string): OutputNumbers | undefined {
    return this.byNode.get(id);
  }

  /** Of all outputs of some ops: how many of the values are zero or not finite, as a share of those known. */
  share(ops: readonly OpNode[], which: 'zeros' | 'notFinite'): number | undefined {
    let [found, all] = [0, 0];
    for (const { id, outputs } of ops) {
      this.byNode.get(id)?.forEach((numbers, slot) => {
        if (!numbers) return;
        const size = sizeOf(outputs[slot]?.shape ?? []);
        found += numbers[which] * size;
        all += size;
      });
    }
    return all > 0 ? found / all : undefined;
  }

  /** Of a gradient op: what it gives; of a forward op: what its gradient gives. */
  gradientNorm({ id, phase }: OpNode): number | undefined {
    if (phase === 'gradient') return this.norm(this.byNode.get(id) ?? []);
    if (phase !== 'forward' && phase !== 'loss') return undefined;
    const { partners, partnersRead } = (this.links ??= linksOf(this.graph));
    const last = partners.get(id)?.filter((op) => !partnersRead.has(op.id)) ?? [];
    return this.norm(last.flatMap((op) => this.byNode.get(op.id) ?? []));
  }

  /** Over the gradients of all the layer's weights: what goes from its gradient into its update. */
  layerGradientNorm(layer: string): number | undefined {
    if (!this.layerNorms.has(layer)) {
      const { updates } = (this.links ??= linksOf(this.graph));
      const into = [...(updates.get(layer)?.values() ?? [])];
      this.layerNorms.set(layer, this.norm(into.map(({ from, slot }) => this.byNode.get(from)?.[slot])));
    }
    return this.layerNorms.get(layer);
  }

  /** Euclidean, over all of them; NaN where a value is not finite. */
  private norm(parts: readonly (ValueNumbers | undefined)[]): number | undefined {
    const known = parts.filter((part) => part !== undefined);
    if (known.length === 0 || known.length < parts.length) return undefined;
    if (known.some(({ notFinite }) => notFinite > 0)) return NaN;
    return Math.sqrt(known.reduce((sum, { norm }) => sum + norm * norm, 0));
  }
}

/** `undefined` where nothing was measured. */
export function measuredValues(graph: OpGraph): GraphValues | undefined {
  const byNode = new Map<string, OutputNumbers>();
  for (const { id, outputs } of graph.nodes) {
    if (outputs.some(({ values }) => values)) {
      byNode.set(
        id,
        outputs.map(({ values }) => values),
      );
    }
  }
  return byNode.size > 0 ? new GraphValues(graph, byNode) : undefined;
}

/** Of the step that training stands in, as far as its ops have run. */
export function stepValues(graph: OpGraph, { ops, sources = {} }: Pick<OpStatistics, 'ops' | 'sources'>): GraphValues {
  const byNode = new Map<string, OutputNumbers>();
  for (const { id, kind } of graph.nodes) {
    const numbers = kind === 'variable' || kind === 'input' ? sources[id] : undefined;
    if (numbers) byNode.set(id, [numbers]);
  }
  const nodes = graph.nodes.filter(({ kind }) => kind === 'op');
  for (const [ran, node] of inStep(ops, nodes)) {
    const numbers = ops[ran]!.outputs.map(({ values }) => values);
    if (numbers.some((one) => one)) byNode.set(nodes[node]!.id, numbers);
  }
  return new GraphValues(graph, byNode);
}

/** How many ops one of the two may be ahead before what follows is taken for another step. */
const FARTHEST = 256;

/**
 * Which of the ops that have run is which of the recorded ones: both in the order in which they ran. A step
 * may have ops that the other has not: a first one makes what it needs, another backend has other kernels.
 */
export function inStep(
  ran: readonly { readonly op: string }[],
  recorded: readonly { readonly op: string }[],
): (readonly [ran: number, recorded: number])[] {
  const pairs: (readonly [number, number])[] = [];
  const meets = (a: number, b: number): boolean =>
    a < ran.length && b < recorded.length && ran[a]!.op === recorded[b]!.op;
  let [a, b] = [0, 0];
  while (a < ran.length && b < recorded.length) {
    if (meets(a, b)) {
      pairs.push([a++, b++]);
      continue;
    }
    const next = meetingFrom(a, b, (x, y) => meets(x, y) && (meets(x + 1, y + 1) || x + 1 === ran.length));
    if (!next) break;
    [a, b] = next;
  }
  return pairs;
}

/** The nearest place where they go together again. */
function meetingFrom(
  a: number,
  b: number,
  meets: (a: number, b: number) => boolean,
): readonly [number, number] | undefined {
  for (let distance = 1; distance <= FARTHEST; distance++) {
    for (let ahead = 0; ahead <= distance; ahead++) {
      if (meets(a + distance - ahead, b + ahead)) return [a + distance - ahead, b + ahead];
    }
  }
  return undefined;
}

interface Links {
  /** Gradient ops by the forward op that they are of. */
  readonly partners: ReadonlyMap<string, readonly OpNode[]>;
  /** Those that another gradient op of the same forward op reads. */
  readonly partnersRead: ReadonlySet<string>;
  /** What comes out of gradients and goes into the update of a layer's weights, each once. */
  readonly updates: ReadonlyMap<string, ReadonlyMap<string, { readonly from: string; readonly slot: number }>>;
}

function linksOf({ nodes, edges }: OpGraph): Links {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const gradients = nodes.filter((node) => node.forward !== undefined && node.kind === 'op');
  const partners = groupBy(gradients, (node) => node.forward!);
  const partnersRead = new Set<string>();
  const updates = new Map<string, Map<string, { readonly from: string; readonly slot: number }>>();
  for (const { from, to, slot } of edges) {
    const [source, target] = [byId.get(from)!, byId.get(to)!];
    if (source.forward !== undefined && source.forward === target.forward) partnersRead.add(from);
    if (source.phase !== 'gradient' || target.phase !== 'optimizer' || target.layer === undefined) continue;
    let into = updates.get(target.layer);
    if (!into) updates.set(target.layer, (into = new Map<string, { readonly from: string; readonly slot: number }>()));
    into.set(`${slot} ${from}`, { from, slot });
  }
  return { partners, partnersRead, updates };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * Math.max(size, 0), 1);
}
