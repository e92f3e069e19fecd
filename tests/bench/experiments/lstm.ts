import { datasets, defineExperiment, tf } from 'backstep';

// Digits row by row. The peer's: tests/bench/keras/keras_step.py lstm.
export default defineExperiment({
  seed: 1,
  epochs: 100,
  data: () => datasets.idx('mnist', { flatten: true, batchSize: 50 }),
  model: () =>
    tf.sequential({
      layers: [
        tf.layers.reshape({ targetShape: [28, 28], inputShape: [784] }),
        tf.layers.lstm({ units: 64 }),
        tf.layers.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
  optimizer: () => tf.train.adam(1e-3),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
});
