/** Layers, optimizers and the rest of what a step may have in it, for both speeds to agree on. */
import * as tf from '@tensorflow/tfjs';
import { trainable } from '../../../../src/trainer/runtime/tfjs-internals.js';
import { classes, fitProgram, normal, ownProgram, sequential, uniform, type TestProgram } from './programs.js';

const { layers } = tf;
type Make = () => TestProgram;

const optimizers: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.05),
  momentum: () => tf.train.momentum(0.05, 0.9),
  nesterov: () => tf.train.momentum(0.05, 0.9, true),
  adagrad: () => tf.train.adagrad(0.05),
  adadelta: () => tf.train.adadelta(0.5),
  adam: () => tf.train.adam(0.01),
  adamax: () => tf.train.adamax(0.01, 0.9, 0.999, undefined, 0.01),
  rmsprop: () => tf.train.rmsprop(0.005),
  'rmsprop with momentum': () => tf.train.rmsprop(0.005, 0.9, 0.5),
};

const crossEntropy = 'categoricalCrossentropy';

function classifier(
  inputShape: readonly number[],
  hidden: readonly tf.layers.Layer[],
  optimizer: tf.Optimizer = tf.train.adam(0.01),
): TestProgram {
  const model = sequential(...hidden, layers.dense({ units: 3, activation: 'softmax' }));
  return fitProgram({
    model,
    optimizer,
    loss: crossEntropy,
    metrics: ['accuracy'],
    xs: [normal([8, ...inputShape])],
    ys: [classes(3, 8)],
  });
}

function smallNetwork(optimizer: tf.Optimizer): TestProgram {
  return classifier(
    [12, 12, 1],
    [
      layers.conv2d({ inputShape: [12, 12, 1], filters: 4, kernelSize: 3, activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dropout({ rate: 0.3 }),
    ],
    optimizer,
  );
}

/** w · x, and w is kept no longer than 1. */
class Scale extends layers.Layer {
  static readonly className = 'TestScale';
  private kernel: tf.LayerVariable | undefined;

  override build(inputShape: tf.Shape): void {
    this.kernel = this.addWeight('scale', [inputShape.at(-1)!], 'float32', tf.initializers.ones());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [input] = Array.isArray(inputs) ? inputs : [inputs];
    return tf.tidy(() => tf.sin(tf.mul(input!, this.kernel!.read())));
  }
}

const models: Readonly<Record<string, Make>> = {
  // The library takes epsilon off, and so the root of less than nothing where a gradient is all but nothing.
  'smooth network, centered rmsprop': () =>
    classifier(
      [6],
      [layers.dense({ inputShape: [6], units: 8, activation: 'tanh' })],
      tf.train.rmsprop(0.005, 0.9, 0, 1e-12, true),
    ),
  'batch normalization': () =>
    classifier(
      [8, 8, 3],
      [
        layers.conv2d({ inputShape: [8, 8, 3], filters: 6, kernelSize: 3, useBias: false }),
        layers.batchNormalization(),
        layers.reLU(),
        layers.globalAveragePooling2d({}),
      ],
    ),
  'batch normalization behind a bias': () =>
    classifier(
      [8, 8, 3],
      [
        layers.conv2d({ inputShape: [8, 8, 3], filters: 6, kernelSize: 3 }),
        layers.batchNormalization(),
        layers.reLU(),
        layers.globalAveragePooling2d({}),
      ],
    ),
  // What the optimizer keeps of a gradient that is nothing but rounding is no more than that.
  'batch normalization behind a bias, rmsprop with momentum': () =>
    classifier(
      [8],
      [
        layers.dense({ inputShape: [8], units: 7 }),
        layers.batchNormalization(),
        layers.leakyReLU(),
        layers.dense({ units: 6, activation: 'tanh' }),
      ],
      tf.train.rmsprop(0.01, 0.9, 0.5),
    ),
  'layer normalization of pictures': () =>
    classifier([9, 7, 3], [layers.layerNormalization({ inputShape: [9, 7, 3] }), layers.globalAveragePooling2d({})]),
  'layer normalization': () =>
    classifier([10], [layers.dense({ inputShape: [10], units: 12 }), layers.layerNormalization()]),
  lstm: () => classifier([5, 4], [layers.lstm({ inputShape: [5, 4], units: 6 })]),
  'lstm with dropout': () =>
    classifier([5, 4], [layers.lstm({ inputShape: [5, 4], units: 6, dropout: 0.3, recurrentDropout: 0.3 })]),
  'gru with dropout': () =>
    classifier([5, 4], [layers.gru({ inputShape: [5, 4], units: 6, dropout: 0.3, recurrentDropout: 0.3 })]),
  'bidirectional rnn, stacked': () =>
    classifier(
      [5, 4],
      [
        layers.bidirectional({
          inputShape: [5, 4],
          layer: layers.simpleRNN({ units: 4, returnSequences: true }) as tf.RNN,
          mergeMode: 'concat',
        }),
        layers.timeDistributed({ layer: layers.dense({ units: 4, activation: 'tanh' }) }),
        layers.globalAveragePooling1d({}),
      ],
    ),
  embedding: () =>
    fitProgram({
      model: sequential(
        layers.embedding({ inputDim: 20, outputDim: 6, inputLength: 5 }),
        layers.flatten(),
        layers.dense({ units: 3, activation: 'softmax' }),
      ),
      optimizer: tf.train.adam(0.01),
      loss: crossEntropy,
      xs: [tf.tidy(() => tf.floor(tf.mul(uniform([8, 5]), 20)))],
      ys: [classes(3, 8)],
    }),
  'separable and depthwise convolution': () =>
    classifier(
      [10, 10, 3],
      [
        layers.separableConv2d({ inputShape: [10, 10, 3], filters: 4, kernelSize: 3, activation: 'relu6' }),
        layers.depthwiseConv2d({ kernelSize: 3, activation: 'elu' }),
        layers.averagePooling2d({ poolSize: 2 }),
        layers.flatten(),
      ],
    ),
  'transposed convolution': () =>
    fitProgram({
      model: sequential(
        layers.conv2d({
          inputShape: [8, 8, 2],
          filters: 4,
          kernelSize: 3,
          strides: 2,
          padding: 'same',
          activation: 'relu',
        }),
        layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same', activation: 'sigmoid' }),
      ),
      optimizer: tf.train.adam(0.01),
      loss: 'meanSquaredError',
      xs: [normal([4, 8, 8, 2])],
      ys: [uniform([4, 8, 8, 2])],
    }),
  'upsampling, regularizers, leaky relu': () =>
    fitProgram({
      model: sequential(
        layers.conv2d({
          inputShape: [6, 6, 2],
          filters: 3,
          kernelSize: 3,
          padding: 'same',
          kernelRegularizer: tf.regularizers.l1l2({ l1: 0.001, l2: 0.01 }),
        }),
        layers.leakyReLU(),
        layers.upSampling2d({ size: [2, 2] }),
        layers.conv2d({
          filters: 1,
          kernelSize: 3,
          padding: 'same',
          kernelConstraint: tf.constraints.unitNorm({ axis: 0 }),
        }),
      ),
      optimizer: tf.train.adam(0.01),
      loss: 'meanSquaredError',
      xs: [normal([4, 6, 6, 2])],
      ys: [uniform([4, 12, 12, 1])],
    }),
  'convolution in one dimension': () =>
    classifier(
      [12, 3],
      [
        layers.conv1d({ inputShape: [12, 3], filters: 5, kernelSize: 3, activation: 'selu' }),
        layers.globalMaxPooling1d({}),
      ],
    ),
  'noise layers, hinge loss': () =>
    fitProgram({
      model: sequential(
        layers.dense({ inputShape: [6], units: 8, activation: 'swish' }),
        layers.gaussianNoise({ stddev: 0.1 }),
        layers.gaussianDropout({ rate: 0.2 }),
        layers.alphaDropout({ rate: 0.1 }),
        layers.dense({ units: 1, activation: 'tanh' }),
      ),
      optimizer: tf.train.sgd(0.05),
      loss: 'squaredHinge',
      xs: [normal([8, 6])],
      ys: [tf.tidy(() => tf.sub(tf.mul(tf.round(uniform([8, 1])), 2), 1))],
    }),
  'binary classes with metrics': () =>
    fitProgram({
      model: sequential(
        layers.dense({ inputShape: [6], units: 8, activation: 'softplus' }),
        layers.dense({ units: 1, activation: 'sigmoid' }),
      ),
      optimizer: tf.train.adam(0.01),
      loss: 'binaryCrossentropy',
      metrics: ['accuracy', 'precision', 'mse'],
      xs: [normal([8, 6])],
      ys: [tf.round(uniform([8, 1]))],
    }),
  'sparse classes': () =>
    fitProgram({
      model: sequential(
        layers.dense({ inputShape: [6], units: 8, activation: 'hardSigmoid' }),
        layers.dense({ units: 4, activation: 'softmax' }),
      ),
      optimizer: tf.train.adam(0.01),
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
      xs: [normal([8, 6])],
      ys: [tf.tidy(() => tf.floor(tf.mul(uniform([8, 1]), 4)))],
    }),
  'two inputs and two outputs': () => {
    const [a, b] = [tf.input({ shape: [4] }), tf.input({ shape: [3] })];
    const shared = layers.dense({ units: 5, activation: 'relu' });
    const joined = layers
      .concatenate()
      .apply([
        shared.apply(a) as tf.SymbolicTensor,
        layers.dense({ units: 4 }).apply(b) as tf.SymbolicTensor,
      ]) as tf.SymbolicTensor;
    const added = layers.add().apply([joined, layers.dense({ units: 9 }).apply(joined) as tf.SymbolicTensor]);
    const outputs = [
      layers.dense({ units: 3, activation: 'softmax' }).apply(added) as tf.SymbolicTensor,
      layers.dense({ units: 1 }).apply(added) as tf.SymbolicTensor,
    ];
    return fitProgram({
      model: tf.model({ inputs: [a, b], outputs }),
      optimizer: tf.train.adam(0.01),
      loss: [crossEntropy, 'meanSquaredError'],
      metrics: ['mse'],
      xs: [normal([8, 4]), normal([8, 3], 4)],
      ys: [classes(3, 8), uniform([8, 1])],
    });
  },
  'weights of examples': () =>
    fitProgram({
      model: sequential(
        layers.dense({ inputShape: [6], units: 8, activation: 'relu' }),
        layers.dense({ units: 3, activation: 'softmax' }),
      ),
      optimizer: tf.train.adam(0.01),
      loss: crossEntropy,
      xs: [normal([8, 6])],
      ys: [classes(3, 8)],
      weights: [uniform([8], 9)],
    }),
  'a layer of their own': () =>
    classifier([6], [layers.dense({ inputShape: [6], units: 8 }), new Scale({ name: 'scale' })]),
  'a model inside the model': () => {
    const inner = sequential(
      layers.dense({ inputShape: [6], units: 6, activation: 'relu' }),
      layers.batchNormalization(),
    );
    return classifier([6], [inner]);
  },
  'inputs that are the targets': () => {
    const xs = uniform([8, 6]);
    return fitProgram({
      model: sequential(
        layers.dense({ inputShape: [6], units: 3, activation: 'relu' }),
        layers.dense({ units: 6, activation: 'sigmoid' }),
      ),
      optimizer: tf.train.adam(0.01),
      loss: 'meanSquaredError',
      xs: [xs],
      ys: [xs],
    });
  },
  'a frozen layer': () => {
    const frozen = layers.dense({ inputShape: [6], units: 8, activation: 'relu', trainable: false });
    return classifier([6], [frozen, layers.dense({ units: 4 })]);
  },
  'a step of their own, with clipped gradients': () => {
    const model = sequential(
      layers.dense({ inputShape: [6], units: 8, activation: 'relu' }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 1 }),
    );
    const optimizer = tf.train.adam(0.01);
    return ownProgram(model, optimizer, [normal([8, 6]), uniform([8, 1])], ([xs, ys]) => {
      const { value, grads } = optimizer.computeGradients(() => {
        const guess = trainable(model) && (model.apply(xs!, { training: true }) as tf.Tensor);
        return tf.losses.huberLoss(ys as tf.Tensor2D, guess as tf.Tensor2D) as tf.Scalar;
      });
      const clipped = Object.entries(grads).map(([name, gradient]) => ({
        name,
        tensor: tf.clipByValue(gradient, -0.01, 0.01),
      }));
      optimizer.applyGradients(clipped);
      return [value, tf.mean(tf.abs(grads[Object.keys(grads)[0]!]!))];
    });
  },
  'a step of their own, without an optimizer': () => {
    const model = sequential(layers.dense({ inputShape: [6], units: 1 }));
    return ownProgram(model, tf.train.sgd(0.1), [normal([8, 6]), uniform([8, 1])], ([xs, ys]) => {
      const { value, grads } = tf.variableGrads(() =>
        tf.mean(tf.square(tf.sub(model.apply(xs!) as tf.Tensor, ys!))).asScalar(),
      );
      for (const [name, gradient] of Object.entries(grads)) {
        const variable = tf.engine().registeredVariables[name]!;
        variable.assign(tf.sub(variable, tf.mul(gradient, 0.05)));
      }
      return [value];
    });
  },
  'a table of numbers from outside': () => {
    const table = tf.keep(normal([6, 400]));
    const model = sequential(layers.dense({ inputShape: [400], units: 2 }));
    const optimizer = tf.train.sgd(0.01);
    return ownProgram(model, optimizer, [normal([8, 6]), uniform([8, 2])], ([xs, ys]) => [
      optimizer.minimize(
        () => tf.mean(tf.square(tf.sub(model.apply(tf.matMul(xs!, table)) as tf.Tensor, ys!))).asScalar(),
        true,
      )!,
    ]);
  },
};

export const zoo: Readonly<Record<string, Make>> = {
  ...Object.fromEntries(
    Object.entries(optimizers).map(([name, make]) => [`small network, ${name}`, () => smallNetwork(make())] as const),
  ),
  ...models,
};
