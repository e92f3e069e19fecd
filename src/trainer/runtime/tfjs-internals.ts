/**
 * The parts of TensorFlow.js that its typings hide and that a loop of one's own stands on. Written
 * against 4.22; everything that depends on its insides is named here and nowhere else.
 */
import * as tf from '@tensorflow/tfjs';

/** `model.fit`'s own pieces. */
export interface TrainableModel extends Pick<tf.LayersModel, 'inputs' | 'outputs' | 'layers'> {
  readonly optimizer_: tf.Optimizer;
  readonly lossFunctions: readonly unknown[];
  readonly outputLayers: readonly tf.layers.Layer[];
  readonly outputNames: string[];
  readonly inputNames: string[];
  readonly feedInputShapes: readonly (readonly (number | null)[])[];
  /** Loss first, then (with several outputs) each output's loss, then metrics. */
  makeTrainFunction(): (data: (tf.Tensor | null)[]) => tf.Scalar[];
  makeTestFunction(): void;
  /** One total after each output, then as above; there is no penalty of regularizers in it. */
  readonly testFunction: (data: tf.Tensor[]) => tf.Scalar[];
  getDedupedMetricsNames(): string[];
  standardizeUserDataXY(
    x: unknown,
    y: unknown,
    checkBatchAxis: boolean,
    batchSize?: number,
  ): [tf.Tensor[], tf.Tensor[]];
  standardizeUserData(
    x: unknown,
    y: unknown,
    sampleWeight: undefined,
    classWeight: unknown,
    checkBatchAxis: boolean,
    batchSize?: number,
  ): Promise<[tf.Tensor[], tf.Tensor[], (tf.Tensor | null)[] | null]>;
}

/** `tf.Sequential` wraps the model that does the work. */
export function trainable(model: tf.LayersModel): TrainableModel {
  return ((model as { readonly model?: tf.LayersModel }).model ?? model) as unknown as TrainableModel;
}

/** `instanceof tf.Optimizer` looks at the value's methods, and throws where there is no value. */
export function isOptimizer(value: unknown): value is tf.Optimizer {
  return value !== undefined && value !== null && value instanceof tf.Optimizer;
}

/**
 * A second tensor on the same data: no kernel runs, nothing is copied, and it lives on when its
 * original is disposed. Whoever asks for it disposes it.
 */
export function alias(tensor: tf.Tensor): tf.Tensor {
  const engine = tf.engine();
  engine.backend.incRef(tensor.dataId);
  return tf.keep(engine.makeTensorFromTensorInfo({ dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype }));
}

/** Tells of every tensor that comes into being, variables left out. Gives back how to undo it. */
export function onTensorMade(tell: (tensor: tf.Tensor) => void): () => void {
  const engine = tf.engine() as unknown as { track: (tensor: tf.Tensor) => tf.Tensor };
  const track = engine.track.bind(engine);
  engine.track = (tensor) => {
    tell(tensor);
    return track(tensor);
  };
  return () => Reflect.deleteProperty(engine, 'track');
}
