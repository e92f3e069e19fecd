import { datasets, defineExperiment, tf } from 'backstep';

const { dense } = tf.layers;

export default defineExperiment({
  name: 'Iris flowers',
  seed: 1,
  epochs: 40,

  // Length and width of sepal and petal, in centimetres; every fifth flower is kept to test with.
  data: () =>
    datasets.csv('iris.csv', {
      target: 'species',
      standardize: true, // each measurement with mean 0 and spread 1
      validationSplit: 0.2,
      batchSize: 16,
    }),

  model: () =>
    tf.sequential({
      layers: [
        dense({ units: 10, activation: 'relu', inputShape: [4] }),
        dense({ units: 20, activation: 'relu' }),
        dense({ units: 10, activation: 'relu' }),
        dense({ units: 3, activation: 'softmax' }), // setosa, versicolor, virginica
      ],
    }),

  optimizer: () => tf.train.adam(0.005),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
});
