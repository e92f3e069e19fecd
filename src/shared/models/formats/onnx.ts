/** ONNX models: nodes, inputs and initializers of the graph, its functions and subgraphs by name. */
import { fromBinary } from '@bufbuild/protobuf';
import type { OpNode } from '../../graph/op-graph.js';
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  TensorProto_DataType,
  type AttributeProto,
  type GraphProto,
  type TypeProto,
} from '../generated/onnx_pb.js';
import { GraphBuilder, UNKNOWN, type Source } from '../graph-builder.js';
import { ModelFileError, type ModelFormat } from '../model-format.js';

/** Control flow nests graphs in attributes of nodes. */
const DEEPEST = 32;

export const onnx: ModelFormat = {
  title: 'ONNX (.onnx)',
  matches: ({ name }) => /\.onnx$/i.test(name),
  open({ name, bytes }) {
    const model = fromBinary(ModelProtoSchema, bytes);
    if (!model.graph) throw new ModelFileError('It holds no graph.');
    const notes: string[] = [];
    const builder = new GraphBuilder();
    addGraph(builder, model.graph, [], new Map(), 0);
    const sets = model.opsetImport.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`).join(', ');
    const facts = [
      { name: 'producer', value: `${model.producerName} ${model.producerVersion}`.trim() },
      { name: 'operators', value: sets },
      { name: 'IR version', value: model.irVersion > 0n ? String(model.irVersion) : '' },
      { name: 'description', value: model.docString },
      ...model.metadataProps.map(({ key, value }) => ({ name: key, value })),
    ].filter(({ value }) => value !== '');
    return {
      format: this.title,
      facts,
      graphs: [{ title: model.graph.name || name, graph: builder.finish(notes) }],
      notes,
    };
  },
};

function addGraph(
  builder: GraphBuilder,
  graph: GraphProto,
  group: readonly string[],
  outer: ReadonlyMap<string, Source>,
  depth: number,
): void {
  if (depth > DEEPEST) throw new ModelFileError(`Graphs are nested in it more than ${DEEPEST} deep.`);
  const sources = new Map(outer);
  const types = new Map([...graph.input, ...graph.output, ...graph.valueInfo].map(({ name, type }) => [name, type]));
  const prefix = group.map((one) => `${one}/`).join('');

  for (const { name, dims, dataType } of graph.initializer) {
    const output = { shape: dims.map(Number), dtype: typeName(dataType) };
    sources.set(name, {
      from: builder.add({ ...placed(prefix, name), op: 'Initializer', kind: 'constant', outputs: [output] }),
    });
  }
  for (const { name } of graph.input) {
    // Old files list initializers among the inputs as well.
    if (sources.has(name) && !outer.has(name)) continue;
    sources.set(name, {
      from: builder.add({ ...placed(prefix, name), op: 'Input', kind: 'input', outputs: outputsOf([name], types) }),
    });
  }
  const added = graph.node.map((node, index) => {
    const id = builder.add({
      ...placed(prefix, node.name || node.output[0] || `${node.opType}_${index + 1}`),
      op: node.opType,
      kind: node.opType === 'Constant' ? 'constant' : 'op',
      outputs: outputsOf(node.output, types),
      attributes: attributesOf(node.attribute),
    });
    node.output.forEach((output, slot) => output !== '' && sources.set(output, { from: id, slot }));
    return { node, id };
  });
  for (const { node, id } of added) {
    node.input.forEach((input, place) => {
      // An empty name stands for an input that is left out.
      if (input !== '')
        builder.connect(
          sources.get(input) ?? { from: input },
          id,
          inputNames[node.opType]?.[place] ?? `input ${place + 1}`,
        );
    });
    for (const attribute of node.attribute) {
      for (const inner of [attribute.g, ...attribute.graphs]) {
        if (inner) addGraph(builder, inner, [...group, id.slice(prefix.length), attribute.name], sources, depth + 1);
      }
    }
  }
}

function placed(prefix: string, name: string): { readonly id: string } {
  // Exporters write absolute paths: `/features/0/Conv`.
  return { id: prefix + name.replace(/^\/+/, '').replace(/\/{2,}/g, '/') };
}

const inputNames: Readonly<Record<string, readonly string[]>> = {
  Conv: ['X', 'W', 'B'],
  Gemm: ['A', 'B', 'C'],
  MatMul: ['A', 'B'],
  BatchNormalization: ['X', 'scale', 'B', 'mean', 'var'],
};

function outputsOf(names: readonly string[], types: ReadonlyMap<string, TypeProto | undefined>): OpNode['outputs'] {
  const outputs: OpNode['outputs'] = [];
  for (const name of names) {
    const value = types.get(name)?.value;
    if (value?.case !== 'tensorType' || !value.value.shape) return outputs;
    const shape = value.value.shape.dim.map(({ value: size }) =>
      size.case === 'dimValue' ? Number(size.value) : UNKNOWN,
    );
    outputs.push({ shape, dtype: typeName(value.value.elemType) });
  }
  return outputs;
}

const typeNames: Readonly<Record<string, string>> = { float: 'float32', double: 'float64' };

function typeName(type: number): string {
  const name = (TensorProto_DataType[type] ?? 'unknown').toLowerCase();
  return typeNames[name] ?? name;
}

function attributesOf(attributes: readonly AttributeProto[]): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const attribute of attributes) {
    const value = valueOf(attribute);
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

/** Names of modes and the like, in plain letters. */
function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 1024));
}
