// Source modules that the trainer's bundle keeps in files of their own. At every stop V8 describes all variables of the
// module that each frame on the stack is in: with TensorFlow.js in one module that is 60,000 of them, 20 ms. So what
// stands on the stack at an op, and the large parts that it would share a file with, are entry points of the bundler;
// it cuts the bundle where what they reach differs.
const library = {
  'tfjs-core': [
    'engine',
    'environment',
    'globals',
    'gradients',
    'kernel_names',
    'kernel_registry',
    'ops/operation',
    'ops/ops',
    'optimizers/optimizer',
    'optimizers/optimizer_constructors',
    'register_all_gradients',
    'tape',
    'tensor',
    'tensor_util',
  ],
  'tfjs-layers': [
    'backend/tfjs_backend',
    'engine/container',
    'engine/topology',
    'engine/training',
    'exports_layers',
    'index',
    'models',
  ],
  'tfjs-backend-cpu': ['base'],
  'tfjs-backend-wasm': ['base'],
  'tfjs-backend-webgl': ['base'],
};

const own = [
  'dap/breakpoint-set',
  'dap/debug-host',
  'dap/paused-service',
  'dap/step-breakpoints',
  'dap/step-hooks',
  'runtime/step-runner',
  'runtime/train',
  'runtime/training-run',
  'runtime/training-step',
  'script/run-script',
];

/** What the bundler writes for them lies here, and is of no use: what it takes from there is what counts. */
export const apartFolder = 'apart';

/** Entry points of esbuild. */
export const modulesApart = Object.fromEntries([
  ...Object.entries(library).flatMap(([name, modules]) =>
    modules.map((module) => [`${apartFolder}/${name}/${module}`, `node_modules/@tensorflow/${name}/dist/${module}.js`]),
  ),
  ...own.map((module) => [`${apartFolder}/trainer/${module}`, `src/trainer/${module}.ts`]),
]);
