/**
 * Keras 3's operations, such as `x + y` between layers, each made a layer of TensorFlow.js without weights: the list
 * of what is known. What it is called with besides tensors stands in the file and is read, never run.
 */
import * as tf from '@tensorflow/tfjs';
import type { KerasLayer } from '../../../shared/models/keras/architecture.js';
import type { KerasArgument } from '../../../shared/models/keras/tensor-places.js';
import { UNKNOWN } from '../../../shared/models/graph-builder.js';
import { isRecord } from '../../../shared/models/is-record.js';
import { shapesOfOperation } from '../../../shared/models/keras/operation-shapes.js';
import { only } from './mended-layers.js';
import { Refusal } from './refusal.js';

type Given = tf.Tensor | number | readonly Given[] | undefined;
type Config = KerasLayer['config'];
type Operation = (given: readonly Given[], config: Config) => tf.Tensor;

/** @throws Refusal where it is not known, or is called with what is not */
export function operationLayer(layer: KerasLayer): tf.layers.Layer {
  const operation = Object.hasOwn(operations, layer.className) ? operations[layer.className] : undefined;
  if (!operation) {
    throw new Refusal(
      `it is an operation, keras.ops.${layer.className}, that is not known`,
      'In Keras, put layers in its place, and save the model again.',
    );
  }
  const [call, ...more] = layer.calls;
  if (!call || more.length > 0) throw new Refusal('it is an operation that is not called once');
  const name = Object.keys(call.named)[0];
  if (name !== undefined) throw new Refusal(`it is called with ${name}, which is not known`);
  return new OperationLayer(layer, (given) =>
    operation(
      call.args.map((argument) => givenBy(argument, given)),
      layer.config,
    ),
  );
}

function givenBy(argument: KerasArgument, tensors: readonly tf.Tensor[]): Given {
  switch (argument.kind) {
    case 'tensor':
      return tensors[argument.index];
    case 'list':
      return argument.items.map((item) => givenBy(item, tensors));
    case 'value':
      return argument.value as Given;
  }
}

/** Sizes that are open are these in turn, the batch first: what differs between them is open as well. */
const probes = [
  { batch: 2, open: 11 },
  { batch: 3, open: 13 },
] as const;
/** Numbers in a tensor that is made to see which shape comes out. */
const MOST_NUMBERS = 20_000_000;

class OperationLayer extends tf.layers.Layer {
  static readonly className: string = 'KerasOperation';

  constructor(
    private readonly given: KerasLayer,
    private readonly compute: (tensors: readonly tf.Tensor[]) => tf.Tensor,
  ) {
    super({ name: given.name });
    this.supportsMasking = true;
  }

  /** Masks are of steps: what is computed of several of them has none. */
  override computeMask(_inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return (Array.isArray(mask) ? null : (mask ?? null)) as tf.Tensor;
  }

  override computeOutputShape(given: tf.Shape | tf.Shape[]): tf.Shape {
    const shapes = (Array.isArray(given[0]) ? given : [given]) as tf.Shape[];
    const [known] = shapesOfOperation(
      this.given,
      shapes.map((shape) => shape.map((size) => size ?? UNKNOWN)),
    ).outputs;
    if (known) return known.map((size) => (size === UNKNOWN ? null : size));
    const [one, other] = probes.map(({ batch, open }) =>
      tf.tidy(() => {
        const tensors = shapes.map((shape) => {
          const sizes = shape.map((size, at) => size ?? (at === 0 ? batch : open));
          if (sizes.reduce((product, size) => product * size, 1) > MOST_NUMBERS)
            throw new Refusal('it is called with more numbers than can be computed with');
          return tf.zeros(sizes);
        });
        return this.compute(tensors).shape;
      }),
    ) as [number[], number[]];
    return one.map((size, at) => (size === other[at] ? size : null));
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.compute(Array.isArray(inputs) ? inputs : [only(inputs)]));
  }
}

function tensor(given: Given): tf.Tensor {
  if (given instanceof tf.Tensor) return given;
  if (typeof given === 'number') return tf.scalar(given);
  throw new Refusal('it is called with what is neither a tensor nor a number');
}

function tensors(given: Given): tf.Tensor[] {
  if (!Array.isArray(given)) throw new Refusal('it is called without a list of tensors');
  return (given as readonly Given[]).map(tensor);
}

const binary =
  (compute: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Operation =>
  ([a, b]) =>
    compute(tensor(a), tensor(b));

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

/** TensorFlow.js's own goes along the last axis alone. */
function softmax(x: tf.Tensor, axis: number): tf.Tensor {
  const raised = tf.exp(tf.sub(x, tf.max(x, axis, true)));
  return tf.div(raised, tf.sum(raised, axis, true));
}

const operations: Readonly<Record<string, Operation>> = {
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
};

function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));
}

function geluByTanh(x: tf.Tensor): tf.Tensor {
  const inner = tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(1, tf.tanh(inner)));
}
