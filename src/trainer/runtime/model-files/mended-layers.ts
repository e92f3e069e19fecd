/**
 * Layers of TensorFlow.js that compute, or train, in another way than Keras's of the same name: mended
 * one by one, so that a model from a file gives what it gave in Keras.
 */
import * as tf from '@tensorflow/tfjs';

type Inputs = tf.Tensor | tf.Tensor[];
type Named = Readonly<Record<string, unknown>>;

/** What TensorFlow.js lets a layer be asked, without its types' narrowness. */
interface Mendable {
  call(inputs: Inputs, named: Named): Inputs;
  computeOutputShape(shape: unknown): unknown;
  getConfig(): Record<string, unknown>;
}

export function only(inputs: Inputs): tf.Tensor {
  return Array.isArray(inputs) ? inputs[0]! : inputs;
}

function mendable(layer: tf.layers.Layer): Mendable {
  return layer as unknown as Mendable;
}

/** The layer computes `compute` instead, and its configuration says what of Keras's it does. */
export function computing<T extends tf.layers.Layer>(
  layer: T,
  compute: (input: tf.Tensor, named: Named) => tf.Tensor,
  config: Named = {},
): T {
  const mended = mendable(layer);
  const getConfig = mended.getConfig.bind(layer);
  mended.call = (inputs, named) => tf.tidy(() => compute(only(inputs), named));
  mended.getConfig = () => ({ ...getConfig(), ...config });
  return layer;
}

/** The shape, batch included, that the layer gives. */
export function shaping<T extends tf.layers.Layer>(
  layer: T,
  shape: (input: (number | null)[]) => (number | null)[],
): T {
  mendable(layer).computeOutputShape = (input) => {
    const given = input as (number | null)[] | (number | null)[][];
    return shape((Array.isArray(given[0]) ? given[0] : given) as (number | null)[]);
  };
  return layer;
}

/** As Keras calls `layer(x, training=…)`: whatever is asked of the model around it. */
export function inPhase<T extends tf.layers.Layer>(layer: T, training: boolean): T {
  const mended = mendable(layer);
  const call = mended.call.bind(layer);
  mended.call = (inputs, named) => call(inputs, { ...named, training });
  return layer;
}

/** In Keras, batch normalization that is not trained does not move its averages either. */
export function asFrozenInKeras<T extends tf.layers.Layer>(layer: T): T {
  const mended = mendable(layer);
  const call = mended.call.bind(layer);
  mended.call = (inputs, named) => call(inputs, layer.trainable ? named : { ...named, training: false });
  return layer;
}

/** TensorFlow.js trains normalization only with both a scale and a centre: constants stand for one that is not wanted. */
export function withConstants<T extends tf.layers.Layer>(layer: T, scale: boolean, center: boolean): T {
  const parts = layer as unknown as { build(shape: tf.Shape): void; axis: number | number[] };
  const build = parts.build.bind(layer);
  parts.build = (shape) => {
    build(shape);
    const [axis = -1] = [parts.axis].flat();
    const size = shape[axis < 0 ? shape.length + axis : axis]!;
    if (!scale) Object.assign(parts, { scale: true, gamma: { read: () => tf.ones([size]) } });
    if (!center) Object.assign(parts, { center: true, beta: { read: () => tf.zeros([size]) } });
  };
  return layer;
}

/** Its averages leave masked steps out. */
export function averageOfSteps<T extends tf.layers.Layer>(layer: T, keepDims: boolean): T {
  layer.supportsMasking = true;
  const mended = mendable(layer);
  (mended as unknown as { computeMask(): null }).computeMask = () => null;
  computing(
    layer,
    (input, { mask }) => {
      if (!(mask instanceof tf.Tensor)) return tf.mean(input, 1, keepDims);
      const weights = tf.expandDims(tf.cast(mask, input.dtype), -1);
      return tf.div(tf.sum(tf.mul(input, weights), 1, keepDims), tf.sum(weights, 1, keepDims));
    },
    { keepdims: keepDims },
  );
  return keepDims ? shaping(layer, ([batch = null, , channels = null]) => [batch, 1, channels]) : layer;
}

/** The classes of merging layers, for those that TensorFlow.js does not have. */
const Merge = Object.getPrototypeOf(tf.layers.add().constructor) as new (args: object) => tf.layers.Layer;

/** Keras's `Subtract`, of two. */
export class Subtract extends Merge {
  static readonly className = 'Subtract';

  mergeFunction(inputs: tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.sub(inputs[0]!, inputs[1]!));
  }
}

/** Keras's `Identity`, and what stands for layers that are left out. */
export class Identity extends tf.layers.Layer {
  static readonly className: string = 'Identity';

  constructor(args: ConstructorParameters<typeof tf.layers.Layer>[0]) {
    super(args);
    this.supportsMasking = true;
  }

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }

  override call(inputs: Inputs): tf.Tensor {
    return only(inputs);
  }
}

/** Dropout of whole channels. */
export function spatialDropout(args: Named, rate: number, rank: number, isFirst: boolean): tf.layers.Layer {
  const layer = new SpatialDropout({ ...args, rate } as never);
  layer.rank = rank;
  layer.isFirst = isFirst;
  return layer;
}

const Dropout = tf.layers.dropout({ rate: 0.5 }).constructor as new (args: object) => tf.layers.Layer;

class SpatialDropout extends Dropout {
  static readonly className = 'SpatialDropout';
  rank = 2;
  isFirst = false;

  getNoiseShape(input: tf.Tensor): number[] {
    const [batch = 1] = input.shape;
    const ones = Array<number>(this.rank).fill(1);
    return this.isFirst ? [batch, input.shape[1]!, ...ones] : [batch, ...ones, input.shape.at(-1)!];
  }
}
