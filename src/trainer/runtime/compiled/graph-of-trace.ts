/**
 * A recorded step as a TensorFlow graph: feeds become placeholders, variables are read from resources,
 * the learning rate is fed, and attributes that eager execution infers are stated. What the step leaves
 * in variables is told, but not written back here.
 */
import { DataType } from '../../../shared/generated/tensorflow/core/framework/types_pb.js';
import { opTable } from './generated/op-table.js';
import {
  output,
  type,
  typeOf,
  type AttributeValue,
  type ConstantValue,
  Graph,
  type GraphNode,
  type Output,
  type OutputType,
} from './graph.js';
import type { RateFactors } from './learning-rate.js';
import type { Binding, RawAttribute } from './native.js';
import type { OpSignature } from './op-signature.js';
import { Refusal } from './refusal.js';
import type { Source, Trace } from './trace.js';

/** A variable, or a large tensor from outside, as the graph has it. */
export interface StateResource extends OutputType {
  readonly name: string;
  readonly handle: Output;
  /** Its value when the step begins. */
  readonly read: Output;
}

export interface GraphSources {
  readonly feeds: readonly (OutputType & { readonly name: string })[];
  /** In the order of the trace's numbers. */
  readonly variables: readonly (OutputType & { readonly name: string })[];
  readonly rateFactors: RateFactors;
}

/** More than this written out as constants, and the graph is not worth having. */
const MOST_CONSTANT_BYTES = 256 * 2 ** 20;

export class StepGraph {
  readonly graph = new Graph();
  readonly feeds: readonly Output[];
  /** Where the learning rate goes in; none where the step does not use it. */
  rate: Output | undefined;
  /** By number of the trace; those that the step uses. */
  readonly variables = new Map<number, StateResource>();
  readonly held = new Map<number, StateResource>();
  private readonly calls: readonly GraphNode[];
  private readonly constants = new Map<number, Output>();

  constructor(
    private readonly trace: Trace,
    private readonly sources: GraphSources,
    private readonly binding: Binding,
  ) {
    const bytes = trace.constants.reduce((sum, { values }) => sum + values.byteLength, 0);
    if (bytes > MOST_CONSTANT_BYTES) {
      throw new Refusal(`the step makes tensors of ${Math.round(bytes / 2 ** 20)} MB out of JavaScript's numbers`);
    }
    this.feeds = sources.feeds.map((feed) => this.graph.placeholder(feed.name, feed));
    const calls: GraphNode[] = [];
    this.calls = calls;
    for (const { op, attributes, inputs, outputs, inUpdate } of trace.calls) {
      const from = inputs.map((input) => this.outputOf(input));
      const name = inUpdate ? `optimizer/${op}` : op;
      calls.push(
        this.graph.add(op, name, {
          inputs: from,
          attributes: allAttributes(op, attributes, from, this.binding),
          outputs,
        }),
      );
    }
  }

  outputOf(source: Source): Output {
    switch (source.kind) {
      case 'result':
        return output(this.calls[source.call]!, source.port);
      case 'feed':
        return this.feeds[source.index]!;
      case 'variable':
        return this.variable(source.index).read;
      case 'held': {
        const held = this.trace.held[source.index]!;
        return getOrMake(this.held, source.index, () => this.resource(`held/${source.index}`, held)).read;
      }
      case 'constant':
        return getOrMake(this.constants, source.index, () => this.constant(source.index));
    }
  }

  variable(index: number): StateResource {
    const variable = this.sources.variables[index]!;
    return getOrMake(this.variables, index, () => this.resource(`variables/${variable.name}`, variable));
  }

  learningRate(): Output {
    return (this.rate ??= this.graph.placeholder('learning_rate', { dtype: DataType.DT_FLOAT, shape: [] }));
  }

  private constant(index: number): Output {
    const value: ConstantValue = this.trace.constants[index]!;
    const factor = this.sources.rateFactors.get(index);
    if (factor === undefined) return this.graph.constant('constants/value', value);
    const { graph } = this;
    const rate = this.learningRate();
    const scaled =
      factor === 1
        ? rate
        : factor === -1
          ? graph.math('Neg', 'learning_rate/negative', [rate])
          : graph.math('Mul', 'learning_rate/scaled', [rate, graph.float('learning_rate/factor', factor)]);
    if (value.shape.length === 0) return scaled;
    const { shape } = value;
    const attributes = { T: type(DataType.DT_FLOAT), Tshape: type(DataType.DT_INT32) };
    const inputs = [scaled, graph.ints('learning_rate/shape', shape)];
    return output(
      graph.add('Reshape', 'learning_rate/shaped', { inputs, attributes, outputs: [{ dtype: value.dtype, shape }] }),
    );
  }

  private resource(name: string, { dtype, shape }: OutputType): StateResource {
    const { graph } = this;
    const handle = graph.add('VarHandleOp', name, {
      attributes: {
        dtype: type(dtype),
        shape: { kind: 'shape', value: shape },
        shared_name: { kind: 'string', value: name },
        container: { kind: 'string', value: '' },
      },
      outputs: [{ dtype: DataType.DT_RESOURCE, shape: [] }],
    });
    return {
      name,
      dtype,
      shape,
      handle: output(handle),
      read: readOf(graph, `${name}/read`, output(handle), { dtype, shape }),
    };
  }
}

/** The value that a resource has when this runs. */
export function readOf(
  graph: Graph,
  name: string,
  handle: Output,
  { dtype, shape }: OutputType,
  controls: readonly GraphNode[] = [],
): Output {
  const attributes = { dtype: type(dtype) };
  return output(
    graph.add('ReadVariableOp', name, { inputs: [handle], attributes, outputs: [{ dtype, shape }], controls }),
  );
}

function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** Those that the kernel gave, as the op knows them, and those that follow from the inputs. */
function allAttributes(
  op: string,
  given: readonly RawAttribute[],
  inputs: readonly Output[],
  binding: Binding,
): Record<string, AttributeValue> {
  const signature = opTable[op]!;
  const attributes: Record<string, AttributeValue> = {};
  for (const { name, type: code, value } of given) {
    const kind = signature.attributes[name];
    // Eager execution ignores what an op does not have; a graph does not.
    if (kind !== undefined) attributes[name] = attributeValue(op, name, kind, code, value, binding);
  }
  infer(signature, inputs, attributes);
  return attributes;
}

function infer(signature: OpSignature, inputs: readonly Output[], attributes: Record<string, AttributeValue>): void {
  const singles = signature.inputs.filter((argument) => !/[*\]]/.test(argument)).length;
  let next = 0;
  for (const argument of signature.inputs) {
    const [, name = '', list, number] = /^([^*[]+)(\[\])?(?:\*(.+))?$/.exec(argument)!;
    if (list) {
      const types = inputs.slice(next, next + inputs.length - singles).map((input) => typeOf(input).dtype);
      attributes[name] ??= { kind: 'types', value: types };
      next += types.length;
      continue;
    }
    if (number) attributes[number] ??= { kind: 'int', value: inputs.length - singles };
    const count = number ? countOf(attributes[number]!) : 1;
    if (name !== '-' && count > 0) attributes[name] = type(typeOf(inputs[next]!).dtype);
    next += count;
  }
}

function countOf(attribute: AttributeValue): number {
  return attribute.kind === 'int' ? attribute.value : 0;
}

const listKinds = { int: 'ints', float: 'floats', type: 'types', string: 'strings', bool: 'bools' } as const;

function attributeValue(
  op: string,
  name: string,
  kind: string,
  code: number,
  value: RawAttribute['value'],
  binding: Binding,
): AttributeValue {
  const element = /^list\((\w+)\)$/.exec(kind)?.[1];
  if (element !== undefined && element in listKinds) {
    const list = Array.isArray(value) ? value : [value];
    return { kind: listKinds[element as keyof typeof listKinds], value: list } as AttributeValue;
  }
  // The addon reads shapes as lists of lengths.
  if (kind === 'shape' && Array.isArray(value)) return { kind, value };
  const fits =
    (kind === 'string' && typeof value === 'string') ||
    (kind === 'bool' && typeof value === 'boolean') ||
    ((kind === 'int' || kind === 'float' || kind === 'type') && typeof value === 'number');
  if (fits) return { kind, value } as AttributeValue;
  // Truth is written as a number by some kernels.
  if (kind === 'bool' && code === binding.TF_ATTR_BOOL) return { kind, value: Boolean(value) };
  throw new Refusal(`the op ${op} has an attribute “${name}” that cannot be written into a graph`);
}
