/**
 * An ONNX graph as a graph to look at: nodes, initializers and inputs, functions where they are called, and below a
 * loop or a choice what it may run. Knows no file.
 */
import {
  AttributeProto_AttributeType,
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type NodeProto,
  type TypeProto,
} from './generated/onnx_pb.js';
import type { GraphBuilder, Source } from './graph-builder.js';
import {
  OnnxSizes,
  factsOfConstant,
  factsOfTensor,
  latin,
  onnxAttributes,
  typeName,
  type StoredTensor,
} from './onnx-values.js';
import { ownEntry } from './own-entry.js';
import type { Inference } from './shapes/infer-shapes.js';
import { onnxShapes } from './shapes/onnx-shapes.js';
import type { Known } from './shapes/tensor-facts.js';

type Sources = Map<string, Source>;
type Types = ReadonlyMap<string, TypeProto | undefined>;
/** What attributes of a function's ops stand for where it is called, by the function's names. */
type Given = ReadonlyMap<string, AttributeProto>;

/** Where ops are added: names that what is outside has, too, are known within. */
interface Place {
  readonly prefix: string;
  readonly depth: number;
  readonly given: Given;
  readonly sources: Sources;
}

export class OnnxGraph {
  private readonly functions: ReadonlyMap<string, FunctionProto>;
  private readonly sizes = new OnnxSizes();

  constructor(
    private readonly builder: GraphBuilder,
    functions: readonly FunctionProto[],
  ) {
    this.functions = new Map(functions.map((one) => [keyOf(one.domain, one.name, one.overload), one]));
  }

  add(graph: GraphProto): void {
    this.graph(graph, { prefix: '', depth: 0, given: new Map(), sources: new Map() }, () => undefined);
  }

  /** @param fed what comes into its inputs, by their place. @returns what goes out of it */
  private graph(
    graph: GraphProto,
    outside: Place,
    fed: (place: number) => Source | undefined,
  ): readonly (Source | undefined)[] {
    this.builder.enter(outside.depth);
    const place = { ...outside, sources: new Map(outside.sources) };
    const { prefix, sources } = place;
    const types = new Map([...graph.input, ...graph.output, ...graph.valueInfo].map(({ name, type }) => [name, type]));
    const stored: readonly StoredTensor[] = [
      ...graph.initializer,
      ...graph.sparseInitializer.map(({ values, dims }) => ({
        name: values?.name ?? '',
        dims,
        dataType: values?.dataType ?? 0,
      })),
    ];
    for (const tensor of stored) {
      const { name = '' } = tensor;
      const file = tensor.externalData?.find(({ key }) => key === 'location')?.value;
      const from = this.builder.add({
        ...placed(prefix, name),
        op: 'Initializer',
        kind: 'constant',
        known: [factsOfTensor(tensor)],
        ...(file ? { attributes: { file } } : {}),
      });
      sources.set(name, { from });
    }
    const own = new Set(stored.map(({ name }) => name));
    for (const [index, { name }] of graph.input.entries()) {
      // Old files list initializers among the inputs as well.
      if (own.has(name)) continue;
      const source = fed(index);
      const kind = source ? 'op' : 'input';
      const known = [this.sizes.factsOf(types.get(name))];
      const from = this.builder.add({ ...placed(prefix, name), op: 'Input', kind, known });
      if (source) this.builder.connect(source, from, 'value');
      sources.set(name, { from });
    }
    this.nodes(graph.node, types, place);
    return graph.output.map(({ name }) => sources.get(name));
  }

  private nodes(nodes: readonly NodeProto[], types: Types, place: Place): void {
    const { prefix, sources, given } = place;
    // Names first: nodes may stand before what they take.
    const added = nodes.flatMap((node, index) => {
      if (this.calledBy(node)) return [];
      const attributes = attributesOf(node.attribute, given);
      const id = this.builder.add({
        ...placed(prefix, nameOf(node, index)),
        op: node.opType,
        kind: node.opType === 'Constant' ? 'constant' : 'op',
        known: this.knownOf(node, types),
        infer: inferenceOf(node, given),
        attributes,
      });
      node.output.forEach((output, slot) => output !== '' && sources.set(output, { from: id, slot }));
      return [{ node, id }];
    });
    nodes.forEach((node, index) => this.call(node, nameOf(node, index), place));
    for (const { node, id } of added) {
      node.input.forEach((input, index) => {
        // An empty name stands for an input that is left out.
        if (input === '') return;
        const name = ownEntry(inputNames, node.opType)?.[index] ?? `input ${index + 1}`;
        this.builder.connect(sources.get(input) ?? { from: input }, id, name, index);
      });
      this.branches(node, id, place);
    }
  }

  /** The body of a function, in the place of the node that calls it. */
  private call(node: NodeProto, name: string, { prefix, sources, given, depth }: Place): void {
    const body = this.calledBy(node);
    if (!body) return;
    this.builder.enter(depth + 1);
    const inner: Sources = new Map();
    body.input.forEach((input, index) => {
      const source = sources.get(node.input[index] ?? '');
      if (source) inner.set(input, source);
    });
    const attributes = new Map<string, AttributeProto>();
    for (const one of [...body.attributeProto, ...node.attribute])
      attributes.set(one.name, (one.refAttrName && given.get(one.refAttrName)) || one);
    const types = new Map(body.valueInfo.map((value) => [value.name, value.type]));
    const within = `${placed(prefix, name).id}/`;
    this.nodes(body.node, types, { prefix: within, depth: depth + 1, given: attributes, sources: inner });
    node.output.forEach((output, index) => {
      const source = inner.get(body.output[index] ?? '');
      if (output !== '' && source) sources.set(output, source);
    });
  }

  /** What a loop or a choice may run: from what goes into it to the op itself. */
  private branches(node: NodeProto, id: string, place: Place): void {
    const from = ownEntry(firstFed, node.opType);
    const fed = (index: number): Source | undefined => {
      const input = from === undefined || index < from ? '' : (node.input[index] ?? '');
      return input === '' ? undefined : place.sources.get(input);
    };
    for (const { name, g, graphs } of node.attribute) {
      for (const [index, inner] of [...(g ? [g] : []), ...graphs].entries()) {
        const prefix = `${id}/${graphs.length > 1 ? `${name}_${index}` : name}/`;
        for (const source of this.graph(inner, { ...place, prefix, depth: place.depth + 1 }, fed))
          if (source) this.builder.connect(source, id, name);
      }
    }
  }

  private knownOf({ opType, attribute, output }: NodeProto, types: Types): readonly Known[] {
    if (opType === 'Constant') return [factsOfConstant(attribute)];
    return output.map((name) => this.sizes.factsOf(types.get(name)));
  }

  private calledBy({ domain, opType, overload }: NodeProto): FunctionProto | undefined {
    return this.functions.get(keyOf(domain, opType, overload));
  }
}

/** Ops whose bodies take what the op takes, from which input on: a loop's body begins with a counter of its own. */
const firstFed: Readonly<Record<string, number>> = { Loop: 1, Scan: 0 };

const inputNames: Readonly<Record<string, readonly string[]>> = {
  Conv: ['X', 'W', 'B'],
  Gemm: ['A', 'B', 'C'],
  MatMul: ['A', 'B'],
  BatchNormalization: ['X', 'scale', 'B', 'mean', 'var'],
};

function keyOf(domain: string, name: string, overload: string): string {
  return [domain === 'ai.onnx' ? '' : domain, name, overload].join('\u0000');
}

function nameOf(node: NodeProto, index: number): string {
  return node.name || node.output[0] || `${node.opType}_${index + 1}`;
}

function placed(prefix: string, name: string): { readonly id: string } {
  // Exporters write absolute paths: `/features/0/Conv`.
  return { id: prefix + name.replace(/^\/+/, '').replace(/\/{2,}/g, '/') };
}

/** Ops of other domains are not ONNX's own, whatever their names are. */
function inferenceOf({ domain, opType, attribute, output }: NodeProto, given: Given): Inference | undefined {
  if (domain !== '' && domain !== 'ai.onnx') return undefined;
  const found = onnxAttributes((name) => {
    const one = attribute.find((each) => each.name === name);
    return one?.refAttrName ? given.get(one.refAttrName) : one;
  });
  return (inputs) => onnxShapes(opType, { ...found, inputs, outputs: output.length });
}

function attributesOf(attributes: readonly AttributeProto[], given: Given): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const attribute of attributes) {
    const value = valueOf((attribute.refAttrName && given.get(attribute.refAttrName)) || attribute);
    if (value !== undefined) shown[attribute.name] = value;
  }
  return shown;
}

function valueOf({ type, i, f, s, ints, floats, strings, t }: AttributeProto): unknown {
  switch (type) {
    case AttributeProto_AttributeType.INT:
      return Number(i);
    case AttributeProto_AttributeType.FLOAT:
      return f;
    case AttributeProto_AttributeType.STRING:
      return latin(s);
    case AttributeProto_AttributeType.INTS:
      return ints.map(Number);
    case AttributeProto_AttributeType.FLOATS:
      return floats;
    case AttributeProto_AttributeType.STRINGS:
      return strings.map(latin);
    case AttributeProto_AttributeType.TENSOR:
      return t && `${typeName(t.dataType)} ${t.dims.join('×') || 'scalar'}`;
    default:
      return undefined;
  }
}
