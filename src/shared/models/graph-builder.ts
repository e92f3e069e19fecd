/**
 * Builds the graph of an opened model: unique names, known inputs only, every edge pointing forward in
 * the order of nodes. Knows no format.
 */
import { groupBy } from '../base/group-by.js';
import type { OpEdge, OpGraph, OpNode } from '../graph/op-graph.js';
import type { LayerInfo } from '../protocol/training.js';
import { ModelFileError, MOST_NODES } from './model-format.js';
import { ownEntry } from './own-entry.js';
import { inferShapes, type FactSource, type Inference } from './shapes/infer-shapes.js';
import { isNumber, unknownSize, type Known, type TensorFacts } from './shapes/tensor-facts.js';
import { shownAttributes } from './shown-attributes.js';

export interface NodeParts {
  readonly id: string;
  readonly op: string;
  readonly kind?: OpNode['kind'];
  readonly layer?: string;
  /** Outermost first; by the name's own slashes where it is not given. */
  readonly group?: readonly string[];
  readonly outputs?: OpNode['outputs'];
  /** In place of `outputs`: what the file says of them by their place, small tensors' numbers included. */
  readonly known?: readonly Known[];
  /** What it gives by what goes in, for what the file does not say. */
  readonly infer?: Inference;
  /** As the file says it; empty for none. */
  readonly device?: string;
  readonly attributes?: OpNode['attributes'];
  readonly value?: number;
}

/** Which output of which node. */
export interface Source {
  readonly from: string;
  readonly slot?: number;
  /** What is known of it here, in place of what is known where it comes from. */
  readonly seen?: TensorFacts;
}

interface WantedEdge extends OpEdge {
  /** Which input of the op it is, from 0; none: control, or what a body gives. */
  readonly place: number | undefined;
  readonly seen: TensorFacts | undefined;
}

/** Stands for a size that is not known. */
export const UNKNOWN = -1;

/** What a small file can grow to when its functions are put where they are called, and names are put before names. */
const LONGEST_NAME = 5000;
const MOST_LETTERS = 100_000_000;
const MOST_EDGES = 2_000_000;
/** Groups that are deeper are one with the group that they are in: nobody opens so many. */
const DEEPEST_GROUP = 64;

/** Functions call functions; a library that calls itself would never end. */
const DEEPEST_CALL = 32;
/** Functions without ops can call one another without end in breadth, too. */
const MOST_CALLS = 100_000;

export class GraphBuilder {
  private letters = 0;
  private calls = 0;
  private readonly nodes = new Map<string, OpNode>();
  private readonly wanted: WantedEdge[] = [];
  private readonly told = new Map<string, { readonly given: readonly Known[]; readonly infer?: Inference }>();
  private readonly layers: LayerInfo[] = [];
  private readonly taken = new Map<string, number>();

  has(id: string): boolean {
    return this.nodes.has(id);
  }

  /** @returns the name that it has now: another one is added to where it was taken */
  add(parts: NodeParts): string {
    if (this.nodes.size >= MOST_NODES)
      throw new ModelFileError(`It has more than ${MOST_NODES.toLocaleString('en-US')} ops.`);
    this.count(parts.id);
    let { id } = parts;
    if (this.nodes.has(id)) {
      // Counted on from the last time: a file may give one name to all of its ops.
      let count = this.taken.get(parts.id) ?? 1;
      do id = `${parts.id}_${++count}`;
      while (this.nodes.has(id));
      this.taken.set(parts.id, count);
    }
    const group = (parts.group ?? parts.id.split('/').slice(0, -1)).slice(0, DEEPEST_GROUP);
    const attributes = shownAttributes(parts.attributes);
    const outputs = parts.known
      ? outputsOf(parts.known)
      : (parts.outputs ?? []).map((output) => ({ ...output, shape: output.shape.map(sizeOf) }));
    if (parts.known || parts.infer)
      this.told.set(id, { given: parts.known ?? outputs.map(factsOf), infer: parts.infer });
    this.nodes.set(id, {
      id,
      op: parts.op,
      kind: parts.kind ?? 'op',
      ...(parts.layer === undefined ? {} : { layer: parts.layer }),
      ...(group.length > 0 ? { group } : {}),
      phase: phaseOf(parts.id),
      outputs,
      bytes: bytesOf(outputs),
      ...(parts.device ? { device: parts.device } : {}),
      ...(attributes ? { attributes } : {}),
      ...(parts.value === undefined || !Number.isFinite(parts.value) ? {} : { value: parts.value }),
    });
    return id;
  }

  /** Before a function's body, or a graph within an op, is added. @throws ModelFileError where that has no end */
  enter(depth: number): void {
    if (depth > DEEPEST_CALL)
      throw new ModelFileError(`Functions call one another in it more than ${DEEPEST_CALL} deep.`);
    if (++this.calls > MOST_CALLS)
      throw new ModelFileError(`It calls functions more than ${MOST_CALLS.toLocaleString('en-US')} times.`);
  }

  /** Both may be added later. */
  connect({ from, slot = 0, seen }: Source, to: string, input: string, place?: number): void {
    if (this.wanted.length >= MOST_EDGES)
      throw new ModelFileError(`It has more than ${MOST_EDGES.toLocaleString('en-US')} tensors between ops.`);
    this.count(from);
    this.count(to);
    this.wanted.push({ from, to, slot, input, place, seen });
  }

  private count(name: string): void {
    this.letters += name.length;
    if (name.length > LONGEST_NAME)
      throw new ModelFileError(`A name in it has more than ${LONGEST_NAME.toLocaleString('en-US')} letters.`);
    if (this.letters > MOST_LETTERS) throw new ModelFileError('The names of its ops are longer than can be shown.');
  }

  addLayer(layer: LayerInfo): void {
    this.layers.push(layer);
  }

  /** By `id`, of nodes of which more than outputs is told. */
  private infer(order: readonly string[], edges: readonly WantedEdge[]): ReadonlyMap<string, readonly Known[]> {
    if (this.told.size === 0) return new Map();
    const inputs = new Map<string, FactSource[]>();
    for (const { from, to, slot, place, seen } of edges) {
      if (place === undefined || !this.told.has(to)) continue;
      const source = { from, slot, place, seen };
      const list = inputs.get(to);
      if (list) list.push(source);
      else inputs.set(to, [source]);
    }
    return inferShapes(
      order.flatMap((id) => {
        const told = this.told.get(id);
        return told ? [{ id, ...told, inputs: inputs.get(id) ?? [] }] : [];
      }),
    );
  }

  /** Inputs that no node gives are left out; `notes` get a word on them, and on edges that lead back. */
  finish(notes: string[]): OpGraph {
    const edges = this.wanted.filter(({ from, to }) => this.nodes.has(from) && this.nodes.has(to));
    if (edges.length < this.wanted.length) {
      const missing = this.wanted.find(({ from }) => !this.nodes.has(from));
      notes.push(
        `${counted(this.wanted.length - edges.length, 'input')} named in the file ${edges.length + 1 === this.wanted.length ? 'is' : 'are'} not in it${missing ? `, such as ${missing.from}` : ''}.`,
      );
    }
    const { order, forward } = inOrder([...this.nodes.keys()], edges);
    if (forward.length < edges.length)
      notes.push(
        `${counted(edges.length - forward.length, 'edge')} that lead${forward.length + 1 === edges.length ? 's' : ''} back, of loops, left out.`,
      );
    const shapes = this.infer(order, forward);
    return {
      nodes: order.map((id) => withOutputs(this.nodes.get(id)!, shapes.get(id))),
      edges: forward.map(({ from, to, slot, input }) => ({ from, to, slot, input })),
      layers: this.layers,
      backend: 'file',
      batchSize: UNKNOWN,
      batch: 'none',
    };
  }
}

/** As a graph has them: outputs are known by their place, so that those behind one that is not known are left out. */
function outputsOf(known: readonly Known[]): OpNode['outputs'] {
  const outputs: OpNode['outputs'] = [];
  for (const facts of known) {
    if (!facts?.shape) break;
    const shape = facts.shape.map((size) => (isNumber(size) ? sizeOf(size) : UNKNOWN));
    outputs.push({ shape, dtype: facts.dtype ?? 'unknown' });
  }
  return outputs;
}

function factsOf({ shape, dtype }: OpNode['outputs'][number]): TensorFacts {
  return { dtype, shape: shape.map((size) => (size === UNKNOWN ? unknownSize() : size)) };
}

function withOutputs(node: OpNode, known: readonly Known[] | undefined): OpNode {
  const outputs = known && outputsOf(known);
  return outputs ? { ...node, outputs, bytes: bytesOf(outputs) } : node;
}

function counted(number: number, what: string): string {
  return `${number.toLocaleString('en-US')} ${what}${number === 1 ? '' : 's'}`;
}

/** Kahn's order, as near as can be to the given one; what is left when only loops remain is cut at its first node. */
function inOrder(ids: readonly string[], edges: readonly WantedEdge[]): { order: string[]; forward: WantedEdge[] } {
  const waits = new Map(ids.map((id) => [id, 0]));
  for (const { to } of edges) waits.set(to, waits.get(to)! + 1);
  const after = groupBy(edges, ({ from }) => from);
  const place = new Map<string, number>();
  const order: string[] = [];
  const ready: string[] = ids.filter((id) => waits.get(id) === 0).reverse();
  let next = 0;
  const take = (id: string): void => {
    place.set(id, order.length);
    order.push(id);
    const following = after.get(id) ?? [];
    for (let index = following.length - 1; index >= 0; index--) {
      const { to } = following[index]!;
      const left = waits.get(to)! - 1;
      waits.set(to, left);
      if (left === 0 && !place.has(to)) ready.push(to);
    }
  };
  while (order.length < ids.length) {
    for (let id = ready.pop(); id !== undefined; id = ready.pop()) if (!place.has(id)) take(id);
    while (next < ids.length && place.has(ids[next]!)) next++;
    if (next < ids.length) take(ids[next]!);
  }
  return { order, forward: edges.filter(({ from, to }) => place.get(from)! < place.get(to)!) };
}

/** Gradients and updates are known by the names that TensorFlow gives them. */
function phaseOf(id: string): OpNode['phase'] {
  if (/(^|\/)gradients?(_tape)?(_\d+)?\//.test(id)) return 'gradient';
  return /(^|\/)(Adam|SGD|RMSprop|Adagrad|optimizer)[^/]*\/.*(update|Apply|Assign)/i.test(id) ? 'optimizer' : 'forward';
}

const widths: Readonly<Record<string, number>> = {
  float64: 8,
  int64: 8,
  uint64: 8,
  complex64: 8,
  complex128: 16,
  float16: 2,
  bfloat16: 2,
  int16: 2,
  uint16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** Whatever is no size of a tensor that a computer could hold is not known. */
function sizeOf(size: number): number {
  return Number.isSafeInteger(size) && size >= 0 ? size : UNKNOWN;
}

function bytesOf(outputs: OpNode['outputs']): number {
  let bytes = 0;
  for (const { shape, dtype } of outputs) {
    const size = shape.reduce((product, length) => product * Math.max(length, 0), 1);
    bytes += shape.includes(UNKNOWN) ? 0 : size * (ownEntry(widths, dtype) ?? 4);
  }
  return Number.isFinite(bytes) ? bytes : 0;
}
