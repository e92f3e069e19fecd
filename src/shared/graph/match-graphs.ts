/**
 * Which op of one graph is which op of another: layer by layer, by what a layer is rather than by what it is
 * called, for TensorFlow.js numbers names anew when a layer is put in between; then op by op. Pure.
 */
import { groupBy } from '../base/group-by.js';
import { align } from './align.js';
import type { OpGraph, OpNode } from './op-graph.js';

export interface GraphMatch {
  /** Names after, by names before. */
  readonly nodes: ReadonlyMap<string, string>;
  /** Labels of layers after, by labels before. */
  readonly layers: ReadonlyMap<string, string>;
}

export function matchGraphs(before: OpGraph, after: OpGraph): GraphMatch {
  const layers = matchLayers(layersOf(before), layersOf(after));
  return { nodes: new Matching(before, after, layers).found(), layers };
}

/** What is known of a layer, for its likeness to another. */
interface Layer {
  readonly label: string;
  readonly type: string;
  /** Named by the person, not after its class. */
  readonly isNamed: boolean;
  readonly channels: number | null | undefined;
  readonly shape: string;
  readonly params: number;
  readonly attributes: string;
  readonly ops: string;
}

function layersOf({ nodes, layers }: OpGraph): Layer[] {
  const inLayers = nodes.filter(({ layer }) => layer !== undefined);
  const byLayer = groupBy(inLayers, ({ layer }) => layer!);
  const known = new Map(layers.map((layer) => [layer.layer, layer]));
  return [...new Set([...known.keys(), ...byLayer.keys()])].map((label) => {
    const ops = (byLayer.get(label) ?? []).filter(({ phase, kind }) => phase === 'forward' && kind === 'op');
    const info = known.get(label);
    const type = info?.type ?? ops[0]?.op ?? '';
    const shape = info?.outputShape ?? ops.at(-1)?.outputs[0]?.shape.slice(1) ?? [];
    return {
      label,
      type,
      isNamed: stem(label) !== type.toLowerCase(),
      channels: shape.at(-1),
      shape: shape.join('×'),
      params: info?.params ?? 0,
      attributes: JSON.stringify(ops.map(({ attributes = {} }) => settingsOf(attributes))),
      ops: ops.map(({ op }) => op).join(),
    };
  });
}

/** `block/max_pooling2d_3` → `maxpooling2d`, as its class is called. */
function stem(label: string): string {
  return label.split('/').at(-1)!.replace(/_\d+$/, '').replaceAll('_', '').toLowerCase();
}

/** Attributes that are no names: those change without anything having changed. */
export function settingsOf(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !/^(?:|shared_|debug_)name$/.test(name)));
}

/** Nearly the same, whatever it is called. */
const ALIKE = 10;

function matchLayers(before: readonly Layer[], after: readonly Layer[]): Map<string, string> {
  const key = ({ label, isNamed, type, shape, params, attributes, ops }: Layer): string =>
    JSON.stringify([isNamed ? label : '', type, shape, params, attributes, ops]);
  const partner = new Map<string, string>();
  const taken = new Set<string>();
  const match = (a: Layer, b: Layer): void => {
    partner.set(a.label, b.label);
    taken.add(b.label);
  };
  for (const [a, b] of align({ of: before, key }, { of: after, key }, likeness)) match(before[a]!, after[b]!);
  // What was moved.
  for (const layer of before) {
    if (partner.has(layer.label)) continue;
    const [best] = after
      .filter(({ label }) => !taken.has(label))
      .map((other) => ({ other, score: likeness(layer, other) }))
      .filter(({ score }) => score >= ALIKE)
      .sort((one, two) => two.score - one.score);
    if (best) match(layer, best.other);
  }
  return partner;
}

/** 0: not the same layer at all. A name that the person gave outweighs the rest, one that was made up decides ties. */
function likeness(a: Layer, b: Layer): number {
  if (a.type !== b.type) return 0;
  const points: readonly (readonly [boolean, number])[] = [
    [a.label === b.label, a.isNamed ? 10 : 0.5],
    [a.channels === b.channels, 2],
    [a.shape === b.shape, 2],
    [a.params === b.params, 2],
    [a.attributes === b.attributes, 2],
    [a.ops === b.ops, 1],
  ];
  return points.reduce((sum, [holds, worth]) => sum + (holds ? worth : 0), 3);
}

/** What of an op is compared. */
interface Likeness {
  readonly id: string;
  readonly isNumbered: boolean;
  readonly last: string;
  readonly shapes: string;
  readonly settings: string;
  readonly key: string;
}

/** Ops, when their layers are known: in their order, then by name, then by what they stand between. */
class Matching {
  private readonly partner = new Map<string, string>();
  private readonly taken = new Set<string>();
  private readonly known = { before: new Map<OpNode, Likeness>(), after: new Map<OpNode, Likeness>() };
  private readonly left: Sides;
  private readonly right: Sides;

  constructor(
    private readonly before: OpGraph,
    private readonly after: OpGraph,
    private readonly layers: ReadonlyMap<string, string>,
  ) {
    this.left = new Sides(before);
    this.right = new Sides(after);
  }

  found(): ReadonlyMap<string, string> {
    // Names are numbered on, also within a layer: they count when the order has told all it can.
    this.inOrder();
    this.byName();
    this.byNeighbours();
    return this.partner;
  }

  private match(a: OpNode, b: OpNode): void {
    this.partner.set(a.id, b.id);
    this.taken.add(b.id);
  }

  /** With the name of the layer as it is after. */
  private byName(): void {
    for (const node of this.before.nodes) {
      const other = this.right.nodes.get(this.nameAfter(node));
      if (!other || this.partner.has(node.id) || this.taken.has(other.id)) continue;
      if (this.canBe(node, other)) this.match(node, other);
    }
  }

  private nameAfter({ id, layer }: OpNode): string {
    const label = layer === undefined ? undefined : this.layers.get(layer);
    if (layer === undefined || label === undefined || label === layer) return id;
    const at = `/${id}/`.indexOf(`/${layer}/`);
    return at < 0 ? id : id.slice(0, at) + label + id.slice(at + layer.length);
  }

  private canBe(a: OpNode, b: OpNode): boolean {
    if (a.op !== b.op || a.phase !== b.phase || a.kind !== b.kind) return false;
    return a.layer === undefined
      ? b.layer === undefined
      : b.layer !== undefined && this.layers.get(a.layer) === b.layer;
  }

  /** Within a layer and its phase, and within what is in no layer: what is left, as a diff would. */
  private inOrder(): void {
    const rest = this.restOf(
      this.after.nodes,
      ({ id }) => this.taken.has(id),
      ({ layer }) => layer,
    );
    const own = this.restOf(
      this.before.nodes,
      ({ id }) => this.partner.has(id),
      ({ layer }) => (layer === undefined ? undefined : (this.layers.get(layer) ?? `gone ${layer}`)),
    );
    const key = (side: 'before' | 'after') => (node: OpNode) => this.likenessOf(node, side).key;
    for (const [place, nodes] of own) {
      const others = rest.get(place) ?? [];
      const pairs = align({ of: nodes, key: key('before') }, { of: others, key: key('after') }, (a, b) =>
        this.alike(a, b),
      );
      for (const [a, b] of pairs) if (this.canBe(nodes[a]!, others[b]!)) this.match(nodes[a]!, others[b]!);
    }
  }

  private restOf(
    nodes: readonly OpNode[],
    isMatched: (node: OpNode) => boolean,
    layerOf: (node: OpNode) => string | undefined,
  ): Map<string, OpNode[]> {
    const rest = nodes.filter((node) => !isMatched(node));
    return groupBy(rest, (node) => JSON.stringify([layerOf(node) ?? null, node.phase]));
  }

  private alike(a: OpNode, b: OpNode): number {
    if (!this.canBe(a, b)) return 0;
    const [one, other] = [this.likenessOf(a, 'before'), this.likenessOf(b, 'after')];
    const name = one.id === other.id ? (one.isNumbered ? 1 : 4) : one.last === other.last ? 0.5 : 0;
    return 3 + (one.shapes === other.shapes ? 2 : 0) + (one.settings === other.settings ? 2 : 0) + name;
  }

  private likenessOf(node: OpNode, side: 'before' | 'after'): Likeness {
    let known = this.known[side].get(node);
    if (!known) {
      const id = side === 'before' ? this.nameAfter(node) : node.id;
      const shapes = node.outputs.map(({ shape }) => shape.join('×')).join();
      const settings = JSON.stringify(settingsOf(node.attributes ?? {}));
      const key = `${id} ${node.op} ${shapes} ${settings}`;
      known = { id, isNumbered: /\d/.test(id), last: id.slice(id.lastIndexOf('/') + 1), shapes, settings, key };
      this.known[side].set(node, known);
    }
    return known;
  }

  /** From what is matched, what it goes to or comes from in the same way. */
  private byNeighbours(): void {
    const queue = [...this.partner.keys()];
    for (let at = 0; at < queue.length; at++) {
      const a = queue[at]!;
      const b = this.partner.get(a)!;
      for (const side of ['after', 'before'] as const) {
        const others = this.right[side].get(b) ?? [];
        for (const { id, way } of this.left[side].get(a) ?? []) {
          if (this.partner.has(id)) continue;
          const node = this.left.nodes.get(id)!;
          const found = others.find(
            (one) => !this.taken.has(one.id) && one.way === way && this.canBe(node, this.right.nodes.get(one.id)!),
          );
          if (!found) continue;
          this.match(node, this.right.nodes.get(found.id)!);
          queue.push(id);
        }
      }
    }
  }
}

/** What each op goes to and comes from, and how. */
class Sides {
  readonly nodes: ReadonlyMap<string, OpNode>;
  readonly after = new Map<string, { readonly id: string; readonly way: string }[]>();
  readonly before = new Map<string, { readonly id: string; readonly way: string }[]>();

  constructor({ nodes, edges }: OpGraph) {
    this.nodes = new Map(nodes.map((node) => [node.id, node]));
    const add = (to: typeof this.after, id: string, entry: { readonly id: string; readonly way: string }): void => {
      const list = to.get(id);
      if (list) list.push(entry);
      else to.set(id, [entry]);
    };
    for (const { from, to, slot, input } of edges) {
      add(this.after, from, { id: to, way: `${slot} ${input}` });
      add(this.before, to, { id: from, way: `${slot} ${input}` });
    }
  }
}
