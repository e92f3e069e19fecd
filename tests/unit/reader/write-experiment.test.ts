/** Experiments that are written for model files: what the file says of its training, and data that fits. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeExperiment } from '../../../src/reader/write-experiment.js';
import { openModel } from '../../../src/shared/models/open-model.js';

const data = path.resolve(process.env['BACKSTEP_TEST_DATA'] || '../shared/data');
const there = existsSync(path.join(data, 'models'));
if (!there) console.log(`skipped: ${data}/models is not there; set BACKSTEP_TEST_DATA to the folder of test data`);

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'backstep-write-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function written(file: string, bytes: Uint8Array): Promise<string> {
  const place = path.join(root, file);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, bytes);
  const model = await openModel({ name: path.basename(file), bytes });
  return path.relative(root, (await writeExperiment({ root, file: place }, model)).path);
}

const text = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const layer = (className: string, config: object) => ({
  class_name: className,
  config: { name: className.toLowerCase(), ...config },
});
const net = (shape: readonly (number | null)[], layers: readonly object[], compiled?: object): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      modelTopology: {
        class_name: 'Sequential',
        config: {
          name: 'net',
          layers: [layer('InputLayer', { name: 'in', batch_input_shape: [null, ...shape] }), ...layers],
        },
      },
      ...(compiled ? { trainingConfig: compiled } : {}),
    }),
  );

describe.runIf(there)('of files by Keras', () => {
  it.each(['mnist_cnn.keras', 'mnist_cnn.h5'])(
    '%s: how it was compiled, and digits for what takes 28×28',
    async (name) => {
      const file = await written(name, readFileSync(path.join(data, 'models/generated-keras3', name)));
      expect(file).toBe('mnist_cnn.experiment.ts');
      expect(text(file)).toBe(
        [
          `import { datasets, defineExperiment, models, tf } from 'backstep';`,
          '',
          `// Trains the model in ${name} on.`,
          'export default defineExperiment({',
          `  data: () => datasets.idx('mnist', { labelMode: 'sparse' }),`,
          `  model: () => models.load('${name}'),`,
          '  optimizer: () => tf.train.adam(0.001),',
          `  loss: 'sparseCategoricalCrossentropy',`,
          `  metrics: ['accuracy'],`,
          '  epochs: 5,',
          '});',
          '',
        ].join('\n'),
      );
    },
  );

  it('nothing is overwritten, and ops without layers are refused', async () => {
    const bytes = readFileSync(path.join(data, 'models/generated-keras3/mnist_cnn.h5'));
    await written('mnist_cnn.h5', bytes);
    writeFileSync(path.join(root, 'mnist_cnn.experiment.ts'), 'mine');
    expect(await written('mnist_cnn.h5', bytes)).toBe('mnist_cnn-2.experiment.ts');
    expect(text('mnist_cnn.experiment.ts')).toBe('mine');
    const lite = readFileSync(path.join(data, 'models/generated-keras3/mnist_cnn.tflite'));
    await expect(written('net.tflite', lite)).rejects.toMatchObject({
      hint: expect.stringContaining('.keras') as string,
    });
  });
});

describe('data', () => {
  const softmax = layer('Dense', { units: 3, activation: 'softmax' });

  it('a folder of images with as many classes, of its training part too', async () => {
    for (const name of ['a', 'b', 'c']) {
      mkdirSync(path.join(root, 'photos/train', name), { recursive: true });
      writeFileSync(path.join(root, 'photos/train', name, '1.jpg'), '');
    }
    for (const name of ['a', 'b']) mkdirSync(path.join(root, 'others', name), { recursive: true });
    const file = await written('net/model.json', net([32, 48, 3], [layer('Flatten', {}), softmax]));
    expect(file).toBe(path.join('net', 'net.experiment.ts'));
    expect(text(file)).toContain(`datasets.imageFolder('../photos', { imageSize: [32, 48], validationSplit: 0.2 })`);
    expect(text(file)).toContain(`loss: 'categoricalCrossentropy'`);
  });

  it('a table with as many columns and one to predict', async () => {
    writeFileSync(path.join(root, 'few.csv'), 'a,b\n1,2\n');
    writeFileSync(path.join(root, 'flowers.csv'), '\ufeff"length";width;kind\n1;2;x\n');
    writeFileSync(path.join(root, 'numbers.csv'), '1,2,3\n');
    const file = await written('model.json', net([2], [softmax]));
    expect(text(file)).toContain(
      `datasets.csv('flowers.csv', { target: 'kind', standardize: true, validationSplit: 0.2 })`,
    );
  });

  it('what is to be completed says so', async () => {
    const images = await written(
      'one/model.json',
      net([null, null, 1], [layer('GlobalAveragePooling2D', {}), layer('Dense', { units: 1, activation: 'sigmoid' })]),
    );
    expect(text(images)).toMatch(
      /\/\/ Name your folder of images.*\n.*imageFolder\('your-images', \{ imageSize: \[150, 150\], channels: 1, labelMode: 'binary' \}\)/,
    );
    expect(text(images)).toContain(`loss: 'binaryCrossentropy'`);
    const sequence = await written('two/model.json', net([7, 4], [layer('LSTM', { units: 2 })]));
    expect(text(sequence)).toContain('The model takes 7×4');
    expect(text(sequence)).toContain(`throw new Error('Say here what the model is trained on.')`);
    expect(text(sequence)).toContain(`loss: 'meanSquaredError'`);
  });
});

describe('training', () => {
  const compiledWith = async (compiled: object): Promise<string> =>
    text(await written('model.json', net([2], [layer('Dense', { units: 3 })], compiled)));

  it.each([
    [
      { class_name: 'SGD', config: { learning_rate: 0.01, momentum: 0.9, nesterov: true } },
      'tf.train.momentum(0.01, 0.9, true)',
    ],
    [{ class_name: 'SGD', config: { learning_rate: 0.05, momentum: 0 } }, 'tf.train.sgd(0.05)'],
    [
      { class_name: 'RMSprop', config: { learning_rate: 0.0010000000474974513, rho: 0.8, momentum: 0.5 } },
      'tf.train.rmsprop(0.001, 0.8, 0.5)',
    ],
    [
      {
        class_name: 'Adam',
        config: { learning_rate: { class_name: 'CosineDecay', config: { initial_learning_rate: 0.002 } }, beta_1: 0.5 },
      },
      'tf.train.adam(0.002, 0.5)',
    ],
    ['adagrad', 'tf.train.adagrad(0.001)'],
    [{ class_name: 'Lion', config: { learning_rate: 0.0003 } }, 'tf.train.adam(0.0003)'],
  ])('optimizer %#', async (optimizer, code) => {
    expect(await compiledWith({ optimizer_config: optimizer, loss: 'mse' })).toContain(`optimizer: () => ${code},`);
  });

  it('losses that take what comes before the softmax', async () => {
    const loss = { class_name: 'SparseCategoricalCrossentropy', config: { from_logits: true, name: 'x' } };
    const code = await compiledWith({ loss, metrics: [['sparse_categorical_accuracy', 'mean_squared_error']] });
    expect(code).toContain('loss: (ys, logits) => tf.losses.softmaxCrossEntropy(ys, logits),');
    expect(code).toContain(`metrics: ['accuracy', 'mse'],`);
    expect(code).not.toContain('labelMode');
  });

  it('pixels that the model scales itself, and layers that TensorFlow.js does not have', async () => {
    const layers = [
      layer('Rescaling', { scale: 1 / 255, offset: 0 }),
      layer('RandomFlip', { mode: 'horizontal' }),
      layer('Flatten', {}),
      layer('Dense', { units: 4, activation: 'softmax' }),
    ];
    const code = text(await written('model.json', net([16, 16, 3], layers)));
    expect(code).toContain(
      `layers: [tf.layers.rescaling({ scale: 255, name: 'to_255', inputShape: [16, 16, 3] }), await models.load('model.json', { leaveOut: ['RandomFlip'] })],`,
    );
  });

  it('names that would break out of the text stay within it', async () => {
    writeFileSync(path.join(root, 'flowers.csv'), "a,b,it's \\ `${1}`\n");
    const lines = text(
      await written('evil\nprocess.exit() \u2028.json', net([2], [layer('Dense', { units: 3 })])),
    ).split(/[\n\u2028]/);
    expect(lines.filter((line) => line.startsWith('process'))).toEqual([]);
    const code = text(await written(`mo'del\`.json`, net([2], [layer('Dense', { units: 3, activation: 'softmax' })])));
    expect(code).toContain(`models.load('mo\\'del\`.json')`);
    expect(code).toContain(`target: 'it\\'s \\\\ \`\${1}\`'`);
  });
});
