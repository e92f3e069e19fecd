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
import type { OpNode } from '../graph/op-graph.js';
import { GraphBuilder, UNKNOWN, type Source } from './graph-builder.js';
import type { OpenedModel } from './model-format.js';
import { numbersOfTensor, sizeOfTensor } from '../events/numbers-of-tensor.js';
import { ownEntry } from './own-entry.js';
import type { GivenAttributes } from './shapes/given-op.js';
import type { Inference } from './shapes/infer-shapes.js';
import { MOST_VALUES, unknownSize, type Known, type Sizes } from './shapes/tensor-facts.js';
import { tensorflowShapes } from './shapes/tensorflow-shapes.js';
import { dtypesOf, slotOf, typeName } from './tensorflow-types.js';

interface GraphOptions {
  /** Names of nodes: those alone are shown that they need. */
  readonly wanted?: readonly string[];
  /** Constants say what shape they have, and what they hold is in other files. */
  readonly areValuesElsewhere?: boolean;
}

/**
 * @throws ModelFileError for a graph
 * that is no graph
 */
export function openGraphDef(
  graph: GraphDef,
  title: string,
  { wanted, areValuesElsewhere = false }: GraphOptions = {},
): OpenedModel {
  const notes: string[] = [];
  const nodes = wanted ? neededFor(wanted, graph.node) : graph.node;
  if (nodes.length < graph.node.length) {
    notes.push(
      `${(graph.node.length - nodes.length).toLocaleString('en-US')} ops that save and restore variables, or that nothing uses, are left out.`,
    );
  }
  const adding = new Adding(
    areValuesElsewhere,
    new Map((graph.library?.function ?? []).map((one) => [one.signature?.name ?? '', one])),
  );
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

  constructor(
    private readonly areValuesElsewhere: boolean,
    private readonly functions: ReadonlyMap<string, FunctionDef>,
  ) {}

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
      if (body) {
        const data = dataOf(node);
        const given = (index: number): Source | undefined =>
          data[index] === undefined ? undefined : sourceOf(data[index]);
        calls.set(node.name, () => this.call(prefix + node.name, body, given, depth));
      } else results.set(node.name, this.add(node, prefix));
    }
    for (const name of [...calls.keys()]) sourceOf(name);
    for (const node of nodes) {
      const id = results.get(node.name);
      if (typeof id !== 'string') continue;
      node.input.forEach((input, index) => {
        const source = sourceOf(input);
        if (!source) return;
        if (readInput(input).control) this.builder.connect(source, id, 'control');
        else this.builder.connect(source, id, inputName(node.op, index), index);
      });
      this.addBranches(node, id, prefix, sourceOf, depth);
    }
    return sourceOf;
  }

  /** The body of a function, below `path`. @param given what goes into it, by its place */
  private call(
    path: string,
    body: FunctionDef,
    given: (index: number) => Source | undefined,
    depth: number,
  ): readonly Source[] {
    const own = `${path}/`;
    const taken = new Map<string, Source>();
    (body.signature?.inputArg ?? []).forEach(({ name }, index) => {
      const source = given(index);
      if (source) taken.set(name, source);
    });
    const resultOf = this.addNodes(body.nodeDef, own, taken, depth + 1);
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
    const data = dataOf(node).slice(ownEntry(first, node.op) ?? 0);
    const shapes = node.op.endsWith('While') ? shapesOf(node) : undefined;
    const given = (index: number): Source | undefined => {
      const source = data[index] === undefined ? undefined : sourceOf(data[index]);
      if (!source || !shapes) return source;
      // What goes round in a loop may have another shape each time: what the loop says of it holds.
      const shape = shapes[index];
      return { ...source, seen: shape && !shape.unknownRank ? { shape: knownSizes(shape) } : {} };
    };
    for (const [name, body] of this.branchesOf(node))
      for (const source of this.call(`${prefix}${node.name}/${name}`, body, given, depth))
        this.builder.connect(source, id, name);
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

  private valuesOf(node: NodeDef): readonly number[] | undefined {
    return this.areValuesElsewhere ? undefined : valuesOf(node);
  }

  private knownOf(node: NodeDef): readonly Known[] {
    const dtypes = dtypesOf(node);
    const values = this.valuesOf(node);
    return shapesOf(node).map((shape, slot) => ({
      dtype: dtypes[slot] ?? dtypes[0],
      ...(shape && !shape.unknownRank ? { shape: knownSizes(shape) } : {}),
      ...(values && slot === 0 ? { values } : {}),
    }));
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
      known: this.knownOf(node),
      infer: inferenceOf(node),
      device: node.device,
      attributes,
      value: shapesOf(node)[0]?.dim.length === 0 ? this.valuesOf(node)?.[0] : undefined,
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

function dataOf({ input }: NodeDef): string[] {
  return input.filter((one) => !one.startsWith('^'));
}

function inferenceOf(node: NodeDef): Inference {
  const dtypes = dtypesOf(node);
  const attributes = attributesOf(node);
  return (inputs) => {
    const found = tensorflowShapes(node.op, { ...attributes, inputs, outputs: dtypes.length });
    return dtypes.map((dtype, slot) => ({ shape: found[slot]?.shape, values: found[slot]?.values, dtype }));
  };
}

/** As the rules of shapes read them. */
function attributesOf({ attr }: NodeDef): GivenAttributes {
  return {
    number(name) {
      const value = ownEntry(attr, name)?.value;
      return value?.case === 'i' || value?.case === 'b' ? Number(value.value) : undefined;
    },
    numbers(name) {
      const value = ownEntry(attr, name)?.value;
      return value?.case === 'list' ? value.value.i.map(Number) : undefined;
    },
    text(name) {
      const value = ownEntry(attr, name)?.value;
      return value?.case === 's' ? readable(value.value) : undefined;
    },
  };
}

function shapesOf({ op, attr }: NodeDef): readonly (TensorShapeProto | undefined)[] {
  const held = attr['shape']?.value;
  const own = held?.case === 'shape' ? [held.value] : [];
  // What a variable gives is a handle; what people want to know is what it holds.
  if (op === 'VarHandleOp' && own.length > 0) return own;
  const known = (attr['_output_shapes'] ?? (ownEntry(first, op) === undefined ? undefined : attr['output_shapes']))
    ?.value;
  if (known?.case === 'list') return known.value.shape;
  const value = attr['value']?.value;
  if (op === 'Const' && value?.case === 'tensor') return [value.value.tensorShape ?? create(TensorShapeProtoSchema)];
  return ownEntry(kinds, op) === undefined ? [] : own;
}

function knownSizes({ dim }: TensorShapeProto): Sizes {
  return dim.map(({ size }) => (size < 0n ? unknownSize() : Number(size)));
}

function sizesOf(shape: TensorShapeProto): number[] {
  return shape.dim.map(({ size }) => (size < 0n ? UNKNOWN : Number(size)));
}

/** What a constant holds, where that is little. */
function valuesOf({ op, attr }: NodeDef): readonly number[] | undefined {
  const value = ownEntry(attr, 'value')?.value;
  if (op !== 'Const' || value?.case !== 'tensor') return undefined;
  const size = sizeOfTensor(value.value);
  if (size === undefined || size > MOST_VALUES) return undefined;
  const numbers = numbersOfTensor(value.value);
  return numbers && [...numbers];
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
