/** TensorFlow.js as experiments import it by its own name: the very instance that the trainer runs. */
export * from '@tensorflow/tfjs';
