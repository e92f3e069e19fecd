/**
 * A recorded step seen as its layers alone, as model files tell of a network: so that the two can be compared.
 * Pure.
 */
import type { OpEdge, OpGraph, OpNode } from './op-graph.js';

/** Whether its nodes are whole layers, not ops. */
export function isLayerGraph({ batch, nodes }: OpGraph): boolean {
  return batch === 'none' && nodes.some(isLayer) && nodes.filter(isLayer).length * 2 >= nodes.length;
}

const isLayer = ({ id, layer }: OpNode): boolean => layer === id;

/** Both as they are, or both by their layers where one of them knows no more. Settings then have no common names. */
export function comparable(
  before: OpGraph,
  after: OpGraph,
): { readonly before: OpGraph; readonly after: OpGraph; readonly by: 'ops' | 'layers' } {
  if (isLayerGraph(before) === isLayerGraph(after)) return { before, after, by: 'ops' };
  // An op graph that knows of no layers has nothing to show by them.
  if (before.layers.length === 0 || after.layers.length === 0) return { before, after, by: 'ops' };
  return { before: byLayers(before), after: byLayers(after), by: 'layers' };
}

function byLayers(graph: OpGraph): OpGraph {
  return isLayerGraph(graph) ? withoutSettings(graph) : layerGraph(graph);
}

/** What goes in is called as in recorded steps, too. */
function withoutSettings(graph: OpGraph): OpGraph {
  const nodes = graph.nodes.map(({ attributes: _left, ...node }): OpNode => ({
    ...node,
    ...(node.kind === 'input' ? { op: 'InputLayer', layer: node.id } : {}),
    bytes: 0,
  }));
  return { ...graph, nodes };
}

export function layerGraph(graph: OpGraph): OpGraph {
  const known = new Map(graph.layers.map((layer) => [layer.layer, layer]));
  const placeOf = new Map<string, string>();
  const nodes = new Map<string, OpNode>();
  const forward = graph.nodes.filter(({ phase }) => phase === 'forward');
  for (const { id, op, kind, layer, outputs } of forward) {
    const isInput = kind === 'input';
    if (!isInput && (layer === undefined || !known.has(layer))) continue;
    const name = isInput ? id : layer!;
    placeOf.set(id, name);
    if (kind === 'variable' || kind === 'constant' || nodes.has(name)) continue;
    const info = known.get(name);
    nodes.set(name, {
      id: name,
      op: isInput ? 'InputLayer' : (info?.type ?? op),
      kind: isInput ? 'input' : 'op',
      layer: name,
      group: name.includes('/') && !isInput ? name.split('/').slice(0, -1) : undefined,
      phase: 'forward',
      outputs: info
        ? [{ shape: [-1, ...info.outputShape.map((size) => size ?? -1)], dtype: outputs[0]?.dtype ?? 'float32' }]
        : outputs.map(({ shape, dtype }) => ({ shape: [-1, ...shape.slice(1)], dtype })),
      bytes: 0,
      file: info?.file,
      line: info?.line,
    });
  }
  const order = new Map([...nodes.keys()].map((name, index) => [name, index]));
  const edges = new Map<string, OpEdge>();
  for (const { from, to } of graph.edges) {
    const [a, b] = [placeOf.get(from), placeOf.get(to)];
    if (a === undefined || b === undefined || a === b || !nodes.has(a) || !nodes.has(b)) continue;
    if (order.get(a)! < order.get(b)!) edges.set(`${a}\n${b}`, { from: a, to: b, slot: 0, input: 'input' });
  }
  return {
    ...graph,
    nodes: [...nodes.values()],
    edges: [...edges.values()],
    batch: 'none',
    batchSize: -1,
  };
}
