/** Rewrites of a recorded graph into ops that TensorFlow's own optimizer knows how to fuse; values stay. */
import { typeOf, type Graph, type GraphNode, type Output } from './graph.js';

/** TensorFlow.js multiplies matrices as batches of one: MatMul can be fused with what follows, BatchMatMulV2 cannot. */
export function usePlainMatMul(graph: Graph): void {
  for (const node of graph.nodes) {
    if (node.op !== 'BatchMatMulV2' && node.op !== 'BatchMatMul') continue;
    const { T, adj_x: adjointX, adj_y: adjointY } = node.attributes;
    if (!T || !node.inputs.every((input) => typeOf(input).shape.length === 2)) continue;
    node.op = 'MatMul';
    node.attributes = { T, transpose_a: adjointX ?? NO, transpose_b: adjointY ?? NO };
  }
}

const NO = { kind: 'bool', value: false } as const;

/** x + a variable of one dimension, along the last: what a layer's bias is. */
export function useBiasAdd(graph: Graph): void {
  for (const node of graph.nodes) {
    if (node.op !== 'Add' && node.op !== 'AddV2') continue;
    const [value, bias] = node.inputs as readonly [Output, Output];
    const { shape } = typeOf(value);
    const [length, another] = typeOf(bias).shape;
    if (bias.node.op !== 'ReadVariableOp' || another !== undefined || shape.length < 2 || shape.at(-1) !== length)
      continue;
    node.op = 'BiasAdd';
    node.attributes = { T: node.attributes['T']!, data_format: { kind: 'string', value: 'NHWC' } };
  }
}

/** Who uses a node's outputs. */
export function consumersOf(graph: Graph): ReadonlyMap<GraphNode, readonly GraphNode[]> {
  const consumers = new Map<GraphNode, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const { node: from } of node.inputs) {
      const list = consumers.get(from);
      if (list) list.push(node);
      else consumers.set(from, [node]);
    }
  }
  return consumers;
}
