/** Every common layer, loss and optimizer trains on wasm (or the backend under test) as it does on cpu, the reference. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BackendName } from '../../../../src/shared/protocol/training.js';
import { chooseBackend } from '../../../../src/trainer/runtime/backend/backend.js';
import { backendUnderTest, expectClose, numbers } from './comparison.js';

beforeAll(() => chooseBackend(backendUnderTest));

const { layers } = tf;
type Layer = tf.layers.Layer;
const image: number[] = [8, 9, 3];
const sequence: number[] = [6, 4];

/** Name, input shape without the batch, layers. A dense head follows. */
const zoo: [string, number[], () => Layer[]][] = [
  ['conv2d', image, () => [layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu' })]],
  ['conv2d, linear', image, () => [layers.conv2d({ filters: 5, kernelSize: 3 })]],
  [
    'conv2d, strided, same',
    image,
    () => [layers.conv2d({ filters: 4, kernelSize: [3, 2], strides: [2, 2], padding: 'same', activation: 'tanh' })],
  ],
  [
    'conv2d, dilated',
    image,
    () => [layers.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same', activation: 'relu' })],
  ],
  [
    'conv2d, no bias, regularized',
    image,
    () => [
      layers.conv2d({ filters: 4, kernelSize: 3, useBias: false, kernelRegularizer: 'l1l2', activation: 'sigmoid' }),
    ],
  ],
  [
    'two conv2d',
    image,
    () => [
      layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu' }),
      layers.conv2d({ filters: 9, kernelSize: 2, activation: 'relu' }),
    ],
  ],
  ['depthwiseConv2d', image, () => [layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, activation: 'relu' })]],
  [
    'depthwiseConv2d, strided',
    image,
    () => [layers.depthwiseConv2d({ kernelSize: 3, strides: [2, 2], padding: 'same' })],
  ],
  [
    'depthwiseConv2d, dilated',
    image,
    () => [layers.depthwiseConv2d({ kernelSize: 3, dilationRate: [2, 2], padding: 'same' })],
  ],
  ['separableConv2d', image, () => [layers.separableConv2d({ filters: 5, kernelSize: 3, activation: 'relu' })]],
  [
    'conv2dTranspose',
    image,
    () => [layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: [2, 2], padding: 'same', activation: 'relu' })],
  ],
  ['conv1d', sequence, () => [layers.conv1d({ filters: 5, kernelSize: 3, activation: 'relu' })]],
  [
    'conv1d, dilated',
    sequence,
    () => [layers.conv1d({ filters: 5, kernelSize: 2, dilationRate: 2, activation: 'relu' })],
  ],
  ['conv3d', [5, 5, 4, 2], () => [layers.conv3d({ filters: 3, kernelSize: 2, activation: 'relu' })]],
  ['maxPooling2d', image, () => [layers.conv2d({ filters: 4, kernelSize: 2 }), layers.maxPooling2d({ poolSize: 2 })]],
  [
    'maxPooling2d, overlapping',
    image,
    () => [
      layers.conv2d({ filters: 5, kernelSize: 2 }),
      layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
    ],
  ],
  [
    'averagePooling2d',
    image,
    () => [layers.conv2d({ filters: 4, kernelSize: 2 }), layers.averagePooling2d({ poolSize: 2 })],
  ],
  [
    'maxPooling1d',
    sequence,
    () => [layers.conv1d({ filters: 4, kernelSize: 2 }), layers.maxPooling1d({ poolSize: 2 })],
  ],
  [
    'averagePooling1d',
    sequence,
    () => [layers.conv1d({ filters: 4, kernelSize: 2 }), layers.averagePooling1d({ poolSize: 2 })],
  ],
  [
    'maxPooling3d',
    [4, 4, 4, 2],
    () => [layers.conv3d({ filters: 3, kernelSize: 1 }), layers.maxPooling3d({ poolSize: 2 })],
  ],
  [
    'globalAveragePooling2d',
    image,
    () => [layers.conv2d({ filters: 4, kernelSize: 2 }), layers.globalAveragePooling2d({ dataFormat: 'channelsLast' })],
  ],
  [
    'globalMaxPooling2d',
    image,
    () => [layers.conv2d({ filters: 4, kernelSize: 2 }), layers.globalMaxPooling2d({ dataFormat: 'channelsLast' })],
  ],
  [
    'globalAveragePooling1d',
    sequence,
    () => [layers.conv1d({ filters: 4, kernelSize: 2 }), layers.globalAveragePooling1d()],
  ],
  ['batchNormalization', image, () => [layers.conv2d({ filters: 4, kernelSize: 2 }), layers.batchNormalization()]],
  ['batchNormalization of features', [7], () => [layers.dense({ units: 5 }), layers.batchNormalization()]],
  ['layerNormalization', image, () => [layers.conv2d({ filters: 4, kernelSize: 2 }), layers.layerNormalization()]],
  ['upSampling2d', image, () => [layers.conv2d({ filters: 2, kernelSize: 2 }), layers.upSampling2d({ size: [2, 2] })]],
  [
    'zeroPadding2d',
    image,
    () => [layers.conv2d({ filters: 2, kernelSize: 2 }), layers.zeroPadding2d({ padding: [1, 2] })],
  ],
  [
    'cropping2d',
    image,
    () => [
      layers.conv2d({ filters: 2, kernelSize: 2 }),
      layers.cropping2D({
        cropping: [
          [1, 1],
          [1, 0],
        ],
      }),
    ],
  ],
  ['lstm', sequence, () => [layers.lstm({ units: 5 })]],
  ['lstm of sequences', sequence, () => [layers.lstm({ units: 5, returnSequences: true }), layers.lstm({ units: 3 })]],
  ['gru', sequence, () => [layers.gru({ units: 5 })]],
  ['simpleRNN', sequence, () => [layers.simpleRNN({ units: 5 })]],
  ['bidirectional', sequence, () => [layers.bidirectional({ layer: layers.lstm({ units: 3 }) as tf.RNN })]],
  [
    'timeDistributed',
    sequence,
    () => [layers.timeDistributed({ layer: layers.dense({ units: 3, activation: 'relu' }) })],
  ],
  ['dense over a sequence', sequence, () => [layers.dense({ units: 3, activation: 'tanh' })]],
  [
    'reshape, permute, repeatVector',
    [6],
    () => [
      layers.reshape({ targetShape: [2, 3] }),
      layers.permute({ dims: [2, 1] }),
      layers.flatten(),
      layers.repeatVector({ n: 2 }),
    ],
  ],
  ['dropout', [20], () => [layers.dense({ units: 30, activation: 'relu' }), layers.dropout({ rate: 0.3, seed: 5 })]],
  ['prelu', image, () => [layers.conv2d({ filters: 2, kernelSize: 2 }), layers.prelu()]],
  ['leakyReLU', [7], () => [layers.dense({ units: 9 }), layers.leakyReLU()]],
  ['relu layer with a ceiling', [7], () => [layers.dense({ units: 9 }), layers.reLU({ maxValue: 1 })]],
];
const activations = [
  'elu',
  'hardSigmoid',
  'linear',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'softmax',
  'softplus',
  'softsign',
  'tanh',
  'swish',
  'mish',
  'gelu',
] as const;
for (const activation of activations) {
  zoo.push([`dense, ${activation}`, [7], () => [layers.dense({ units: 9, activation: activation as 'relu' })]]);
}

describe('layers', () => {
  it.each(zoo)('%s', async (_name, inputShape, make) => {
    await expectSameTraining(() => {
      const model = tf.sequential();
      for (const [i, layer] of make().entries()) model.add(i === 0 ? withInput(layer, inputShape) : layer);
      if (model.outputs[0]!.shape.length > 2) model.add(layers.flatten());
      model.add(layers.dense({ units: 3, activation: 'softmax' }));
      model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
      return model;
    }, inputShape);
  });

  it('embedding', async () => {
    await expectSameTraining(
      () => {
        const model = tf.sequential({
          layers: [
            layers.embedding({ inputDim: 11, outputDim: 4, inputLength: 5 }),
            layers.flatten(),
            layers.dense({ units: 3, activation: 'softmax' }),
          ],
        });
        model.compile({ optimizer: tf.train.sgd(0.5), loss: 'categoricalCrossentropy' });
        return model;
      },
      [5],
      (values) => values.map((value) => Math.floor((value + 1) * 5.5)),
    );
  });

  it('branches: add, concatenate, multiply, average, maximum, dot', async () => {
    await expectSameTraining(() => {
      const input = tf.input({ shape: [7] });
      const [a, b] = [1, 2].map(
        () => layers.dense({ units: 6, activation: 'relu' }).apply(input) as tf.SymbolicTensor,
      ) as [tf.SymbolicTensor, tf.SymbolicTensor];
      const merged = [
        layers.add(),
        layers.multiply(),
        layers.average(),
        layers.maximum(),
        layers.minimum(),
        layers.dot({ axes: 1 }),
      ].map((layer) => layer.apply([a, b]) as tf.SymbolicTensor);
      const all = layers.concatenate().apply(merged) as tf.SymbolicTensor;
      const model = tf.model({
        inputs: input,
        outputs: layers.dense({ units: 3, activation: 'softmax' }).apply(all) as tf.SymbolicTensor,
      });
      model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy' });
      return model;
    }, [7]);
  });
});

describe('losses', () => {
  const losses = [
    'meanSquaredError',
    'meanAbsoluteError',
    'meanAbsolutePercentageError',
    'meanSquaredLogarithmicError',
    'squaredHinge',
    'hinge',
    'categoricalHinge',
    'logcosh',
    'categoricalCrossentropy',
    'sparseCategoricalCrossentropy',
    'binaryCrossentropy',
    'kullbackLeiblerDivergence',
    'poisson',
    'cosineProximity',
  ];
  it.each(losses)('%s', async (loss) => {
    const sparse = loss.startsWith('sparse');
    await expectSameTraining(
      () => {
        const model = tf.sequential({
          layers: [
            layers.dense({ units: 6, activation: 'relu', inputShape: [7] }),
            layers.dense({ units: 3, activation: 'softmax' }),
          ],
        });
        model.compile({ optimizer: tf.train.sgd(0.01), loss });
        return model;
      },
      [7],
      undefined,
      sparse ? () => tf.tensor2d([0, 2, 1, 1], [4, 1]) : undefined,
    );
  });
});

describe('optimizers', () => {
  const optimizers: [string, () => tf.Optimizer][] = [
    ['sgd', () => tf.train.sgd(0.1)],
    ['momentum', () => tf.train.momentum(0.1, 0.9)],
    ['nesterov', () => tf.train.momentum(0.1, 0.9, true)],
    ['adagrad', () => tf.train.adagrad(0.1)],
    ['adadelta', () => tf.train.adadelta(0.5)],
    ['adam', () => tf.train.adam(0.01)],
    ['adamax', () => tf.train.adamax(0.01)],
    ['rmsprop', () => tf.train.rmsprop(0.01)],
  ];
  it.each(optimizers)('%s', async (_name, optimizer) => {
    await expectSameTraining(() => {
      const model = tf.sequential({
        layers: [
          layers.conv2d({
            filters: 4,
            kernelSize: 3,
            activation: 'relu',
            inputShape: image as [number, number, number],
          }),
          layers.maxPooling2d({ poolSize: 2 }),
          layers.flatten(),
          layers.dense({ units: 3, activation: 'softmax' }),
        ],
      });
      model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy' });
      return model;
    }, image);
  });
});

function withInput(layer: Layer, shape: number[]): Layer {
  const config = { ...layer.getConfig(), batchInputShape: [null, ...shape] } as tf.serialization.ConfigDict;
  const kind = layer.constructor as unknown as {
    fromConfig(kind: unknown, config: tf.serialization.ConfigDict): Layer;
  };
  return kind.fromConfig(layer.constructor, config);
}

/** Three steps from the same weights on the same data: losses and weights agree to rounding. */
async function expectSameTraining(
  make: () => tf.LayersModel,
  inputShape: number[],
  toInput: (values: Float32Array) => Float32Array = (values) => values,
  toTarget: () => tf.Tensor = () => tf.tensor2d([1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0], [4, 3]),
): Promise<void> {
  const trained = async (backend: BackendName) => {
    await tf.setBackend(backend);
    const model = make();
    model.setWeights(
      model.getWeights().map((weight, i) =>
        tf.tensor(
          numbers(weight.size, i + 1).map((value) => value / 2 + (weight.rank === 1 ? 0.6 : 0)),
          weight.shape,
        ),
      ),
    );
    const xs = tf.tensor(toInput(numbers(4 * inputShape.reduce((a, b) => a * b, 1), 99)), [4, ...inputShape]);
    const ys = toTarget();
    const losses: number[] = [];
    await model.fit(xs, ys, {
      batchSize: 4,
      epochs: 3,
      shuffle: false,
      verbose: 0,
      callbacks: { onBatchEnd: (_batch, logs) => void losses.push(logs!.loss!) },
    });
    const weights = model.getWeights().map((weight) => Float32Array.from(weight.dataSync()));
    const predicted = model.predict(xs) as tf.Tensor;
    const result = { losses, weights, predictions: Float32Array.from(predicted.dataSync()) };
    model.dispose();
    tf.dispose([xs, ys, predicted]);
    return result;
  };
  const expected = await trained('cpu');
  const actual = await trained(backendUnderTest);
  for (const loss of expected.losses) expect(loss).not.toBeNaN();
  expectClose(actual.losses, expected.losses, 5e-5, 'losses');
  expectClose(actual.predictions, expected.predictions, 2e-4, 'predictions');
  expected.weights.forEach((weight, i) => expectClose(actual.weights[i]!, weight, 2e-4, `weight ${i}`));
}
