/**
 * Models that Keras saved, loaded to be trained on: they give what Keras says that they give. Needs
 * BACKSTEP_TEST_PYTHON with Keras 3; BACKSTEP_TEST_APPLICATIONS=1 adds the large networks of keras.applications.
 */
import * as tf from '@tensorflow/tfjs';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labelledWeights } from '../../../src/trainer/runtime/layer-labels.js';
import * as models from '../../../src/trainer/runtime/model-files/models.js';
import { surroundings } from '../../../src/trainer/runtime/model-files/surroundings.js';

const python = process.env['BACKSTEP_TEST_PYTHON'];
if (!python) console.log('models of Keras are not loaded: BACKSTEP_TEST_PYTHON names no Python with it');
const given = process.env['BACKSTEP_TEST_ZOO'];

interface Values {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
interface Facts {
  readonly inputs: readonly Values[];
  readonly outputs: readonly Values[];
  readonly params: number;
  readonly trainable: number;
}

const folder = given ?? mkdtempSync(path.join(tmpdir(), 'backstep-zoo-'));
const script = path.join(import.meta.dirname, 'keras-zoo.py');
const names = [...readFileSync(script, 'utf8').matchAll(/^zoo\["(\w+)"\]/gm)].map((match) => match[1]!);
const activations = /for name in \[([^\]]*)\]/.exec(readFileSync(script, 'utf8'))![1]!.match(/\w+/g)!;
const large = process.env['BACKSTEP_TEST_APPLICATIONS']
  ? ['ResNet50', 'MobileNetV2', 'VGG16', 'DenseNet121', 'Xception', 'MobileNet', 'InceptionV3']
  : [];
const all = [...names, ...activations.map((name) => `activation_${name}`), ...large.map((name) => `app_${name}`)];
/** TensorFlow.js has none for transposed convolutions in three dimensions. */
const withoutGradients = new Set(['volume']);
let facts: Readonly<Record<string, Facts>> = {};

beforeAll(async () => {
  await tf.setBackend('cpu');
  surroundings.folder = folder;
  surroundings.reader = path.resolve('dist/reader/main.js');
  if (!python) return;
  const flags = large.length > 0 ? ['--applications'] : [];
  if (!given) execFileSync(python, [script, folder, ...flags], { stdio: ['ignore', 'ignore', 'inherit'] });
  facts = JSON.parse(readFileSync(path.join(folder, 'facts.json'), 'utf8')) as typeof facts;
}, 300_000);

afterAll(() => {
  if (!given) rmSync(folder, { recursive: true, force: true });
});

function counted(variables: readonly { readonly variable: tf.Variable }[]): number {
  return variables.reduce((sum, { variable }) => sum + variable.size, 0);
}

describe.runIf(python)('Keras’s predictions', () => {
  describe.each(['keras', 'h5'])('of .%s', (ending) => {
    it.each(all)('%s', { timeout: 120_000 }, async (name) => {
      const before = tf.memory().numTensors;
      const model = await models.load(`${name}.${ending}`);
      const { inputs, outputs, params, trainable } = facts[name]!;
      const weights = labelledWeights(model);
      expect(counted(weights)).toBe(params);
      expect(counted(weights.filter((weight) => weight.trainable))).toBe(trainable);
      expect(new Set(weights.map((weight) => weight.name)).size).toBe(weights.length);

      const xs = inputs.map(({ shape, values }, index) =>
        tf.tensor([...values], [...shape], model.inputs[index]!.dtype),
      );
      const given = model.predict(xs.length === 1 ? xs[0]! : xs);
      const ys = Array.isArray(given) ? given : [given];
      expect(ys.map(({ shape }) => shape)).toEqual(outputs.map(({ shape }) => shape));
      // Half precision, which Keras computed in.
      const tolerance = name === 'mixed' ? 1e-2 : 1e-4;
      ys.forEach((y, index) => {
        const wanted = outputs[index]!.values;
        const far = Math.max(
          ...Array.from(y.dataSync(), (value, at) => Math.abs(value - wanted[at]!) / (1 + Math.abs(wanted[at]!))),
        );
        expect(far, `output ${index + 1}`).toBeLessThan(tolerance);
      });
      // Everything can be trained: there are gradients, down to what comes in first.
      if (!name.startsWith('app_') && !withoutGradients.has(name) && trainable > 0) {
        const { value, grads } = tf.variableGrads(() => {
          const made = model.apply(xs.length === 1 ? xs[0]! : xs, { training: true });
          return tf.addN((Array.isArray(made) ? made : [made]).map((one) => tf.sum(one as tf.Tensor))) as tf.Scalar;
        });
        for (const gradient of Object.values(grads)) expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
        tf.dispose([value, grads]);
      }
      tf.dispose([xs, ys]);
      tf.dispose(weights.map(({ variable }) => variable));
      // Recurrent layers keep the masks of their dropout until they are called again.
      if (name !== 'recurrent') expect(tf.memory().numTensors).toBe(before);
    });
  });
});
