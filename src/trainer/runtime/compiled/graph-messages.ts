/** A graph under construction as TensorFlow's messages. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AttrValueSchema } from '../../../shared/generated/tensorflow/core/framework/attr_value_pb.js';
import { shapeInit, type NodeInit } from '../../../shared/graph/saved-model.js';
import type { AttributeValue, ConstantValue, Graph, GraphNode, Output } from './graph.js';

export function nodeMessages({ nodes }: Pick<Graph, 'nodes'>): NodeInit[] {
  return nodes.map(({ name, op, inputs, controls, attributes }: GraphNode) => ({
    name,
    op,
    input: [...inputs.map(inputName), ...controls.map((control) => `^${control.name}`)],
    attr: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attributeMessage(value)])),
  }));
}

function inputName({ node, port }: Output): string {
  return port === 0 ? node.name : `${node.name}:${port}`;
}

type AttributeInit = MessageInitShape<typeof AttrValueSchema>;

function attributeMessage(attribute: AttributeValue): AttributeInit {
  switch (attribute.kind) {
    case 'type':
      return { value: { case: 'type', value: attribute.value } };
    case 'int':
      return { value: { case: 'i', value: BigInt(attribute.value) } };
    case 'float':
      return { value: { case: 'f', value: attribute.value } };
    case 'bool':
      return { value: { case: 'b', value: attribute.value } };
    case 'string':
      return { value: { case: 's', value: bytes(attribute.value) } };
    case 'shape':
      return { value: { case: 'shape', value: shapeInit(attribute.value) } };
    case 'tensor':
      return { value: { case: 'tensor', value: tensorMessage(attribute.value) } };
    case 'types':
      return { value: { case: 'list', value: { type: [...attribute.value] } } };
    case 'ints':
      return { value: { case: 'list', value: { i: attribute.value.map(BigInt) } } };
    case 'floats':
      return { value: { case: 'list', value: { f: [...attribute.value] } } };
    case 'strings':
      return { value: { case: 'list', value: { s: attribute.value.map(bytes) } } };
    case 'bools':
      return { value: { case: 'list', value: { b: [...attribute.value] } } };
  }
}

/** Little-endian, as every machine that TensorFlow runs on has its numbers. */
function tensorMessage({ dtype, shape, values }: ConstantValue) {
  return {
    dtype,
    tensorShape: shapeInit(shape),
    tensorContent: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
