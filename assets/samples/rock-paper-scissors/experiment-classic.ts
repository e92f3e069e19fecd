import { datasets, defineExperiment, tf } from 'backstep';

const { conv2d, dense, dropout, flatten, maxPooling2d } = tf.layers;

// The classic network for this data: the same shapes as in experiment.ts, but wider, with 64-64-128-128
// filters and RMSProp. A step takes about four times as long: give it a fast backend, or time.
export default defineExperiment({
  name: 'Rock, paper, scissors – classic',
  seed: 7,
  epochs: 15,

  data: () =>
    datasets.imageFolder('rps', {
      imageSize: [150, 150],
      batchSize: 32,
      augment: { horizontalFlip: true, rotation: 0.1, zoom: 0.15, shift: 0.1 },
    }),

  model: () =>
    tf.sequential({
      layers: [
        conv2d({ filters: 64, kernelSize: 3, activation: 'relu', inputShape: [150, 150, 3] }),
        maxPooling2d({ poolSize: 2 }),
        conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
        maxPooling2d({ poolSize: 2 }),
        conv2d({ filters: 128, kernelSize: 3, activation: 'relu' }),
        maxPooling2d({ poolSize: 2 }),
        conv2d({ filters: 128, kernelSize: 3, activation: 'relu' }),
        maxPooling2d({ poolSize: 2 }),
        flatten(),
        dropout({ rate: 0.5 }),
        dense({ units: 512, activation: 'relu' }),
        dense({ units: 3, activation: 'softmax' }),
      ],
    }),

  optimizer: () => tf.train.rmsprop(1e-3),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
});
