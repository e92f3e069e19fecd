/** Rewrites of a recorded graph into ops that TensorFlow's own optimizer knows how to fuse; values stay. */
import { nameOf, output, typeOf, type Graph, type GraphNode, type Output } from './graph.js';

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

/** By their gradients. */
const rectifiers = new Map([
  ['ReluGrad', 'Relu'],
  ['Relu6Grad', 'Relu6'],
  ['LeakyReluGrad', 'LeakyRelu'],
]);

/**
 * Whether x is above 0 (and below 6) is told as well by relu's result. Asked of that, the gradient no longer needs x:
 * what nothing else needs, TensorFlow fuses with the convolution or the product before it.
 */
export function useRectified(graph: Graph): void {
  const ops = new Set(rectifiers.values());
  const rectified = new Map<string, Output>();
  for (const node of graph.nodes) {
    const [x] = node.inputs;
    // Sloping the other way below 0, its result is above 0 there.
    if (x && ops.has(node.op) && alphaOf(node) >= 0) rectified.set(`${node.op} ${nameOf(x)}`, output(node));
  }
  for (const node of graph.nodes) {
    const forward = rectifiers.get(node.op);
    const [dy, x] = node.inputs;
    const result = forward && dy && x && rectified.get(`${forward} ${nameOf(x)}`);
    if (result && alphaOf(node) === alphaOf(result.node)) node.inputs = [dy, result];
  }
}

/** How steep it is below 0: flat, where it is not leaky. */
function alphaOf({ attributes: { alpha } }: GraphNode): number {
  return alpha?.kind === 'float' ? alpha.value : 0;
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
