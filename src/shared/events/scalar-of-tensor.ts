/** The number in a TensorProto of one element, in whichever of its ways it is stored. */
import type { TensorProto } from './generated/tensor_pb.js';
import { DataType } from './generated/types_pb.js';

const BYTES: { readonly [type in DataType]?: number } = {
  [DataType.DT_FLOAT]: 4,
  [DataType.DT_DOUBLE]: 8,
  [DataType.DT_INT32]: 4,
  [DataType.DT_INT64]: 8,
  [DataType.DT_BOOL]: 1,
  [DataType.DT_HALF]: 2,
  [DataType.DT_BFLOAT16]: 2,
};

/** Undefined where the tensor holds no number, or not exactly one. */
export function scalarOfTensor(tensor: TensorProto): number | undefined {
  if (tensor.tensorShape?.dim.some((dimension) => dimension.size !== 1n)) return undefined;
  const content = tensor.tensorContent;
  const view = content.length > 0 ? new DataView(content.buffer, content.byteOffset, content.byteLength) : undefined;
  if (view && view.byteLength < (BYTES[tensor.dtype] ?? 0)) return undefined;
  switch (tensor.dtype) {
    case DataType.DT_FLOAT:
      return view ? view.getFloat32(0, true) : (tensor.floatVal[0] ?? 0);
    case DataType.DT_DOUBLE:
      return view ? view.getFloat64(0, true) : (tensor.doubleVal[0] ?? 0);
    case DataType.DT_INT32:
      return view ? view.getInt32(0, true) : (tensor.intVal[0] ?? 0);
    case DataType.DT_INT64:
      return view ? Number(view.getBigInt64(0, true)) : Number(tensor.int64Val[0] ?? 0n);
    case DataType.DT_BOOL:
      return view ? view.getUint8(0) : Number(tensor.boolVal[0] ?? false);
    case DataType.DT_HALF:
      return halfToNumber(view ? view.getUint16(0, true) : (tensor.halfVal[0] ?? 0));
    case DataType.DT_BFLOAT16:
      return bfloat16ToNumber(view ? view.getUint16(0, true) : (tensor.halfVal[0] ?? 0));
    default:
      return undefined;
  }
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a binary32. */
function bfloat16ToNumber(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}
