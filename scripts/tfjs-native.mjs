// What makes TensorFlow.js and the JavaScript of its native backend one instance in a bundle, and
// lets a training step draw its random numbers elsewhere. Every change is of one known line; where
// a new version no longer has that line, the build fails here rather than the training later.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const hook = path.join(root, 'src/trainer/runtime/backend/tensorflow/random-hook.ts');

const randomOps = {
  random_uniform: { name: 'randomUniform', parameters: "shape, minval = 0, maxval = 1, dtype = 'float32', seed" },
  random_normal: { name: 'randomNormal', parameters: 'shape, mean = 0, stdDev = 1, dtype, seed' },
  truncated_normal: { name: 'truncatedNormal', parameters: 'shape, mean = 0, stdDev = 1, dtype, seed' },
};

/** One changed line each; the rest of the file, and so its source map, keeps its lines. */
const changes = Object.entries(randomOps).map(([file, { name, parameters }]) => {
  const head = `function ${name}_(${parameters}) {`;
  const given = parameters.replaceAll(/ = [^,]+/g, '');
  return {
    file: `@tensorflow/tfjs-core/dist/ops/${file}.js`,
    from: head,
    to: `${head} const drawn = drawElsewhere('${name}', ${given}); if (drawn) return drawn;`,
    first: `import { drawElsewhere } from ${JSON.stringify(hook)};`,
  };
});
changes.push({
  // A class of the old kind cannot call the constructor of a new one, which it gets in a bundle of modules.
  file: '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js',
  from: 'var _this = _super.call(this) || this;',
  to: 'var _this = Reflect.construct(_super, [], this.constructor);',
  first: '',
});

/** An esbuild plugin; `complete` where all of it must be in the bundle. */
export function tfjsNative({ complete = true } = {}) {
  return {
    name: 'tfjs-native',
    setup(build) {
      const seen = new Set();
      build.onStart(() => seen.clear());
      for (const change of changes) {
        const pattern = change.file.replaceAll(/[.\\]/g, '\\$&').replaceAll('/', '[\\\\/]');
        build.onLoad({ filter: new RegExp(`[\\\\/]${pattern}$`) }, async ({ path: file }) => {
          const text = await readFile(file, 'utf8');
          if (text.split(change.from).length !== 2) {
            return { errors: [{ text: `${change.file} no longer has the line “${change.from}”` }] };
          }
          seen.add(change.file);
          return { contents: change.first + text.replace(change.from, () => change.to), loader: 'js' };
        });
      }
      // Messages of TensorBoard, which Backstep writes itself.
      build.onResolve({ filter: /^\.\/proto\/api_pb$/ }, () => ({ path: 'api_pb', namespace: 'tfjs-native' }));
      build.onLoad({ filter: /.*/, namespace: 'tfjs-native' }, () => ({ contents: 'module.exports = {};' }));
      build.onEnd(({ errors }) => {
        if (errors.length > 0) return undefined;
        const missing = changes.filter(({ file }) => !seen.has(file));
        if (!complete || missing.length === 0) return undefined;
        return { errors: missing.map(({ file }) => ({ text: `${file} is no longer in the bundle` })) };
      });
    },
  };
}
