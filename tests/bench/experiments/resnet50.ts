import { datasets, defineExperiment, tf } from 'backstep';

// ResNet-50 as Keras builds it, with its names: five thousand ops and more in a training step.
const classes = 10;
const batch = 2;

function normed(name: string, to: tf.SymbolicTensor, filters: number, kernelSize: number, strides = 1) {
  const convolved = tf.layers
    .conv2d({ name: `${name}_conv`, filters, kernelSize, strides, padding: 'same' })
    .apply(to) as tf.SymbolicTensor;
  return tf.layers.batchNormalization({ name: `${name}_bn`, epsilon: 1.001e-5 }).apply(convolved) as tf.SymbolicTensor;
}

function relu(name: string, to: tf.SymbolicTensor) {
  return tf.layers.activation({ name, activation: 'relu' }).apply(to) as tf.SymbolicTensor;
}

function block(name: string, input: tf.SymbolicTensor, filters: number, stride: number, isFirst: boolean) {
  const shortcut = isFirst ? normed(`${name}_0`, input, 4 * filters, 1, stride) : input;
  const narrowed = relu(`${name}_1_relu`, normed(`${name}_1`, input, filters, 1, stride));
  const looked = relu(`${name}_2_relu`, normed(`${name}_2`, narrowed, filters, 3));
  const widened = normed(`${name}_3`, looked, 4 * filters, 1);
  const sum = tf.layers.add({ name: `${name}_add` }).apply([shortcut, widened]) as tf.SymbolicTensor;
  return relu(`${name}_out`, sum);
}

export default defineExperiment({
  seed: 1,
  epochs: 1,
  data: () =>
    datasets.tensors({
      xs: tf.randomUniform([2 * batch, 64, 64, 3]),
      ys: tf
        .oneHot(
          tf
            .range(0, 2 * batch)
            .mod(classes)
            .toInt(),
          classes,
        )
        .toFloat(),
      batchSize: batch,
    }),
  model: () => {
    const input = tf.input({ shape: [64, 64, 3], name: 'input' });
    let at = relu('conv1_relu', normed('conv1', input, 64, 7, 2));
    at = tf.layers
      .maxPooling2d({ name: 'pool1', poolSize: 3, strides: 2, padding: 'same' })
      .apply(at) as tf.SymbolicTensor;
    [3, 4, 6, 3].forEach((blocks, stage) => {
      for (let number = 1; number <= blocks; number++) {
        const stride = stage > 0 && number === 1 ? 2 : 1;
        at = block(`conv${stage + 2}_block${number}`, at, 64 * 2 ** stage, stride, number === 1);
      }
    });
    const pooled = tf.layers.globalAveragePooling2d({ name: 'avg_pool' }).apply(at) as tf.SymbolicTensor;
    const output = tf.layers.dense({ name: 'predictions', units: classes, activation: 'softmax' }).apply(pooled);
    return tf.model({ inputs: input, outputs: output as tf.SymbolicTensor });
  },
  optimizer: () => tf.train.adam(1e-3),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
});
