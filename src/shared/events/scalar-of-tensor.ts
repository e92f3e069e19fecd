/** The number in a TensorProto of one element, in whichever of its ways it is stored. */
import type { TensorProto } from '../generated/tensorflow/core/framework/tensor_pb.js';
import { numbersOfTensor } from './numbers-of-tensor.js';

/** Undefined where the tensor holds no number, or not exactly one. */
export function scalarOfTensor(tensor: TensorProto): number | undefined {
  if (tensor.tensorShape?.dim.some((dimension) => dimension.size !== 1n)) return undefined;
  return numbersOfTensor(tensor, 1)?.[0];
}
