import { datasets, defineExperiment, tf } from 'backstep';

// The first convolution of the rock-paper-scissors model: an activation of 32×148×148×64, 180 MB.
export default defineExperiment({
  seed: 1,
  epochs: 100,
  data: () =>
    datasets.tensors({
      xs: tf.randomUniform([32, 150, 150, 3]),
      ys: tf.oneHot(tf.range(0, 32).mod(3).toInt(), 3).toFloat(),
      batchSize: 32,
    }),
  model: () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu', inputShape: [150, 150, 3] }),
        tf.layers.globalAveragePooling2d({}),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
  optimizer: () => tf.train.sgd(1e-3),
  loss: 'categoricalCrossentropy',
});
