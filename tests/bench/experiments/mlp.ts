import { datasets, defineExperiment, tf } from 'backstep';

// The peer's: tests/bench/keras/keras_step.py mlp.
export default defineExperiment({
  seed: 1,
  epochs: 100,
  data: () => datasets.idx('mnist', { flatten: true, batchSize: 50 }),
  model: () =>
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 128, activation: 'relu', inputShape: [784] }),
        tf.layers.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
  optimizer: () => tf.train.adam(1e-3),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
});
