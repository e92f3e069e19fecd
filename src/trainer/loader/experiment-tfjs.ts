/** The module behind TensorFlow.js's names: also as a default, for `import tf from '@tensorflow/tfjs-node'` is what Node allows. */
import * as tf from './persons-tfjs.js';

export * from './persons-tfjs.js';
export default tf;
