/**
 * A recorded graph as TensorFlow's GraphDef in text: what TensorBoard's graph view opens. For looking,
 * not for running: ops are those of TensorFlow.js, some of them unknown to TensorFlow.
 */
import { create, toBinary, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf';
import { getTextEncoding } from '@bufbuild/protobuf/wire';
import { groupBy } from '../base/group-by.js';
import type { AttrValueSchema } from '../generated/tensorflow/core/framework/attr_value_pb.js';
import { GraphDefSchema } from '../generated/tensorflow/core/framework/graph_pb.js';
import { DataType } from '../generated/tensorflow/core/framework/types_pb.js';
import type { OpEdge, OpGraph, OpNode } from './op-graph.js';
import { shapeInit } from './saved-model.js';
import { textOfMessage } from './text-format.js';

type Attribute = MessageInitShape<typeof AttrValueSchema>;

export function graphDefText(graph: OpGraph): string {
  return textOfMessage(GraphDefSchema, graphDefOf(graph));
}

/** As it lies in an event file, in `graph_def`. */
export function graphDefBytes(graph: OpGraph): Uint8Array {
  return toBinary(GraphDefSchema, graphDefOf(graph));
}

function graphDefOf(graph: OpGraph): MessageShape<typeof GraphDefSchema> {
  const names = namesOf(graph.nodes);
  const inputs = groupBy(graph.edges, ({ to }) => to);
  const node = graph.nodes.map((op) => ({
    name: names.get(op.id)!,
    op: op.op,
    input: inputNames(inputs.get(op.id) ?? [], names),
    attr: attributesOf(op, names),
  }));
  return create(GraphDefSchema, { node, versions: { producer: 1882, minConsumer: 12 } });
}

/** Those that say only what runs before come last, as TensorFlow asks for. */
function inputNames(edges: readonly OpEdge[], names: ReadonlyMap<string, string>): string[] {
  const isControl = ({ input }: OpEdge): boolean => input === 'control';
  return [
    ...edges
      .filter((edge) => !isControl(edge))
      .map(({ from, slot }) => (slot === 0 ? names.get(from)! : `${names.get(from)!}:${slot}`)),
    ...new Set(edges.filter(isControl).map(({ from }) => `^${names.get(from)!}`)),
  ];
}

/** TensorFlow allows fewer letters in names than people use; two that fall together are told apart. */
function namesOf(nodes: readonly OpNode[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { id } of nodes) {
    const plain = id.replace(/[^A-Za-z0-9_.\\/>-]/g, '_').replace(/^[^A-Za-z0-9.]/, '.');
    let name = plain;
    for (let count = 1; taken.has(name); count++) name = `${plain}_${count}`;
    taken.add(name);
    names.set(id, name);
  }
  return names;
}

const dataTypes: Readonly<Record<string, DataType>> = {
  float32: DataType.DT_FLOAT,
  int32: DataType.DT_INT32,
  bool: DataType.DT_BOOL,
  string: DataType.DT_STRING,
  complex64: DataType.DT_COMPLEX64,
};

function attributesOf(node: OpNode, names: ReadonlyMap<string, string>): Record<string, Attribute> {
  const attributes: Record<string, Attribute> = {};
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    const attribute = attributeOf(value);
    if (attribute) attributes[name] = attribute;
  }
  // TensorBoard writes these beside the edges.
  attributes['_output_shapes'] = listOf({ shape: node.outputs.map(({ shape }) => shapeInit(shape)) });
  const type = dataTypes[node.outputs[0]?.dtype ?? ''];
  const isValue = node.kind === 'input' || node.kind === 'variable' || node.kind === 'constant';
  if (type !== undefined) attributes[isValue ? 'dtype' : 'T'] = { value: { case: 'type', value: type } };
  if (isValue && node.kind !== 'constant')
    attributes['shape'] = { value: { case: 'shape', value: shapeInit(node.outputs[0]!.shape) } };
  attributes['_phase'] = textOf(node.phase);
  if (node.layer !== undefined) attributes['_layer'] = textOf(node.layer);
  if (node.forward !== undefined) attributes['_forward'] = textOf(names.get(node.forward) ?? node.forward);
  if (node.ms !== undefined) attributes['_ms'] = { value: { case: 'f', value: node.ms } };
  if (node.line !== undefined) attributes['_line'] = numberOf(node.line);
  if (node.value !== undefined) attributes['_value'] = { value: { case: 'f', value: node.value } };
  return attributes;
}

function attributeOf(value: unknown): Attribute | undefined {
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'boolean') return { value: { case: 'b', value } };
  if (typeof value === 'number') return numberOf(value);
  if (!Array.isArray(value)) return undefined;
  const items = (value as readonly unknown[]).flat();
  if (items.every((item) => Number.isSafeInteger(item)))
    return listOf({ i: items.map((item) => BigInt(item as number)) });
  if (items.every((item) => typeof item === 'number')) return listOf({ f: items });
  if (items.every((item) => typeof item === 'string'))
    return listOf({ s: items.map((item) => getTextEncoding().encodeUtf8(item)) });
  return undefined;
}

function textOf(text: string): Attribute {
  return { value: { case: 's', value: getTextEncoding().encodeUtf8(text) } };
}

function numberOf(value: number): Attribute {
  return Number.isSafeInteger(value) ? { value: { case: 'i', value: BigInt(value) } } : { value: { case: 'f', value } };
}

function listOf(list: Extract<NonNullable<Attribute['value']>, { case: 'list' }>['value']): Attribute {
  return { value: { case: 'list', value: list } };
}
