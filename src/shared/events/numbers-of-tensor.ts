/** The numbers in a TensorProto, in whichever of its ways they are stored. Knows nothing of what they mean. */
import type { TensorProto } from '../generated/tensorflow/core/framework/tensor_pb.js';
import { DataType } from '../generated/tensorflow/core/framework/types_pb.js';

interface Numeric {
  readonly bytes: number;
  read(view: DataView, at: number): number;
  /** Where they are when they are not in `tensorContent`. */
  listed(tensor: TensorProto): readonly (number | bigint | boolean)[];
  /** From an entry of that list. */
  from?(entry: number): number;
}

const NUMERIC: { readonly [type in DataType]?: Numeric } = {
  [DataType.DT_FLOAT]: { bytes: 4, read: (view, at) => view.getFloat32(at, true), listed: (one) => one.floatVal },
  [DataType.DT_DOUBLE]: { bytes: 8, read: (view, at) => view.getFloat64(at, true), listed: (one) => one.doubleVal },
  [DataType.DT_INT32]: { bytes: 4, read: (view, at) => view.getInt32(at, true), listed: (one) => one.intVal },
  [DataType.DT_UINT32]: { bytes: 4, read: (view, at) => view.getUint32(at, true), listed: (one) => one.uint32Val },
  [DataType.DT_INT16]: { bytes: 2, read: (view, at) => view.getInt16(at, true), listed: (one) => one.intVal },
  [DataType.DT_UINT16]: { bytes: 2, read: (view, at) => view.getUint16(at, true), listed: (one) => one.intVal },
  [DataType.DT_INT8]: { bytes: 1, read: (view, at) => view.getInt8(at), listed: (one) => one.intVal },
  [DataType.DT_UINT8]: { bytes: 1, read: (view, at) => view.getUint8(at), listed: (one) => one.intVal },
  [DataType.DT_INT64]: {
    bytes: 8,
    read: (view, at) => Number(view.getBigInt64(at, true)),
    listed: (one) => one.int64Val,
  },
  [DataType.DT_UINT64]: {
    bytes: 8,
    read: (view, at) => Number(view.getBigUint64(at, true)),
    listed: (one) => one.uint64Val,
  },
  [DataType.DT_BOOL]: { bytes: 1, read: (view, at) => view.getUint8(at), listed: (one) => one.boolVal },
  [DataType.DT_HALF]: {
    bytes: 2,
    read: (view, at) => halfToNumber(view.getUint16(at, true)),
    listed: (one) => one.halfVal,
    from: halfToNumber,
  },
  [DataType.DT_BFLOAT16]: {
    bytes: 2,
    read: (view, at) => bfloat16ToNumber(view.getUint16(at, true)),
    listed: (one) => one.halfVal,
    from: bfloat16ToNumber,
  },
};

/** How many values a tensor says to have; undefined where it does not say, or says nonsense. */
export function sizeOfTensor({ tensorShape }: TensorProto): number | undefined {
  if (tensorShape?.unknownRank) return undefined;
  const size = (tensorShape?.dim ?? []).reduce((product, { size }) => product * Number(size), 1);
  return size >= 0 && Number.isSafeInteger(size) ? size : undefined;
}

/**
 * The first `most` numbers, row by row; undefined where it holds none, or fewer bytes than its shape needs. As in
 * TensorFlow, the last of the listed ones counts for all that follow.
 */
export function numbersOfTensor(tensor: TensorProto, most = Infinity): Float64Array<ArrayBuffer> | undefined {
  const type = NUMERIC[tensor.dtype];
  const size = sizeOfTensor(tensor);
  if (!type || size === undefined) return undefined;
  const content = tensor.tensorContent;
  const wanted = Math.min(size, most);
  if (content.length > 0) {
    if (content.length < wanted * type.bytes) return undefined;
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    return filled(wanted, (index) => type.read(view, index * type.bytes));
  }
  const listed = type.listed(tensor);
  // A shape alone makes no gigabytes of one number.
  if (wanted > Math.max(listed.length, 1_000_000)) return undefined;
  return filled(wanted, (index) => {
    const entry = Number(listed[Math.min(index, listed.length - 1)] ?? 0);
    return type.from ? type.from(entry) : entry;
  });
}

function filled(length: number, at: (index: number) => number): Float64Array<ArrayBuffer> {
  const numbers = new Float64Array(length);
  for (let index = 0; index < length; index++) numbers[index] = at(index);
  return numbers;
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function bfloat16ToNumber(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}
