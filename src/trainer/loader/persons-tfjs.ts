/** TensorFlow.js as a person's code gets it: the very instance that trains, its layers and models remembered as they are made. */
export * from '../tfjs.js';
export { input, layers } from '../analysis/layer-origins.js';
export { loadLayersModel, model, sequential } from '../script/made-models.js';
export { io, node, setWasmPath, setWasmPaths } from '../script/node-api.js';
