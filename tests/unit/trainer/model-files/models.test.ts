/** Models from files that others wrote, loaded to be trained on: their predictions, and what is refused in which words. */
import * as tf from '@tensorflow/tfjs';
import { strToU8, zipSync } from 'fflate';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { layerLabels } from '../../../../src/trainer/runtime/layer-labels.js';
import * as models from '../../../../src/trainer/runtime/model-files/models.js';
import { surroundings } from '../../../../src/trainer/runtime/model-files/surroundings.js';

const data = path.resolve(process.env['BACKSTEP_TEST_DATA'] || '../shared/data');
const there = existsSync(path.join(data, 'models'));
if (!there) console.log(`skipped: ${data}/models is not there; set BACKSTEP_TEST_DATA to the folder of test data`);
const folder = mkdtempSync(path.join(tmpdir(), 'backstep-models-'));

let before = 0;
beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => {
  surroundings.folder = folder;
  surroundings.reader = path.resolve('dist/reader/main.js');
  before = tf.memory().numTensors;
});
afterEach(() => tf.disposeVariables());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: unknown): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content instanceof Uint8Array ? content : JSON.stringify(content));
  return name;
}

const layer = (className: string, config: object, extra: object = {}) => ({
  class_name: className,
  module: 'keras.layers',
  config: { name: className.toLowerCase(), ...config },
  ...extra,
});
const input = layer('InputLayer', { name: 'in', batch_shape: [null, 4], dtype: 'float32' });
const chain = (...layers: object[]) => ({
  module: 'keras',
  class_name: 'Sequential',
  config: { name: 'net', layers: [input, ...layers] },
});

describe.runIf(there)('files by others', () => {
  const keras = path.join(data, 'models/generated-keras3');

  it.each(['mnist_cnn.keras', 'mnist_cnn.h5'])('%s gives the predictions that Keras gave', async (name) => {
    surroundings.folder = keras;
    const { output } = JSON.parse(readFileSync(path.join(keras, 'reference.json'), 'utf8')) as { output: number[][] };
    const images = gunzipSync(readFileSync(path.join(data, 'mnist/t10k-images-idx3-ubyte.gz'))).subarray(16);
    const xs = tf.tensor4d(
      Float32Array.from(images.subarray(0, 5 * 784), (value) => value / 255),
      [5, 28, 28, 1],
    );
    const model = await models.load(name);
    const ys = model.predict(xs) as tf.Tensor2D;
    // The reference is rounded to six places.
    ys.arraySync().forEach((row, at) =>
      row.forEach((value, index) => expect(value).toBeCloseTo(output[at]![index]!, 4)),
    );
    expect([...layerLabels(model).values()]).toEqual([
      'conv2d',
      'batch_normalization',
      'max_pooling2d',
      'conv2d_1',
      'max_pooling2d_1',
      'flatten',
      'dropout',
      'dense',
    ]);
    tf.dispose([xs, ys]);
    tf.disposeVariables();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(['abalone', 'cnn-explainer-tinyvgg', 'tfjs-e2e'])(
    '%s gives what TensorFlow.js itself gives',
    async (name) => {
      surroundings.folder = path.join(data, 'models/tfjs-layers', name);
      const model = await models.load('model.json');
      const json = JSON.parse(readFileSync(path.join(surroundings.folder, 'model.json'), 'utf8')) as tf.io.ModelJSON;
      const shards = json.weightsManifest.flatMap(({ paths }) =>
        paths.map((one) => readFileSync(path.join(surroundings.folder, one))),
      );
      const weightData = Uint8Array.from(Buffer.concat(shards)).buffer;
      const theirs = await tf.loadLayersModel(
        tf.io.fromMemory({
          ...json,
          weightSpecs: json.weightsManifest.flatMap(({ weights }) => weights),
          weightData,
        } as tf.io.ModelArtifacts),
      );
      const xs = tf.floor(tf.randomUniform([2, ...(model.inputs[0]!.shape.slice(1) as number[])], 0, 9, 'float32', 3));
      const [ours, wanted] = [model.predict(xs), theirs.predict(xs)] as [tf.Tensor, tf.Tensor];
      expect(tf.max(tf.abs(tf.sub(ours, wanted))).dataSync()[0]).toBeLessThan(1e-5);
    },
  );

  it('weights alone, and ops without layers, say what to load instead', async () => {
    surroundings.folder = keras;
    await expect(models.load('mnist_cnn.weights.h5')).rejects.toThrow(/weights alone.*\.keras/);
    await expect(models.load('mnist_cnn.tflite')).rejects.toMatchObject({
      message: expect.stringContaining('can be looked at, not trained') as string,
      hint: expect.stringContaining('.keras') as string,
    });
    await expect(models.load('saved_model')).rejects.toThrow('SavedModel');
    copyFileSync(path.join(keras, 'mnist_cnn.tflite'), path.join(folder, 'renamed.keras'));
    surroundings.folder = folder;
    await expect(models.load('renamed.keras')).rejects.toThrow('no model of layers');
  });

  it.each(['mnist_cnn.keras', 'mnist_cnn.h5'])(
    '%s cut off anywhere is refused in words, and leaves nothing',
    async (name) => {
      const bytes = readFileSync(path.join(keras, name));
      for (const share of [0, 0.001, 0.1, 0.4, 0.7, 0.95, 0.999]) {
        put(name, new Uint8Array(bytes.subarray(0, Math.floor(bytes.length * share))));
        const error = await models.load(name).then(
          () => undefined,
          (reason: unknown) => reason as Error,
        );
        expect(error?.message).toMatch(new RegExp(`^${name.replace('.', '\\.')} cannot be trained on\\. \\w`));
        expect(error?.message).not.toMatch(/HDF5-DIAG|undefined|\[object/);
        tf.disposeVariables();
        expect(tf.memory().numTensors).toBe(before);
      }
    },
  );

  it('with bytes changed, loads or is refused in words', async () => {
    const source = new Uint8Array(readFileSync(path.join(keras, 'mnist_cnn.h5')));
    for (let round = 0; round < 15; round++) {
      const bytes = source.slice();
      for (let change = 0; change < 12; change++)
        bytes[((round * 12 + change) * 7919) % 20_000] = (round * 37 + change * 101) & 255;
      put('changed.h5', bytes);
      const error = await models.load('changed.h5').then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      if (error) expect(error.message).toMatch(/^changed\.h5 cannot be trained on\. /);
      tf.disposeVariables();
    }
  });
});

describe('an architecture alone', () => {
  it('begins with new weights, as its initializers make them', async () => {
    const net = chain(
      layer('Dense', { units: 3, kernel_initializer: { class_name: 'Constant', config: { value: 0.5 } } }),
    );
    const model = await models.load(put('net.json', net));
    expect(model.inputs[0]!.shape).toEqual([null, 4]);
    expect([...model.getWeights()[0]!.dataSync()]).toEqual(Array(12).fill(0.5));
  });

  it('knows the batch normalization that is held as Keras does: its averages stand still', async () => {
    const norm = layer('BatchNormalization', { trainable: false, momentum: 0.5, epsilon: 0.001 });
    const model = await models.load(put('held.json', chain(norm, layer('Dense', { units: 1 }))));
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const xs = tf.fill([8, 4], 9);
    await model.fit(xs, tf.ones([8, 1]), { epochs: 1, verbose: 0 });
    expect([...model.layers[0]!.getWeights()[2]!.dataSync()]).toEqual([0, 0, 0, 0]);
    model.layers[0]!.trainable = true;
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await model.fit(xs, tf.ones([8, 1]), { epochs: 1, verbose: 0 });
    expect(model.layers[0]!.getWeights()[2]!.dataSync()[0]).toBeCloseTo(4.5);
  });

  it('computes what Keras 2 wrote for x · 2 + y between layers', async () => {
    const called = (name: string, fn: string, inputs: readonly unknown[]) => ({
      class_name: 'TFOpLambda',
      config: { name, trainable: true, function: fn },
      name,
      inbound_nodes: [inputs],
    });
    const net = {
      class_name: 'Functional',
      config: {
        name: 'net',
        layers: [
          {
            class_name: 'InputLayer',
            name: 'x',
            config: { name: 'x', batch_input_shape: [null, 2] },
            inbound_nodes: [],
          },
          {
            class_name: 'InputLayer',
            name: 'y',
            config: { name: 'y', batch_input_shape: [null, 2] },
            inbound_nodes: [],
          },
          called('twice', 'math.multiply', ['x', 0, 0, { y: 2, name: null }]),
          called('sum', '__operators__.add', ['twice', 0, 0, { y: ['y', 0, 0], name: null }]),
        ],
        input_layers: [
          ['x', 0, 0],
          ['y', 0, 0],
        ],
        output_layers: [['sum', 0, 0]],
      },
    };
    const model = await models.load(put('old.json', net));
    const given = model.predict([tf.tensor([[1, 2]]), tf.tensor([[10, 20]])]) as tf.Tensor;
    expect([...given.dataSync()]).toEqual([12, 24]);
  });

  it('attention leaves out steps that are nothing, whatever stands in them', async () => {
    const tensor = (name: string) => ({ class_name: '__keras_tensor__', config: { keras_history: [name, 0, 0] } });
    const at = (className: string, name: string, config: object, args: unknown[]) =>
      layer(className, { name, trainable: true, ...config }, { name, inbound_nodes: [{ args, kwargs: {} }] });
    const net = {
      class_name: 'Functional',
      config: {
        name: 'net',
        layers: [
          { ...layer('InputLayer', { name: 'in', batch_shape: [null, 4] }), name: 'in', inbound_nodes: [] },
          at('Embedding', 'words', { input_dim: 9, output_dim: 3, mask_zero: true }, [tensor('in')]),
          at('MultiHeadAttention', 'attend', { num_heads: 2, key_dim: 2 }, [tensor('words'), tensor('words')]),
          at('Add', 'sum', {}, [[tensor('words'), tensor('attend')]]),
        ],
        input_layers: [['in', 0, 0]],
        output_layers: [['sum', 0, 0]],
      },
    };
    const model = await models.load(put('attention.json', net));
    const first = (): number[] => {
      const given = model.predict(tf.tensor([[3, 4, 0, 0]])) as tf.Tensor;
      return [...tf.slice(given, [0, 0, 0], [1, 2, 3]).dataSync()];
    };
    const before = first();
    const embeddings = model.weights[0]!.read() as tf.Variable;
    const changed = tf
      .oneHot(tf.zeros([9], 'int32'), 3)
      .mul(tf.oneHot(tf.tensor1d([0], 'int32'), 9).transpose())
      .mul(50);
    embeddings.assign(embeddings.add(changed) as tf.Tensor);
    first().forEach((value, index) => expect(value).toBeCloseTo(before[index]!, 5));
  });

  it('the GRU of Keras has right gradients', async () => {
    const gru = layer('GRU', { units: 3, reset_after: true, return_sequences: true });
    const sequence = layer('InputLayer', { name: 'in', batch_shape: [null, 5, 2] });
    const net = { class_name: 'Sequential', config: { name: 'net', layers: [sequence, gru] } };
    const model = await models.load(put('gru.json', net));
    const x = tf.randomNormal([2, 5, 2], 0, 1, 'float32', 1);
    const kernel = model.weights[1]!.read() as tf.Variable;
    const loss = () => tf.sum(tf.square(model.apply(x, { training: true }) as tf.Tensor)) as tf.Scalar;
    const gradient = tf.variableGrads(loss, [kernel]).grads[kernel.name]!.dataSync();
    const values = kernel.dataSync().slice();
    for (const at of [0, 7, 20]) {
      const moved = (by: number): number => {
        const next = values.slice();
        next[at] = next[at]! + by;
        kernel.assign(tf.tensor(next, kernel.shape));
        return loss().dataSync()[0]!;
      };
      expect((moved(1e-2) - moved(-1e-2)) / 2e-2).toBeCloseTo(gradient[at]!, 2);
    }
  });
});

describe('what cannot be trained on', () => {
  const refusal = async (content: unknown, options?: models.ModelLoadOptions): Promise<string> => {
    const error = await models.load(put('net.json', content), options).then(
      () => undefined,
      (reason: unknown) => reason as Error & { hint?: string },
    );
    tf.disposeVariables();
    expect(tf.memory().numTensors).toBe(before);
    return `${error?.message} ${error?.hint ?? ''}`;
  };

  it('names all layers that cannot be made, before anything is', async () => {
    const words = await refusal(
      chain(
        layer('Dense', { units: 3 }),
        layer('SpectralNormalization', { power_iterations: 1 }),
        layer('Conv3D', { filters: 2, kernel_size: 3, groups: 2 }),
        layer('Activation', { activation: 'sparse_plus' }),
      ),
    );
    expect(words).toContain('3 of its 5 layers cannot be made');
    expect(words).toContain('spectralnormalization (SpectralNormalization): TensorFlow.js has no such layer');
    expect(words).toContain('conv3d (Conv3D): TensorFlow.js has no groups=2 for it');
    expect(words).toContain('TensorFlow.js has no activation sparse_plus');
  });

  it('never runs code of a file, nor takes somebody’s class for Keras’s of the same name', async () => {
    const lambda = layer('Lambda', { function: { class_name: '__lambda__', config: { code: 'cm0gLXJm' } } });
    expect(await refusal(chain(lambda))).toMatch(
      /lambda \(Lambda\): its Python code stands in the file, and is never run/,
    );
    expect(
      await refusal(chain(layer('Dense', { units: 2 }, { module: 'mine', registered_name: 'Mine>Dense' }))),
    ).toContain('own class');
    expect(await refusal(chain(layer('Add', {}, { module: 'keras.src.ops.numpy' })))).toContain('operation');
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      expect(await refusal(chain(layer(name, {})))).toContain('TensorFlow.js has no such layer');
    expect(await refusal({ class_name: 'MyModel', config: { units: 4 } })).toContain('stand in Python code');
  });

  it('tells what to do with weights that are whole numbers', async () => {
    const dtype = { class_name: 'QuantizedDTypePolicy', config: { mode: 'int8', source_name: 'float32' } };
    expect(await refusal(chain(layer('Dense', { units: 2, dtype })))).toMatch(/was quantized.*before quantize\(\)/);
  });

  it('tells how layers that prepare data are left out', async () => {
    const net = chain(layer('RandomFlip', { mode: 'horizontal' }), layer('Dense', { units: 2 }));
    expect(await refusal(net)).toContain("leaveOut: ['RandomFlip']");
    const model = await models.load(put('net.json', net), { leaveOut: ['RandomFlip'] });
    expect(model.layers.map((one) => one.name)).toEqual(['randomflip', 'dense']);
    expect((model.predict(tf.ones([1, 4])) as tf.Tensor).shape).toEqual([1, 2]);
  });

  it('does not allocate what a file only declares', async () => {
    const huge = JSON.stringify(chain(layer('Dense', { units: 1e9 }), layer('Dense', { name: 'more', units: 1e9 })));
    put('huge.keras', zipSync({ 'config.json': strToU8(huge), 'model.weights.h5': new Uint8Array(64) }));
    await expect(models.load('huge.keras')).rejects.toThrow('more weights than the file holds');
    expect(await refusal(JSON.parse(huge))).toContain('more weights');
    expect(await refusal(chain(layer('Dense', { units: 1e300 })))).toContain('its units is 1e+300');
    expect(await refusal(chain(layer('Dense', { units: '8' })))).toContain('its units is no number');
  });

  it('weights that do not fit are refused, and so are those of elsewhere', async () => {
    const topology = {
      class_name: 'Sequential',
      config: { name: 'n', layers: [layer('Dense', { units: 1, batch_input_shape: [null, 2] })] },
    };
    const manifest = (paths: string[], shape: number[]) => [
      {
        paths,
        weights: [
          { name: 'dense/kernel', shape, dtype: 'float32' },
          { name: 'dense/bias', shape: [1], dtype: 'float32' },
        ],
      },
    ];
    put('w.bin', new Uint8Array(new Float32Array([1, 2, 3]).buffer));
    const model = await models.load(
      put('good.json', { modelTopology: topology, weightsManifest: manifest(['w.bin'], [2, 1]) }),
    );
    expect([...(model.predict(tf.tensor([[10, 100]])) as tf.Tensor).dataSync()]).toEqual([213]);
    tf.disposeVariables();
    const load = (weightsManifest: unknown) =>
      models.load(put('net.json', { modelTopology: topology, weightsManifest }));
    await expect(load(manifest(['w.bin'], [1, 2]))).rejects.toThrow('the layer wants 2×1, in the file are 1×2');
    await expect(load(manifest(['w.bin'], [200, 1]))).rejects.toThrow('not complete');
    await expect(load(manifest(['../w.bin'], [2, 1]))).rejects.toThrow('not beside it');
    await expect(load(manifest(['/etc/passwd'], [2, 1]))).rejects.toThrow('not beside it');
    await expect(load(manifest(['none.bin'], [2, 1]))).rejects.toThrow('There is no file');
    await expect(
      load([{ paths: ['w.bin'], weights: [{ name: 'dense/kernel', shape: [-2], dtype: 'float32' }] }]),
    ).rejects.toThrow('damaged');
  });

  it('calls that lead nowhere, or round in a circle, end', async () => {
    const places = (name: string) => ({ class_name: '__keras_tensor__', config: { keras_history: [name, 0, 0] } });
    const called = (name: string, from: string) =>
      layer('Dense', { name, units: 2 }, { name, inbound_nodes: [{ args: [places(from)], kwargs: {} }] });
    const network = (...layers: object[]) => ({
      class_name: 'Functional',
      config: {
        name: 'net',
        layers: [{ ...input, name: 'in', inbound_nodes: [] }, ...layers],
        input_layers: [['in', 0, 0]],
        output_layers: [['a', 0, 0]],
      },
    });
    expect(await refusal(network(called('a', 'nobody')))).toContain('called with what no layer of the model gives');
    expect(await refusal(network(called('a', 'b'), called('b', 'a')))).toContain(
      'called with what no layer of the model gives',
    );
    expect(await refusal(network(called('b', 'in')))).toContain('names outputs that none of its layers gives');
    expect(await refusal(network(called('a', 'in'), called('a', 'in')))).toContain('Two layers');
    let deep: object = layer('Dense', { units: 1 });
    for (let depth = 0; depth < 200; depth++) deep = layer('TimeDistributed', { name: `t${depth}`, layer: deep });
    expect(await refusal(chain(deep))).toContain('more than 64 deep');
  });
});
