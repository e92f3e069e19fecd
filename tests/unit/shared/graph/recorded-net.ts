/** Recorded steps of chains of layers, as the trainer records them, made up: each layer computes, has its gradient and is updated. */
import type { OpEdge, OpGraph, OpNode } from '../../../../src/shared/graph/op-graph.js';

export interface ChainLayer {
  readonly name: string;
  readonly units: number;
  readonly type?: string;
  readonly op?: string;
}

export function recordedNet(layers: readonly ChainLayer[], inputs = 4): OpGraph {
  const nodes: OpNode[] = [];
  const edges: OpEdge[] = [];
  const add = (id: string, shape: number[], more: Partial<OpNode>, ...from: string[]): string => {
    nodes.push({
      id,
      op: id.split('/').at(-1)!.replace(/_\d+$/, ''),
      kind: 'op',
      phase: 'forward',
      outputs: [{ shape, dtype: 'float32' }],
      bytes: 4,
      ...more,
    });
    from.forEach((one, index) => edges.push({ from: one, to: id, slot: 0, input: `in${index}` }));
    return id;
  };
  let last = add('input/xs', [8, inputs], { kind: 'input', op: 'Placeholder' });
  let width = inputs;
  const forward: { readonly name: string; readonly op: string; readonly kernel: string; readonly shape: number[] }[] =
    [];
  for (const { name, units, op = 'MatMul' } of layers) {
    const layer = { layer: name };
    const kernel = add(`${name}/kernel`, [width, units], { ...layer, kind: 'variable', op: 'Variable' });
    const product = add(`${name}/${op}`, [8, units], { ...layer, attributes: { transposeA: false } }, last, kernel);
    last = add(`${name}/Relu`, [8, units], layer, product);
    forward.push({ name, op: product, kernel, shape: [width, units] });
    width = units;
  }
  last = add('loss/Mean', [], { phase: 'loss' }, last);
  for (const { name, op, kernel, shape } of forward.reverse()) {
    const gradient = { layer: name, phase: 'gradient' as const, forward: op };
    last = add(`gradient/${name}/ReluGrad`, [8, shape[1]!], gradient, last, `${name}/Relu`);
    const own = add(`gradient/${name}/MatMul`, shape, gradient, last);
    add(`optimizer/${name}/ApplySgd`, shape, { layer: name, phase: 'optimizer' }, kernel, own);
  }
  return {
    nodes,
    edges,
    layers: layers.map(({ name, units, type = 'Dense' }, index) => ({
      layer: name,
      type,
      outputShape: [units],
      params: units * (layers[index - 1]?.units ?? inputs),
      trainable: true,
    })),
    backend: 'cpu',
    batchSize: 8,
    batch: 'first',
  };
}

export const dense = (name: string, units: number): ChainLayer => ({ name, units });
