/** Which outputs TensorFlow's ops have, and of which types, by their definitions and a node's attributes. Pure. */
import type { AttrValue } from '../generated/tensorflow/core/framework/attr_value_pb.js';
import type { NodeDef } from '../generated/tensorflow/core/framework/node_def_pb.js';
import { DataType } from '../generated/tensorflow/core/framework/types_pb.js';
import { opOutputs } from './generated/op-outputs.js';
import { ownEntry } from './own-entry.js';

/** No op has more; what a file says beyond is not believed. */
const MOST_OUTPUTS = 10_000;

/** Of each output; of an op that is not known the first alone. */
export function dtypesOf({ op, attr }: Pick<NodeDef, 'op' | 'attr'>): readonly string[] {
  // A variable's handle stands for what it holds.
  const definition = op === 'VarHandleOp' ? undefined : ownEntry(opOutputs, op);
  if (definition === undefined) return [typeOf(attr['dtype']) ?? typeOf(attr['T']) ?? 'float32'];
  return definition.split(' ').flatMap((output) => typesOf(output.split(':')[1]!, attr));
}

/** Which output of the op `output` is, as functions name it: by its name, and by its number within that name. */
export function slotOf({ op, attr }: Pick<NodeDef, 'op' | 'attr'>, output: string, number: number): number {
  let slot = number;
  for (const one of (ownEntry(opOutputs, op) ?? '').split(' ')) {
    const [name, type = ''] = one.split(':');
    if (name === output) return slot;
    slot += typesOf(type, attr).length;
  }
  return number;
}

function typesOf(type: string, attr: NodeDef['attr']): string[] {
  if (type.endsWith('[]')) {
    const list = attr[type.slice(0, -2)]?.value;
    return list?.case === 'list' ? list.value.type.map(typeName) : [];
  }
  const [one = '', count] = type.split('*');
  const [name = '', usual = 'unknown'] = one.split('=');
  const number = count === undefined ? undefined : attr[count]?.value;
  const length = number?.case === 'i' ? Math.min(Math.max(Number(number.value), 0), MOST_OUTPUTS) : 1;
  return Array<string>(length).fill(typeOf(attr[name]) ?? typeNameOf(usual));
}

function typeOf(attribute: AttrValue | undefined): string | undefined {
  return attribute?.value.case === 'type' ? typeName(attribute.value.value) : undefined;
}

const typeNames: Readonly<Record<string, string>> = { float: 'float32', double: 'float64', half: 'float16' };

export function typeName(type: DataType): string {
  return typeNameOf((DataType[type] ?? 'DT_FLOAT').replace(/^DT_/, '').replace(/_REF$/, '').toLowerCase());
}

function typeNameOf(word: string): string {
  return ownEntry(typeNames, word) ?? word;
}
