/** 'backstep' as an experiment gets it: `api.ts`, whose types it has, with the TensorFlow.js of `experiment-tfjs.ts`. */
export * from '../api.js';
export * as tf from './experiment-tfjs.js';
export * as models from './persons-models.js';
