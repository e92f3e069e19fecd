/**
 * Makes a recorded step the graph that people read: metrics told from the loss, updates given to the
 * layers whose weights they change, constants that nothing reads left out, every node named by its
 * scopes. Pure; knows no TensorFlow.js.
 */
import type { OpEdge, OpGraph, OpNode } from '../../shared/graph/op-graph.js';
import type { RecordedNode, RecordedStep } from './recorded-node.js';

/** Nodes in recorded order. */
export function finishGraph({ nodes, losses }: RecordedStep): Pick<OpGraph, 'nodes' | 'edges'> {
  const kept = withoutUnread(nodes);
  const consumers = consumersOf(kept);
  tellMetrics(kept, losses);
  placeSources(kept, consumers);
  placeGradients(kept, consumers);
  placeUpdates(kept, consumers);
  // Those of a weight that is read several times go to its update, whose layer is known by now.
  placeGradients(kept, consumers);
  const ids = namesOf(kept);
  return {
    nodes: kept.map((node) => finished(node, ids)),
    edges: kept.flatMap((node) =>
      node.inputs.map(({ from, slot, name }): OpEdge => ({
        from: ids.get(from)!,
        to: ids.get(node)!,
        slot,
        input: name,
      })),
    ),
  };
}

type Consumers = ReadonlyMap<RecordedNode, readonly RecordedNode[]>;

function consumersOf(nodes: readonly RecordedNode[]): Consumers {
  const consumers = new Map<RecordedNode, RecordedNode[]>(nodes.map((node) => [node, []]));
  for (const node of nodes) for (const { from } of node.inputs) consumers.get(from)?.push(node);
  return consumers;
}

/** Without what came into being and never went anywhere: constants, and inputs that the step does not look at. */
function withoutUnread(nodes: readonly RecordedNode[]): RecordedNode[] {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.map(({ from }) => from)));
  return nodes.filter((node) => node.kind === 'op' || node.kind === 'assign' || read.has(node));
}

/** Metrics are what was computed after the layers, and neither the loss nor its gradients have use for. */
function tellMetrics(nodes: readonly RecordedNode[], losses: readonly RecordedNode[]): void {
  if (losses.length === 0) return;
  const needed = new Set<RecordedNode>();
  const queue = [...losses, ...nodes.filter(({ phase }) => phase === 'gradient' || phase === 'optimizer')];
  for (let node = queue.pop(); node; node = queue.pop()) {
    if (needed.has(node)) continue;
    needed.add(node);
    queue.push(...node.inputs.map(({ from }) => from));
  }
  for (const node of nodes) if (node.phase === 'loss' && !needed.has(node)) node.phase = 'metrics';
}

/** Inputs, constants and variables stand where they are first read. */
function placeSources(nodes: readonly RecordedNode[], consumers: Consumers): void {
  for (const node of nodes) {
    if (node.kind === 'op' || node.kind === 'assign') continue;
    const first = consumers.get(node)?.[0];
    if (!first) continue;
    node.phase = first.phase;
    if (node.kind === 'constant') node.layer = first.layer;
    else if (node.kind === 'input') node.layer = undefined;
  }
}

/** Sums of gradients that come from several ways run outside of any op's gradient. */
function placeGradients(nodes: readonly RecordedNode[], consumers: Consumers): void {
  for (const node of [...nodes].reverse()) {
    if (node.phase !== 'gradient' || node.kind !== 'op' || node.forward || node.layer !== undefined) continue;
    const readers = (consumers.get(node) ?? []).filter(({ layer }) => layer !== undefined);
    node.layer = (
      readers.find(({ phase }) => phase === 'gradient') ?? readers.find(({ phase }) => phase === 'optimizer')
    )?.layer;
  }
}

/** An update belongs to the layer whose weight it changes, where it is one alone. */
function placeUpdates(nodes: readonly RecordedNode[], consumers: Consumers): void {
  const updates = nodes.filter(({ phase, kind }) => phase === 'optimizer' && kind !== 'variable' && kind !== 'input');
  const adopt = (node: RecordedNode, around: readonly RecordedNode[]): void => {
    if (node.layer !== undefined) return;
    const layers = new Set(around.map(({ layer }) => layer).filter((layer) => layer !== undefined));
    if (layers.size === 1) [node.layer] = layers;
  };
  for (const node of [...updates].reverse()) adopt(node, consumers.get(node) ?? []);
  for (const node of updates) {
    adopt(
      node,
      node.inputs.map(({ from }) => from),
    );
  }
}

function namesOf(nodes: readonly RecordedNode[]): ReadonlyMap<RecordedNode, string> {
  const names = new Map<RecordedNode, string>();
  const counts = new Map<string, number>();
  const taken = new Set<string>();
  for (const node of nodes) {
    const stem = stemOf(node);
    let count = counts.get(stem) ?? 0;
    let name = stem;
    for (; taken.has(name); name = `${stem}_${count}`) count++;
    counts.set(stem, count);
    taken.add(name);
    names.set(node, name);
  }
  return names;
}

function stemOf({ op, kind, name, layer, phase }: RecordedNode): string {
  switch (kind) {
    case 'input':
      return `input/${name}`;
    case 'variable':
      return name ?? op;
    case 'assign':
      return phase === 'optimizer' ? scoped('optimizer', name?.replace(/^optimizer\//, ''), op) : scoped(name, op);
    case 'op':
    case 'constant':
      if (phase === 'forward') return scoped(layer ?? 'forward', op);
      if (phase === 'gradient') return scoped(phase, layer ?? 'loss', op);
      return scoped(phase, layer, op);
  }
}

function scoped(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('/');
}

function finished(node: RecordedNode, ids: ReadonlyMap<RecordedNode, string>): OpNode {
  const { op, kind, layer, phase, outputs, forward, ms, device, attributes, value, place } = node;
  const partner = forward && ids.get(forward);
  return {
    id: ids.get(node)!,
    op,
    kind,
    ...(layer === undefined ? {} : { layer }),
    phase,
    outputs,
    ...(partner === undefined ? {} : { forward: partner }),
    ...(ms === undefined ? {} : { ms }),
    bytes: outputs.reduce((sum, output) => sum + bytesOf(output), 0),
    ...(device === undefined ? {} : { device }),
    ...(attributes ? { attributes } : {}),
    ...(value === undefined ? {} : { value }),
    ...(place ? { file: place.file, line: place.line } : {}),
  };
}

const bytesPerValue: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1, complex64: 8 };

function bytesOf({ shape, dtype, alias }: OpNode['outputs'][number]): number {
  if (alias) return 0;
  return shape.reduce((product, size) => product * size, bytesPerValue[dtype] ?? 0);
}
