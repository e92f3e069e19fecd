/**
 * The gradients of sigmoid, tanh and leaky relu as one op each, on backends that have the kernel;
 * elsewhere TensorFlow.js's own compositions stay as they are.
 */
import * as tf from '@tensorflow/tfjs';

type Gradient = tf.Tensor;
const run = (kernelName: string, inputs: Readonly<Record<string, tf.Tensor>>, attributes: object = {}): Gradient =>
  tf.engine().runKernel(kernelName, { ...inputs }, { ...attributes } as tf.NamedAttrMap) as Gradient;

export function registerActivationGradients(): void {
  // By its output y: sigmoid' = y (1 − y), tanh' = 1 − y²; their own slopes in y, for gradients of gradients.
  ofOutput('Sigmoid', 'SigmoidGrad', (y) => tf.sub(1, tf.mul(2, y)));
  ofOutput('Tanh', 'TanhGrad', (y) => tf.mul(-2, y));
  leakyRelu();
}

function ofOutput(forward: string, kernelName: string, slopeInOutput: (y: tf.Tensor) => tf.Tensor): void {
  replaceGradient(forward, kernelName, (dy, y) => ({ x: () => run(kernelName, { dy, y }) }));
  tf.registerGradient({
    kernelName,
    inputsToSave: ['dy', 'y'],
    gradFunc: (ddx, saved) => {
      const [dy, y] = saved as [tf.Tensor, tf.Tensor];
      const given = ddx as tf.Tensor;
      return {
        dy: () => run(kernelName, { dy: given, y }),
        y: () => tf.mul(tf.mul(given, dy), slopeInOutput(y)),
      };
    },
  });
}

function leakyRelu(): void {
  const kernelName = 'LeakyReluGrad';
  replaceGradient('LeakyRelu', kernelName, (dy, x, attributes) => ({
    x: () => run(kernelName, { dy, x }, attributes),
  }));
  tf.registerGradient({
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (ddx, saved, attributes) => {
      const [x] = saved as [tf.Tensor];
      return { dy: () => run(kernelName, { dy: ddx as tf.Tensor, x }, attributes), x: () => tf.zerosLike(x) };
    },
  });
}

/** `make` gets the one tensor that the library saves for this gradient. */
function replaceGradient(
  forward: string,
  kernelName: string,
  make: (dy: tf.Tensor, saved: tf.Tensor, attributes: tf.NamedAttrMap) => ReturnType<tf.GradFunc>,
): void {
  const stock = tf.getGradient(forward);
  if (!stock) throw new Error(`TensorFlow.js has no gradient of ${forward} to replace.`);
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attributes) => {
      const [tensor] = saved as [tf.Tensor];
      const isOneKernel = tf.getKernel(kernelName, tf.getBackend()) && tensor.dtype === 'float32';
      return isOneKernel ? make(dy as tf.Tensor, tensor, attributes) : stock.gradFunc(dy, saved, attributes);
    },
  });
}
