/**
 * A GraphDef as a graph to look at: nodes by their name scopes, functions where they are called, what
 * saves and restores variables left out. Knows no container.
 */
import { create } from '@bufbuild/protobuf';
import { getTextEncoding } from '@bufbuild/protobuf/wire';
import type { AttrValue } from '../generated/tensorflow/core/framework/attr_value_pb.js';
import type { FunctionDef } from '../generated/tensorflow/core/framework/function_pb.js';
import type { GraphDef } from '../generated/tensorflow/core/framework/graph_pb.js';
import type { NodeDef } from '../generated/tensorflow/core/framework/node_def_pb.js';
import {
  TensorShapeProtoSchema,
  type TensorShapeProto,
} from '../generated/tensorflow/core/framework/tensor_shape_pb.js';
import { DataType } from '../generated/tensorflow/core/framework/types_pb.js';
import type { OpNode } from '../graph/op-graph.js';
import { GraphBuilder, UNKNOWN, type Source } from './graph-builder.js';
import type { OpenedModel } from './model-format.js';
import { ownEntry } from './own-entry.js';
import { dtypesOf, slotOf, typeName } from './tensorflow-types.js';

/**
 * Where `wanted` names nodes, those alone are shown that they need. @throws ModelFileError for a graph
 * that is no graph
 */
export function openGraphDef(graph: GraphDef, title: string, wanted?: readonly string[]): OpenedModel {
  const notes: string[] = [];
  const nodes = wanted ? neededFor(wanted, graph.node) : graph.node;
  if (nodes.length < graph.node.length) {
    notes.push(
      `${(graph.node.length - nodes.length).toLocaleString('en-US')} ops that save and restore variables, or that nothing uses, are left out.`,
    );
  }
  const adding = new Adding(new Map((graph.library?.function ?? []).map((one) => [one.signature?.name ?? '', one])));
  adding.addNodes(nodes, '', new Map(), 0);
  const { versions } = graph;
  return {
    format: 'TensorFlow graph',
    facts: versions && versions.producer > 0 ? [{ name: 'producer', value: String(versions.producer) }] : [],
    graphs: [{ title, graph: adding.builder.finish(notes) }],
    notes,
  };
}

/** What the named nodes need, in the order of all. */
function neededFor(wanted: readonly string[], nodes: readonly NodeDef[]): NodeDef[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const needed = new Set<string>();
  const todo = [...wanted];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    for (const input of byName.get(name)?.input ?? []) todo.push(readInput(input).node);
  }
  return nodes.filter(({ name }) => needed.has(name));
}

/** `^name` for control, `name`, `name:1`, and in functions `name:output:1`. */
interface Input {
  readonly node: string;
  /** Within functions: what the node's op calls it. */
  readonly output?: string;
  /** Of the outputs with this name, or of all. */
  readonly number: number;
  readonly control: boolean;
}

function readInput(input: string): Input {
  const control = input.startsWith('^');
  const parts = (control ? input.slice(1) : input).split(':');
  const last = Number(parts.length > 1 ? parts.at(-1) : 0);
  return {
    node: parts[0]!,
    ...(parts.length > 2 ? { output: parts[1]! } : {}),
    number: Number.isSafeInteger(last) && last >= 0 ? last : 0,
    control,
  };
}

class Adding {
  readonly builder = new GraphBuilder();

  constructor(private readonly functions: ReadonlyMap<string, FunctionDef>) {}

  /**
   * Nodes of a graph or a function's body, below `prefix`; `given` are the function's arguments.
   * @returns what inputs that are named as in the body stand for now
   */
  addNodes(
    nodes: readonly NodeDef[],
    prefix: string,
    given: ReadonlyMap<string, Source>,
    depth: number,
  ): (input: string) => Source | undefined {
    this.builder.enter(depth);
    const results = new Map<string, readonly Source[] | string>();
    for (const [name, source] of given) results.set(name, [source]);
    const byName = new Map(nodes.map((node) => [node.name, node]));
    const calls = new Map<string, () => readonly Source[]>();
    const sourceOf = (input: string): Source | undefined => {
      const { node, output, number } = readInput(input);
      const call = calls.get(node);
      if (call) {
        // What a function gives is known when its body has been added; a call that waits for itself gives nothing.
        calls.delete(node);
        results.set(node, []);
        results.set(node, call());
      }
      const result = results.get(node);
      const named = byName.get(node);
      const slot = output === undefined || !named ? number : this.slotOf(named, output, number);
      if (result === undefined) return { from: prefix + node, slot };
      return typeof result === 'string' ? { from: result, slot } : (result[slot] ?? result[0]);
    };
    // Names first: nodes may stand before what they take.
    for (const node of nodes) {
      const body = this.calledBy(node);
      if (body) calls.set(node.name, () => this.call(node, body, prefix, sourceOf, depth));
      else results.set(node.name, this.add(node, prefix));
    }
    for (const name of [...calls.keys()]) sourceOf(name);
    for (const node of nodes) {
      const id = results.get(node.name);
      if (typeof id !== 'string') continue;
      node.input.forEach((input, index) => {
        const source = sourceOf(input);
        if (source) this.builder.connect(source, id, readInput(input).control ? 'control' : inputName(node.op, index));
      });
      this.addBranches(node, id, prefix, sourceOf, depth);
    }
    return sourceOf;
  }

  private call(
    node: NodeDef,
    body: FunctionDef,
    prefix: string,
    sourceOf: (input: string) => Source | undefined,
    depth: number,
  ): readonly Source[] {
    const own = `${prefix}${node.name}/`;
    const given = new Map<string, Source>();
    const data = node.input.filter((input) => !input.startsWith('^'));
    (body.signature?.inputArg ?? []).forEach(({ name }, index) => {
      const source = data[index] === undefined ? undefined : sourceOf(data[index]);
      if (source) given.set(name, source);
    });
    const resultOf = this.addNodes(body.nodeDef, own, given, depth + 1);
    return (body.signature?.outputArg ?? []).map(
      ({ name }) => resultOf(ownEntry(body.ret, name) ?? name) ?? { from: own + name },
    );
  }

  private slotOf(node: NodeDef, output: string, number: number): number {
    const called = this.functions.get(node.op)?.signature?.outputArg.findIndex(({ name }) => name === output) ?? -1;
    return called >= 0 ? called : slotOf(node, output, number);
  }

  /** What a loop or a choice may run, below it: from what goes into it to the op itself. */
  private addBranches(
    node: NodeDef,
    id: string,
    prefix: string,
    sourceOf: (input: string) => Source | undefined,
    depth: number,
  ): void {
    const data = node.input.filter((input) => !input.startsWith('^')).slice(ownEntry(first, node.op) ?? 0);
    for (const [name, body] of this.branchesOf(node)) {
      const given = { ...node, name: `${node.name}/${name}`, input: data };
      for (const source of this.call(given, body, prefix, sourceOf, depth)) this.builder.connect(source, id, name);
    }
  }

  private branchesOf(node: NodeDef): readonly (readonly [name: string, body: FunctionDef])[] {
    if (ownEntry(first, node.op) === undefined) return [];
    return Object.entries(node.attr).flatMap(([name, { value }]) => {
      const called = value.case === 'func' ? [value.value] : value.case === 'list' ? value.value.func : [];
      return called.flatMap((one, index) => {
        const body = this.functions.get(one.name);
        return body ? [[called.length > 1 ? `${name}_${index}` : name, body] as const] : [];
      });
    });
  }

  private calledBy(node: NodeDef): FunctionDef | undefined {
    const direct = this.functions.get(node.op);
    if (direct) return direct;
    if (node.op !== 'PartitionedCall' && node.op !== 'StatefulPartitionedCall') return undefined;
    const value = node.attr['f']?.value;
    return value?.case === 'func' ? this.functions.get(value.value.name) : undefined;
  }

  private add(node: NodeDef, prefix: string): string {
    const attributes: Record<string, unknown> = {};
    for (const [name, { value }] of Object.entries(node.attr)) {
      if (name === '_output_shapes' || name === '_class' || name === 'shape_and_slices') continue;
      const shown = plain(value);
      if (shown !== undefined) attributes[name] = shown;
    }
    return this.builder.add({
      id: prefix + node.name,
      op: node.op,
      kind: ownEntry(kinds, node.op) ?? 'op',
      outputs: outputsOf(node),
      device: node.device,
      attributes,
      value: numberOf(node),
    });
  }
}

/** Ops with functions to choose from or to go through again; from which input on those are what functions take. */
const first: Readonly<Record<string, number>> = {
  While: 0,
  StatelessWhile: 0,
  If: 1,
  StatelessIf: 1,
  Case: 1,
  StatelessCase: 1,
};

const kinds: Readonly<Record<string, OpNode['kind']>> = {
  Placeholder: 'input',
  PlaceholderWithDefault: 'input',
  Const: 'constant',
  VariableV2: 'variable',
  Variable: 'variable',
  VarHandleOp: 'variable',
  Assign: 'assign',
  AssignVariableOp: 'assign',
};

const inputNames: Readonly<Record<string, readonly string[]>> = {
  Conv2D: ['input', 'filter'],
  DepthwiseConv2dNative: ['input', 'filter'],
  BiasAdd: ['value', 'bias'],
  MatMul: ['a', 'b'],
  Reshape: ['tensor', 'shape'],
};

function inputName(op: string, index: number): string {
  return ownEntry(inputNames, op)?.[index] ?? `input ${index + 1}`;
}

function outputsOf(node: NodeDef): OpNode['outputs'] {
  const dtypes = dtypesOf(node);
  const outputs: OpNode['outputs'] = [];
  for (const [slot, shape] of shapesOf(node).entries()) {
    // One whose rank is not known is left out, and with it those behind it: outputs are known by their place.
    if (!shape || shape.unknownRank) break;
    outputs.push({ shape: sizesOf(shape), dtype: dtypes[slot] ?? dtypes[0] ?? 'unknown' });
  }
  return outputs;
}

function shapesOf({ op, attr }: NodeDef): readonly (TensorShapeProto | undefined)[] {
  const held = attr['shape']?.value;
  const own = held?.case === 'shape' ? [held.value] : [];
  // What a variable gives is a handle; what people want to know is what it holds.
  if (op === 'VarHandleOp' && own.length > 0) return own;
  const known = attr['_output_shapes']?.value;
  if (known?.case === 'list') return known.value.shape;
  const value = attr['value']?.value;
  if (op === 'Const' && value?.case === 'tensor') return [value.value.tensorShape ?? create(TensorShapeProtoSchema)];
  return ownEntry(kinds, op) === undefined ? [] : own;
}

function sizesOf(shape: TensorShapeProto): number[] {
  return shape.dim.map(({ size }) => (size < 0n ? UNKNOWN : Number(size)));
}

/** Of a constant that is one number. */
function numberOf(node: NodeDef): number | undefined {
  const value = node.attr['value']?.value;
  if (node.op !== 'Const' || value?.case !== 'tensor') return undefined;
  const { floatVal, intVal, doubleVal, tensorContent, tensorShape, dtype } = value.value;
  if ((tensorShape?.dim.length ?? 0) > 0) return undefined;
  const only = floatVal[0] ?? intVal[0] ?? doubleVal[0];
  if (only !== undefined) return only;
  if (tensorContent.length !== 4) return undefined;
  const view = new DataView(tensorContent.buffer, tensorContent.byteOffset, 4);
  return dtype === DataType.DT_FLOAT
    ? view.getFloat32(0, true)
    : dtype === DataType.DT_INT32
      ? view.getInt32(0, true)
      : undefined;
}

/** An attribute as people read it; tensors and functions by a word. */
function plain(value: AttrValue['value']): unknown {
  switch (value.case) {
    case 's':
      return readable(value.value);
    case 'i':
      return Number(value.value);
    case 'f':
    case 'b':
      return value.value;
    case 'type':
      return typeName(value.value);
    case 'shape':
      return value.value.unknownRank ? 'any' : sizesOf(value.value).join('×');
    case 'func':
      return value.value.name;
    case 'list': {
      const { s, i, f, b, type } = value.value;
      if (i.length > 0) return i.map(Number);
      if (f.length > 0) return f;
      if (b.length > 0) return b;
      if (s.length > 0) return s.map(readable);
      return type.length > 0 ? type.map(typeName) : undefined;
    }
    default:
      return undefined;
  }
}

function readable(bytes: Uint8Array): string {
  if (bytes.length > 4096) return `${bytes.length} bytes`;
  try {
    return getTextEncoding().decodeUtf8(bytes);
  } catch {
    return `${bytes.length} bytes`;
  }
}
