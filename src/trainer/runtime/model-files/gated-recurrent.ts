/**
 * Keras's GRU where its reset gate works after the matrix product, the default since Keras 2.1 and what
 * GPUs compute; TensorFlow.js has the older form alone. Gates stand in the order z, r, h.
 *
 * @see https://keras.io/api/layers/recurrent_layers/gru/
 */
import * as tf from '@tensorflow/tfjs';

interface Activation {
  apply(x: tf.Tensor): tf.Tensor;
}

/** The cell that TensorFlow.js made, with what it was given. */
interface Cell {
  readonly units: number;
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
  readonly useBias: boolean;
  readonly dropout: number;
  readonly recurrentDropout: number;
  dropoutMask: tf.Tensor[] | null;
  recurrentDropoutMask: tf.Tensor[] | null;
  kernel: tf.LayerVariable;
  recurrentKernel: tf.LayerVariable;
  bias: tf.LayerVariable | null;
  built: boolean;
  readonly kernelInitializer: unknown;
  readonly recurrentInitializer: unknown;
  readonly biasInitializer: unknown;
  readonly kernelRegularizer: unknown;
  readonly recurrentRegularizer: unknown;
  readonly biasRegularizer: unknown;
  readonly kernelConstraint: unknown;
  readonly recurrentConstraint: unknown;
  readonly biasConstraint: unknown;
  addWeight(name: string, shape: number[], dtype: null, ...rest: unknown[]): tf.LayerVariable;
  build(shape: (number | null)[]): void;
  call(inputs: tf.Tensor[], named: { readonly training?: unknown }): tf.Tensor[];
  getConfig(): Record<string, unknown>;
}

/** Makes an unbuilt GRU of TensorFlow.js compute so. */
export function resettingAfter(layer: tf.layers.Layer): tf.layers.Layer {
  const { cell } = layer as unknown as { readonly cell: Cell };
  const { units } = cell;
  const getConfig = cell.getConfig.bind(cell);
  cell.getConfig = () => ({ ...getConfig(), resetAfter: true });
  cell.build = (shape) => {
    const features = (Array.isArray(shape[0]) ? shape[0] : shape).at(-1) as number;
    cell.kernel = cell.addWeight(
      'kernel',
      [features, 3 * units],
      null,
      cell.kernelInitializer,
      cell.kernelRegularizer,
      true,
      cell.kernelConstraint,
    );
    cell.recurrentKernel = cell.addWeight(
      'recurrent_kernel',
      [units, 3 * units],
      null,
      cell.recurrentInitializer,
      cell.recurrentRegularizer,
      true,
      cell.recurrentConstraint,
    );
    // One for what comes in and one for what comes back.
    cell.bias = cell.useBias
      ? cell.addWeight(
          'bias',
          [2, 3 * units],
          null,
          cell.biasInitializer,
          cell.biasRegularizer,
          true,
          cell.biasConstraint,
        )
      : null;
    cell.built = true;
  };
  cell.call = ([input, before], { training }) =>
    tf.tidy(() => {
      const isTraining = training === true;
      cell.dropoutMask ??= maskOf(input!, cell.dropout, isTraining);
      cell.recurrentDropoutMask ??= maskOf(before!, cell.recurrentDropout, isTraining);
      const [biasIn, biasBack] = cell.bias ? tf.unstack(cell.bias.read()) : [];
      const x = product(masked(input!, cell.dropoutMask), cell.kernel.read(), biasIn);
      const h = product(masked(before!, cell.recurrentDropoutMask), cell.recurrentKernel.read(), biasBack);
      const [xUpdate, xReset, xNew] = tf.split(x, 3, 1);
      const [hUpdate, hReset, hNew] = tf.split(h, 3, 1);
      const update = cell.recurrentActivation.apply(tf.add(xUpdate!, hUpdate!));
      const reset = cell.recurrentActivation.apply(tf.add(xReset!, hReset!));
      const candidate = cell.activation.apply(tf.add(xNew!, tf.mul(reset, hNew!)));
      const after = tf.add(tf.mul(update, before!), tf.mul(tf.sub(1, update), candidate));
      return [after, after];
    });
  return layer;
}

function product(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor {
  const result = tf.matMul(x as tf.Tensor2D, kernel as tf.Tensor2D);
  return bias ? tf.add(result, bias) : result;
}

function masked(x: tf.Tensor, masks: readonly tf.Tensor[] | null): tf.Tensor {
  return masks ? tf.mul(x, masks[0]!) : x;
}

/** One mask for all steps of a sequence; the layer throws it away when it is called again. */
function maskOf(like: tf.Tensor, rate: number, training: boolean): tf.Tensor[] | null {
  if (!(rate > 0 && rate < 1) || !training) return null;
  return [tf.keep(tf.dropout(tf.onesLike(like), rate))];
}
