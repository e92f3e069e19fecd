/**
 * A TensorFlow graph under construction: nodes that know their inputs, with the types and shapes that
 * were seen when the step ran. Names are unique; nodes may be changed until the graph is written.
 */
import { DataType } from '../../../shared/generated/tensorflow/core/framework/types_pb.js';
import { sizeOf, type TensorValues } from './native.js';

export type AttributeValue =
  | { readonly kind: 'type' | 'int' | 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'shape'; readonly value: readonly number[] }
  | { readonly kind: 'tensor'; readonly value: ConstantValue }
  | { readonly kind: 'types' | 'ints' | 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'bools'; readonly value: readonly boolean[] };

export interface ConstantValue {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

export interface OutputType {
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/** One tensor of the graph. */
export interface Output {
  readonly node: GraphNode;
  readonly port: number;
}

export interface GraphNode {
  readonly name: string;
  op: string;
  inputs: readonly Output[];
  /** Nodes that have to have run before. */
  controls: readonly GraphNode[];
  attributes: Readonly<Record<string, AttributeValue>>;
  readonly outputs: readonly OutputType[];
}

export function typeOf(output: Output): OutputType {
  return output.node.outputs[output.port]!;
}

export function output(node: GraphNode, port = 0): Output {
  return { node, port };
}

/** As TensorFlow calls a tensor. */
export function nameOf({ node, port }: Output): string {
  return `${node.name}:${port}`;
}

export const type = (value: DataType): AttributeValue => ({ kind: 'type', value });
const FLOAT = type(DataType.DT_FLOAT);

/** Constants of one value, longer than this, are filled when the graph runs instead of being written out. */
const LONGEST_UNIFORM = 16;

interface NodeParts {
  readonly inputs?: readonly Output[];
  readonly controls?: readonly GraphNode[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly outputs?: readonly OutputType[];
}

export class Graph {
  nodes: GraphNode[] = [];
  private readonly names = new Map<string, number>();

  add(
    op: string,
    name: string,
    { inputs = [], controls = [], attributes = {}, outputs = [] }: NodeParts = {},
  ): GraphNode {
    const node: GraphNode = { name: this.unique(name), op, inputs, controls, attributes, outputs };
    this.nodes.push(node);
    return node;
  }

  placeholder(name: string, { dtype, shape }: OutputType): Output {
    const attributes: Record<string, AttributeValue> = { dtype: type(dtype), shape: { kind: 'shape', value: shape } };
    return output(this.add('Placeholder', name, { attributes, outputs: [{ dtype, shape }] }));
  }

  constant(name: string, value: ConstantValue): Output {
    const { dtype, shape, values } = value;
    if (sizeOf(shape) > LONGEST_UNIFORM && values.every((element) => Object.is(element, values[0]))) {
      const dims = this.ints(`${name}/dims`, shape);
      const element = this.constant(`${name}/value`, { dtype, shape: [], values: values.slice(0, 1) });
      const attributes = { T: type(dtype), index_type: type(DataType.DT_INT32) };
      return output(this.add('Fill', name, { inputs: [dims, element], attributes, outputs: [{ dtype, shape }] }));
    }
    const attributes: Record<string, AttributeValue> = { dtype: type(dtype), value: { kind: 'tensor', value } };
    return output(this.add('Const', name, { attributes, outputs: [{ dtype, shape }] }));
  }

  float(name: string, value: number): Output {
    return this.constant(name, { dtype: DataType.DT_FLOAT, shape: [], values: Float32Array.of(value) });
  }

  ints(name: string, values: readonly number[]): Output {
    return this.constant(name, {
      dtype: DataType.DT_INT32,
      shape: [values.length],
      values: Int32Array.from(values),
    });
  }

  /** An op on float32 of one output, which has the shape of the first input if no other is given. */
  math(op: string, name: string, inputs: readonly Output[], shape = typeOf(inputs[0]!).shape): Output {
    const outputs = [{ dtype: DataType.DT_FLOAT, shape }];
    return output(this.add(op, name, { inputs, attributes: { T: FLOAT }, outputs }));
  }

  /** Floats of one shape, added up. */
  sum(name: string, inputs: readonly Output[]): Output {
    const attributes: Record<string, AttributeValue> = { N: { kind: 'int', value: inputs.length }, T: FLOAT };
    return output(this.add('AddN', name, { inputs, attributes, outputs: [typeOf(inputs[0]!)] }));
  }

  /** Scalars of one type → a vector. */
  pack(name: string, inputs: readonly Output[]): Output {
    const { dtype } = typeOf(inputs[0]!);
    const attributes: Record<string, AttributeValue> = {
      N: { kind: 'int', value: inputs.length },
      T: type(dtype),
      axis: { kind: 'int', value: 0 },
    };
    return output(this.add('Pack', name, { inputs, attributes, outputs: [{ dtype, shape: [inputs.length] }] }));
  }

  /** `reads` of what `writes` gives no sooner than after it. Attributes, names and places stay. */
  replaceInputs(replacement: (input: Output) => Output): void {
    for (const node of this.nodes) node.inputs = node.inputs.map(replacement);
  }

  /** Leaves out what none of these needs. Order stays. */
  keepOnly(roots: readonly GraphNode[]): void {
    const needed = new Set<GraphNode>();
    const open = [...roots];
    for (let node = open.pop(); node; node = open.pop()) {
      if (needed.has(node)) continue;
      needed.add(node);
      open.push(...node.inputs.map((input) => input.node), ...node.controls);
    }
    this.nodes = this.nodes.filter((node) => needed.has(node));
  }

  private unique(wanted: string): string {
    // TensorFlow's own rule for names of nodes.
    const legal = wanted.replace(/[^A-Za-z0-9_.\\/-]/g, '_').replace(/^[^A-Za-z0-9.]/, 'n$&');
    for (;;) {
      const before = this.names.get(legal) ?? 0;
      this.names.set(legal, before + 1);
      const name = before === 0 ? legal : `${legal}_${before}`;
      if (before === 0) return name;
      if (!this.names.has(name)) {
        this.names.set(name, 1);
        return name;
      }
    }
  }
}
