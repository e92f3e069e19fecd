/** What ONNX's files say of tensors: their types, their shapes, and of small ones their numbers. Pure. */
import {
  AttributeProto_AttributeType,
  TensorProto_DataType,
  type AttributeProto,
  type TensorProto,
  type TypeProto,
} from './generated/onnx_pb.js';
import { ownEntry } from './own-entry.js';
import type { GivenAttributes } from './shapes/given-op.js';
import { MOST_VALUES, unknownSize, type Known, type Size, type TensorFacts } from './shapes/tensor-facts.js';

const typeNames: Readonly<Record<string, string>> = { float: 'float32', double: 'float64' };

export function typeName(type: number): string {
  const name = (TensorProto_DataType[type] ?? 'unknown').toLowerCase();
  return ownEntry(typeNames, name) ?? name;
}

/** Sizes that have a name are the same wherever they have it. */
export class OnnxSizes {
  private readonly byName = new Map<string, Size>();

  /** `undefined` where the file does not say that it is a tensor. */
  factsOf(type: TypeProto | undefined): Known {
    const value = type?.value;
    if (value?.case !== 'tensorType') return undefined;
    const dtype = typeName(value.value.elemType);
    const shape = value.value.shape?.dim.map(({ value: size }): Size => {
      if (size.case === 'dimValue') return size.value < 0n ? unknownSize() : Number(size.value);
      return size.case === 'dimParam' && size.value !== '' ? this.named(size.value) : unknownSize();
    });
    return { dtype, ...(shape ? { shape } : {}) };
  }

  private named(name: string): Size {
    const size = this.byName.get(name) ?? unknownSize();
    this.byName.set(name, size);
    return size;
  }
}

export type StoredTensor = Pick<TensorProto, 'dims' | 'dataType'> & Partial<TensorProto>;

export function factsOfTensor(tensor: StoredTensor): TensorFacts {
  const shape = tensor.dims.map(Number);
  return { shape, dtype: typeName(tensor.dataType), values: numbersOf(tensor, shape) };
}

const readers: Readonly<Record<number, readonly [bytes: number, read: (view: DataView, at: number) => number]>> = {
  [TensorProto_DataType.INT64]: [8, (view, at) => Number(view.getBigInt64(at, true))],
  [TensorProto_DataType.INT32]: [4, (view, at) => view.getInt32(at, true)],
  [TensorProto_DataType.FLOAT]: [4, (view, at) => view.getFloat32(at, true)],
};

function numbersOf(tensor: StoredTensor, shape: readonly number[]): readonly number[] | undefined {
  const count = shape.reduce((product, size) => product * size, 1);
  const reader = readers[tensor.dataType];
  if (!reader || !(count >= 0 && count <= MOST_VALUES) || (tensor.externalData?.length ?? 0) > 0) return undefined;
  const { rawData, int64Data = [], int32Data = [], floatData = [] } = tensor;
  if (rawData && rawData.length > 0) {
    const [bytes, read] = reader;
    if (rawData.length < count * bytes) return undefined;
    const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
    return Array.from({ length: count }, (_, at) => read(view, at * bytes));
  }
  const listed = [int64Data, int32Data, floatData].find(({ length }) => length > 0) ?? [];
  return listed.length === count ? Array.from(listed, Number) : undefined;
}

/** What a `Constant` holds, in whichever of its attributes. */
export function factsOfConstant(attributes: readonly AttributeProto[]): Known {
  for (const { name, t, i, f, ints, floats } of attributes) {
    if (name === 'value' && t) return factsOfTensor(t);
    if (name === 'value_int') return { shape: [], dtype: 'int64', values: [Number(i)] };
    if (name === 'value_float') return { shape: [], dtype: 'float32', values: [f] };
    if (name === 'value_ints') return { shape: [ints.length], dtype: 'int64', values: fewOf(ints.map(Number)) };
    if (name === 'value_floats') return { shape: [floats.length], dtype: 'float32', values: fewOf(floats) };
  }
  return undefined;
}

function fewOf(values: readonly number[]): readonly number[] | undefined {
  return values.length <= MOST_VALUES ? values : undefined;
}

/** Types are numbers in some attributes. */
const areTypes = new Set(['to', 'dtype']);

/** @param find an attribute by its name */
export function onnxAttributes(find: (name: string) => AttributeProto | undefined): GivenAttributes {
  const { INT, INTS, FLOATS, STRING, TENSOR } = AttributeProto_AttributeType;
  return {
    number(name) {
      const one = find(name);
      return one?.type === INT ? Number(one.i) : undefined;
    },
    numbers(name) {
      const one = find(name);
      return one?.type === INTS ? one.ints.map(Number) : one?.type === FLOATS ? one.floats : undefined;
    },
    text(name) {
      const one = find(name);
      if (one?.type === INT && areTypes.has(name)) return typeName(Number(one.i));
      if (one?.type === TENSOR && one.t) return typeName(one.t.dataType);
      return one?.type === STRING ? latin(one.s) : undefined;
    },
  };
}

/** Names of modes and the like, in plain letters. */
export function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 1024));
}
