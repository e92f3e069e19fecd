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
  const ones = Array<number>(rank).fill(1);
  return dropoutOf(args, rate, isFirst ? [null, null, ...ones] : [null, ...ones, null]);
}

/** Dropout of all at once along the dimensions that are 1; `null` for those that are dropped one by one. */
export function dropoutOf(args: Named, rate: number, noise: readonly (number | null)[]): tf.layers.Layer {
  const layer = new ShapedDropout({ ...args, rate } as never);
  layer.noise = noise;
  return layer;
}

const Dropout = tf.layers.dropout({ rate: 0.5 }).constructor as new (args: object) => tf.layers.Layer;

class ShapedDropout extends Dropout {
  static readonly className = 'ShapedDropout';
  noise: readonly (number | null)[] = [];

  getNoiseShape(input: tf.Tensor): number[] {
    return input.shape.map((size, at) => this.noise[at] ?? size);
  }
}

/** Keras's `Normalization`: by means and variances that it has learnt before, or was given. */
export class Normalization extends tf.layers.Layer {
  static readonly className = 'Normalization';
  private learnt: readonly tf.LayerVariable[] = [];

  /** @param told `mean` and `variance`, where they stand in the configuration */
  constructor(
    args: ConstructorParameters<typeof tf.layers.Layer>[0],
    private readonly axes: readonly number[],
    private readonly told: readonly [mean: number | number[], variance: number | number[]] | undefined,
    private readonly isInverse: boolean,
  ) {
    super(args);
  }

  override build(shape: tf.Shape): void {
    const [mean, one] = [tf.initializers.zeros(), tf.initializers.ones()];
    const sizes = this.kept(shape.length).map((axis) => shape[axis]!);
    if (!this.told)
      this.learnt = [
        this.addWeight('mean', sizes, 'float32', mean, undefined, false),
        this.addWeight('variance', sizes, 'float32', one, undefined, false),
        this.addWeight('count', [], 'float32', mean, undefined, false),
      ];
    super.build(shape);
  }

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }

  override call(inputs: Inputs): tf.Tensor {
    return tf.tidy(() => {
      const input = only(inputs);
      const kept = this.kept(input.rank);
      const stretched = input.shape.map((size, at) => (kept.includes(at) ? size : 1));
      const [mean, variance] = (this.told ?? this.learnt.slice(0, 2).map((one) => one.read())).map((one) => {
        const tensor = one instanceof tf.Tensor ? one : tf.tensor(one, undefined, 'float32');
        return tensor.size === 1 ? tf.reshape(tensor, []) : tf.reshape(tensor, stretched);
      }) as [tf.Tensor, tf.Tensor];
      const width = tf.maximum(tf.sqrt(variance), 1e-7);
      return this.isInverse ? tf.add(mean, tf.mul(input, width)) : tf.div(tf.sub(input, mean), width);
    });
  }

  private kept(rank: number): number[] {
    return this.axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  }
}
