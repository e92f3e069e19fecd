import { datasets, defineExperiment, tf } from 'backstep';

// The model of tests/bench/step-time-worker.ts, on numbers that no file is needed for.
const examples = 512;

export default defineExperiment({
  seed: 1,
  epochs: 100,
  data: () =>
    datasets.tensors({
      xs: tf.randomUniform([examples, 28, 28, 1]),
      ys: tf.oneHot(tf.range(0, examples).mod(10).toInt(), 10).toFloat(),
      batchSize: 64,
    }),
  model: () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 64, activation: 'relu' }),
        tf.layers.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
  optimizer: () => tf.train.adam(1e-3),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
});
