/** TensorFlow.js as an experiment gets it: the very instance that trains, its layers remembering where they were made. */
export * from '../tfjs.js';
export { input, layers } from '../analysis/layer-origins.js';
