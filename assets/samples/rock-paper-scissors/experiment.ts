import { datasets, defineExperiment, tf } from 'backstep';

const { conv2d, dense, dropout, flatten, maxPooling2d } = tf.layers;

export default defineExperiment({
  name: 'Rock, paper, scissors',
  seed: 7,
  epochs: 15,

  // 2,520 hands to learn from, 372 others to test with. Each epoch shows every hand a little
  // differently: mirrored, turned, nearer or farther, moved. A network cannot learn those by heart.
  data: () =>
    datasets.imageFolder('rps', {
      imageSize: [150, 150],
      batchSize: 32,
      augment: { horizontalFlip: true, rotation: 0.1, zoom: 0.15, shift: 0.1 },
    }),

  // Each 3×3 convolution looks for small patterns and loses a pixel at every edge; each pooling
  // keeps the strongest of four neighbours: 150 → 148 → 74 → 72 → 36 → 34 → 17 → 15 → 7.
  model: () =>
    tf.sequential({
      layers: [
        conv2d({ filters: 16, kernelSize: 3, activation: 'relu', inputShape: [150, 150, 3] }),
        maxPooling2d({ poolSize: 2 }),
        conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }),
        maxPooling2d({ poolSize: 2 }),
        conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
        maxPooling2d({ poolSize: 2 }),
        conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
        maxPooling2d({ poolSize: 2 }),
        flatten(),
        dropout({ rate: 0.5 }),
        dense({ units: 512, activation: 'relu' }),
        dense({ units: 3, activation: 'softmax' }), // paper, rock, scissors
      ],
    }),

  optimizer: () => tf.train.adam(1e-3),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
});
