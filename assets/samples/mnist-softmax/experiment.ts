import { datasets, defineExperiment, tf } from 'backstep';

export default defineExperiment({
  name: 'Digits with one layer',
  seed: 3,
  epochs: 10,

  // Without MNIST's own files, digits drawn by Backstep stand in for them.
  data: () => datasets.idx('mnist', { flatten: true, batchSize: 50 }),

  // One weight for each of the 784 pixels and each of the ten digits, and nothing hidden between them.
  model: () =>
    tf.sequential({
      layers: [tf.layers.dense({ units: 10, activation: 'softmax', inputShape: [784] })],
    }),

  optimizer: () => tf.train.sgd(0.5),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
});
