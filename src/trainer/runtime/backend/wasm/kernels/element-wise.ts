/** ReluGrad, Relu6Grad, ApplyAdam and ApplyRmsProp: one pass each, where TensorFlow.js composes many kernels. */
import type * as tf from '@tensorflow/tfjs';
import type { AdamAttributes, AdamInputs, RmsPropAttributes, RmsPropInputs } from '../../ops/optimizer-updates.js';
import { addKernel } from '../kernel.js';
import { address, loopsOf, sizeOf } from '../wasm-memory.js';

export function registerElementWise(): void {
  for (const [kernelName, top] of [
    ['ReluGrad', Infinity],
    ['Relu6Grad', 6],
  ] as const) {
    addKernel<{ dy: tf.TensorInfo; x: tf.TensorInfo }, undefined>(kernelName, ({ inputs: { dy, x }, backend }) => {
      const dx = backend.makeOutput(x.shape, 'float32');
      loopsOf(backend).reluGradient(
        address(backend, dy),
        address(backend, x),
        address(backend, dx),
        sizeOf(x.shape),
        top,
      );
      return dx;
    });
  }

  addKernel<AdamInputs<tf.TensorInfo>, AdamAttributes>('ApplyAdam', ({ inputs, attrs, backend }) => {
    const outputs = [0, 1, 2].map(() => backend.makeOutput(inputs.value.shape, 'float32'));
    const [newValue, newFirst, newSecond] = outputs.map((output) => address(backend, output)) as [
      number,
      number,
      number,
    ];
    loopsOf(backend).adam(
      address(backend, inputs.value),
      address(backend, inputs.firstMoment),
      address(backend, inputs.secondMoment),
      address(backend, inputs.gradient),
      address(backend, inputs.beta1Power),
      address(backend, inputs.beta2Power),
      newValue,
      newFirst,
      newSecond,
      sizeOf(inputs.value.shape),
      attrs.beta1,
      1 - attrs.beta1,
      attrs.beta2,
      1 - attrs.beta2,
      attrs.learningRate,
      attrs.epsilon,
    );
    return outputs;
  });

  addKernel<RmsPropInputs<tf.TensorInfo>, RmsPropAttributes>('ApplyRmsProp', ({ inputs, attrs, backend }) => {
    const outputs = [0, 1, 2].map(() => backend.makeOutput(inputs.value.shape, 'float32'));
    const [newValue, newSquare, newMoment] = outputs.map((output) => address(backend, output)) as [
      number,
      number,
      number,
    ];
    loopsOf(backend).rmsProp(
      address(backend, inputs.value),
      address(backend, inputs.meanSquare),
      address(backend, inputs.moment),
      address(backend, inputs.gradient),
      newValue,
      newSquare,
      newMoment,
      sizeOf(inputs.value.shape),
      attrs.decay,
      1 - attrs.decay,
      attrs.momentum,
      attrs.learningRate,
      attrs.epsilon,
    );
    return outputs;
  });
}
