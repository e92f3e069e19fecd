/**
 * Keras 3's operations by their names, each as what TensorFlow.js computes: the list of what is known. Arguments stand
 * in Keras's order, tensors among them; what an operation was made with stands in its configuration.
 *
 * @see https://keras.io/api/ops/
 */
import * as tf from '@tensorflow/tfjs';
import type { KerasLayer } from '../../../shared/models/keras/architecture.js';
import { isRecord } from '../../../shared/models/is-record.js';
import { contracted, contractionOf } from './contraction.js';
import { Refusal } from './refusal.js';

export type Given = tf.Tensor | number | boolean | readonly Given[] | undefined;
export type Config = KerasLayer['config'];
export type Operation = (given: readonly Given[], config: Config) => tf.Tensor | tf.Tensor[];

function tensor(given: Given): tf.Tensor {
  if (given instanceof tf.Tensor) return given;
  if (typeof given === 'number') return tf.scalar(given);
  if (typeof given === 'boolean') return tf.scalar(given, 'bool');
  if (isRecord(given) && isRecord(given['config']) && constants.has(String(given['class_name'])))
    return constant(given['config']);
  throw new Refusal('it is called with what is neither a tensor nor a number');
}

/** How Keras writes arrays that stood in the code. */
const constants = new Set(['__numpy__', '__tensor__']);

function constant({ value, dtype }: Readonly<Record<string, unknown>>): tf.Tensor {
  const type = dtype === 'bool' ? 'bool' : /^u?int/.test(String(dtype)) ? 'int32' : 'float32';
  return tf.tensor(value as tf.TensorLike, undefined, type);
}

function tensors(given: Given): tf.Tensor[] {
  if (!Array.isArray(given)) throw new Refusal('it is called without a list of tensors');
  return (given as readonly Given[]).map(tensor);
}

const binary =
  (compute: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Operation =>
  ([a, b]) =>
    compute(tensor(a), tensor(b));

/** Yes or no, which has no gradient: training goes on as if it stood in the data. */
const comparison = (compute: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Operation =>
  binary(
    tf.customGrad((...given) => {
      const [a, b] = given as [tf.Tensor, tf.Tensor];
      return { value: compute(a, b), gradFunc: () => [tf.zerosLike(a), tf.zerosLike(b)] };
    }),
  );

const unary =
  (compute: (x: tf.Tensor, config: Config) => tf.Tensor): Operation =>
  ([x], config) =>
    compute(tensor(x), config);

const reduction =
  (compute: (x: tf.Tensor, axis?: number[], keepDims?: boolean) => tf.Tensor): Operation =>
  ([x], config) =>
    compute(tensor(x), axesIn(config['axis']), config['keepdims'] === true);

function axesIn(value: unknown): number[] | undefined {
  if (value === null || value === undefined) return undefined;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (!list.every((item): item is number => Number.isSafeInteger(item)))
    throw new Refusal(`its axis is ${JSON.stringify(value)}`);
  return list;
}

function axisIn(config: Config, otherwise: number): number {
  return axesIn(config['axis'])?.[0] ?? otherwise;
}

function numberIn(config: Config, name: string, otherwise: number): number {
  const value = config[name] ?? otherwise;
  if (typeof value !== 'number') throw new Refusal(`its ${name} is ${JSON.stringify(value)}`);
  return value;
}

/** `x[:, 1:3, 0]`, of which each part is a number or a slice. */
const item: Operation = ([given, key]) => {
  const x = tensor(given);
  const parts: readonly unknown[] = Array.isArray(key) ? key : [key];
  if (parts.length > x.rank) throw new Refusal('it takes more dimensions than there are');
  const gone: number[] = [];
  const begin: number[] = [];
  const sizes: number[] = [];
  const steps = new Map<number, number>();
  for (const [at, size] of x.shape.entries()) {
    const part = parts[at];
    const placed = (value: number): number => Math.min(Math.max(value < 0 ? value + size : value, 0), size);
    if (typeof part === 'number' && Number.isSafeInteger(part)) {
      begin.push(part < 0 ? part + size : part);
      sizes.push(1);
      gone.push(at);
    } else {
      const { start = 0, stop = size, step = 1 } = at < parts.length ? sliceIn(part) : {};
      if (step < 1) throw new Refusal('it takes a slice backwards');
      begin.push(placed(start));
      sizes.push(Math.max(0, placed(stop) - placed(start)));
      if (step > 1) steps.set(at, step);
    }
  }
  // Slices with strides have no gradient in TensorFlow.js.
  let taken = tf.slice(x, begin, sizes);
  for (const [at, step] of steps) taken = tf.gather(taken, tf.range(0, sizes[at]!, step, 'int32'), at);
  return gone.length > 0 ? tf.squeeze(taken, gone) : taken;
};

function sliceIn(part: unknown): { readonly start?: number; readonly stop?: number; readonly step?: number } {
  const config = isRecord(part) && part['class_name'] === '__slice__' ? part['config'] : undefined;
  if (!isRecord(config)) throw new Refusal('it takes what is neither a place nor a slice');
  const numbers = ['start', 'stop', 'step'].map((name) => config[name] ?? undefined);
  if (!numbers.every((one) => one === undefined || Number.isSafeInteger(one)))
    throw new Refusal('it takes a slice between what is no number');
  const [start, stop, step] = numbers as (number | undefined)[];
  return {
    ...(start === undefined ? {} : { start }),
    ...(stop === undefined ? {} : { stop }),
    ...(step === undefined ? {} : { step }),
  };
}

/** `split` by a number of parts, or at places. */
const split: Operation = ([given], config) => {
  const x = tensor(given);
  const axis = axisIn(config, 0);
  const size = x.shape[axis < 0 ? axis + x.rank : axis] ?? 0;
  const told = config['indices_or_sections'];
  if (typeof told === 'number') return tf.split(x, told, axis);
  const places = [0, ...(axesIn(told) ?? []), size];
  return tf.split(
    x,
    places.slice(1).map((end, at) => end - places[at]!),
    axis,
  );
};

const swapped: Operation = ([given], config) => {
  const x = tensor(given);
  const [first, second] = ['axis1', 'axis2'].map((name) => {
    const axis = numberIn(config, name, 0);
    return axis < 0 ? axis + x.rank : axis;
  }) as [number, number];
  return tf.transpose(
    x,
    x.shape.map((_, at) => (at === first ? second : at === second ? first : at)),
  );
};

const product: Operation = ([a, b, ...more], { subscripts }) => {
  const [x, y] = [tensor(a), tensor(b)];
  if (more.length > 0) throw new Refusal('it is a product of more than two tensors');
  return contracted(contractionOf(String(subscripts), x.rank), x, y);
};

function variance(x: tf.Tensor, axis?: number[], keepDims?: boolean): tf.Tensor {
  return tf.mean(tf.square(tf.sub(x, tf.mean(x, axis, true))), axis, keepDims);
}

/** Of length 1 along the axis, by the norm that is wanted. */
function ofLengthOne(x: tf.Tensor, config: Config): tf.Tensor {
  if (numberIn(config, 'order', 2) !== 2) throw new Refusal('it goes by another norm than the second');
  const axis = axesIn(config['axis']) ?? [-1];
  const squares = tf.sum(tf.square(x), axis, true);
  return tf.mul(x, tf.rsqrt(tf.maximum(squares, numberIn(config, 'epsilon', 1e-12) ** 2)));
}

function typed(x: tf.Tensor, dtype: unknown): tf.Tensor {
  if (dtype === 'bool') return tf.cast(x, 'bool');
  return typeof dtype === 'string' ? tf.cast(x, /^u?int/.test(dtype) ? 'int32' : 'float32') : tf.clone(x);
}

/** Each part as often as `times` says. */
function repeated(x: tf.Tensor, times: number[]): tf.Tensor {
  const all = [...Array<number>(Math.max(0, x.rank - times.length)).fill(1), ...times];
  return tf.tile(x, all);
}

/** TensorFlow.js's own goes along the last axis alone. */
function softmax(x: tf.Tensor, axis: number): tf.Tensor {
  const raised = tf.exp(tf.sub(x, tf.max(x, axis, true)));
  return tf.div(raised, tf.sum(raised, axis, true));
}

export const operations: Readonly<Record<string, Operation>> = {
  Add: binary(tf.add),
  Subtract: binary(tf.sub),
  Multiply: binary(tf.mul),
  Divide: binary(tf.div),
  TrueDivide: binary(tf.div),
  Power: binary(tf.pow),
  Maximum: binary(tf.maximum),
  Minimum: binary(tf.minimum),
  Matmul: binary((a, b) => tf.matMul(a, b)),
  Negative: unary(tf.neg),
  Absolute: unary(tf.abs),
  Abs: unary(tf.abs),
  Exp: unary(tf.exp),
  Expm1: unary(tf.expm1),
  Log: unary(tf.log),
  Log1p: unary(tf.log1p),
  Sqrt: unary(tf.sqrt),
  Rsqrt: unary(tf.rsqrt),
  Square: unary(tf.square),
  Reciprocal: unary(tf.reciprocal),
  Sin: unary(tf.sin),
  Cos: unary(tf.cos),
  Tanh: unary(tf.tanh),
  Sigmoid: unary(tf.sigmoid),
  Relu: unary(tf.relu),
  Relu6: unary(tf.relu6),
  Softplus: unary(tf.softplus),
  Silu: unary((x) => tf.mul(x, tf.sigmoid(x))),
  Selu: unary(tf.selu),
  Gelu: unary((x, { approximate }) => (approximate === false ? gelu(x) : geluByTanh(x))),
  Elu: unary((x, config) => tf.add(tf.relu(x), tf.mul(tf.expm1(tf.minimum(x, 0)), numberIn(config, 'alpha', 1)))),
  LeakyRelu: unary((x, config) => tf.leakyRelu(x, numberIn(config, 'negative_slope', 0.2))),
  Softmax: unary((x, config) => softmax(x, axisIn(config, -1))),
  LogSoftmax: unary((x, config) => tf.log(softmax(x, axisIn(config, -1)))),
  Clip: unary((x, config) =>
    tf.clipByValue(x, numberIn(config, 'x_min', -Infinity), numberIn(config, 'x_max', Infinity)),
  ),
  Mean: reduction(tf.mean),
  Sum: reduction(tf.sum),
  Max: reduction(tf.max),
  Min: reduction(tf.min),
  Concatenate: ([list], config) => tf.concat(tensors(list), axisIn(config, -1)),
  Stack: ([list], config) => tf.stack(tensors(list), axisIn(config, 0)),
  Reshape: unary((x, { newshape }) => tf.reshape(x, axesIn(newshape) ?? [])),
  Transpose: unary((x, { axes }) => tf.transpose(x, axesIn(axes))),
  ExpandDims: unary((x, { axis }) =>
    (axesIn(axis) ?? []).reduce((expanded: tf.Tensor, at) => tf.expandDims(expanded, at), x),
  ),
  Squeeze: unary((x, { axis }) => tf.squeeze(x, axesIn(axis))),
  GetItem: item,
  Split: split,
  Swapaxes: swapped,
  Einsum: product,
  NotEqual: comparison(tf.notEqual),
  Equal: comparison(tf.equal),
  Greater: comparison(tf.greater),
  GreaterEqual: comparison(tf.greaterEqual),
  Less: comparison(tf.less),
  LessEqual: comparison(tf.lessEqual),
  LogicalAnd: comparison(logical(tf.logicalAnd)),
  LogicalOr: comparison(logical(tf.logicalOr)),
  LogicalNot: unary((x) => tf.logicalNot(tf.cast(x, 'bool'))),
  Where: ([where, a, b]) => tf.where(tf.cast(tensor(where), 'bool'), tensor(a), tensor(b)),
  Any: reduction((x, axis, keepDims) => tf.any(tf.cast(x, 'bool'), axis, keepDims)),
  All: reduction((x, axis, keepDims) => tf.all(tf.cast(x, 'bool'), axis, keepDims)),
  Cast: unary((x, { dtype }) => typed(x, dtype)),
  ConvertToTensor: unary((x, { dtype }) => typed(x, dtype)),
  StopGradient: unary((x) =>
    tf.customGrad((one) => ({ value: tf.clone(one as tf.Tensor), gradFunc: () => tf.zerosLike(one as tf.Tensor) }))(x),
  ),
  ZerosLike: unary((x) => tf.zerosLike(x)),
  OnesLike: unary((x) => tf.onesLike(x)),
  Var: reduction(variance),
  Std: reduction((x, axis, keepDims) => tf.sqrt(variance(x, axis, keepDims))),
  Prod: reduction(tf.prod),
  Normalize: unary(ofLengthOne),
  Tile: unary((x, { repeats }) => repeated(x, axesIn(repeats) ?? [])),
  BroadcastTo: unary((x, { shape }) => tf.broadcastTo(x, axesIn(shape) ?? [])),
  Flip: unary((x, { axis }) => tf.reverse(x, axesIn(axis) ?? x.shape.map((_, at) => at))),
  Sign: unary(tf.sign),
  Floor: unary(tf.floor),
  Ceil: unary(tf.ceil),
  Mod: binary(tf.mod),
  SquaredDifference: binary(tf.squaredDifference),
  Hypot: binary((a, b) => tf.sqrt(tf.add(tf.square(a), tf.square(b)))),
  Softsign: unary((x) => tf.div(x, tf.add(1, tf.abs(x)))),
  HardSigmoid: unary((x) => tf.div(tf.relu6(tf.add(x, 3)), 6)),
  HardSilu: unary((x) => tf.mul(x, tf.div(tf.relu6(tf.add(x, 3)), 6))),
};

function logical(compute: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): (a: tf.Tensor, b: tf.Tensor) => tf.Tensor {
  return (a, b) => compute(tf.cast(a, 'bool'), tf.cast(b, 'bool'));
}

function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));
}

function geluByTanh(x: tf.Tensor): tf.Tensor {
  const inner = tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(1, tf.tanh(inner)));
}
