import * as tf from '@tensorflow/tfjs';

// Two half moons, one inside the other: no straight line tells them apart.
const examples = 400;
const points = Array.from({ length: examples }, (_, index) => {
  const inner = index % 2 === 0;
  const angle = Math.PI * Math.random();
  const noise = () => (Math.random() - 0.5) * 0.25;
  const x = inner ? Math.cos(angle) : 1 - Math.cos(angle);
  const y = inner ? Math.sin(angle) : 0.5 - Math.sin(angle);
  return { features: [x + noise(), y + noise()], label: inner ? 0 : 1 };
});
const xs = tf.tensor2d(points.map(({ features }) => features));
const ys = tf.tensor2d(points.map(({ label }) => [label]));

const model = tf.sequential({
  layers: [
    tf.layers.dense({ inputShape: [2], units: 16, activation: 'relu' }),
    tf.layers.dense({ units: 16, activation: 'relu' }),
    tf.layers.dense({ units: 1, activation: 'sigmoid' }),
  ],
});
model.compile({ optimizer: tf.train.adam(0.01), loss: 'binaryCrossentropy', metrics: ['accuracy'] });

await model.fit(xs, ys, {
  epochs: 30,
  batchSize: 32,
  validationSplit: 0.2,
  callbacks: {
    onEpochEnd: (epoch, logs) => {
      if ((epoch + 1) % 10 === 0) console.log(`epoch ${epoch + 1}: loss ${logs?.loss.toFixed(4)}`);
    },
  },
});

const right = tf.tidy(() => {
  const predicted = model.predict(xs) as tf.Tensor;
  return predicted.round().equal(ys).mean().dataSync()[0]!;
});
console.log(`${(right * 100).toFixed(1)} % of all points are told apart`);
