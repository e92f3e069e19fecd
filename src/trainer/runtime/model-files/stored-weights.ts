/**
 * Weights as Keras stores them in HDF5, put into a model that was built of the same file: each checked
 * against its layer's shape before it is read, and read one at a time.
 *
 * @see keras/src/saving/saving_lib.py and keras/src/legacy/saving/legacy_h5_format.py of Keras 3
 */
import * as tf from '@tensorflow/tfjs';
import { ModelFileError } from '../../../shared/models/model-file-error.js';
import { partsOfMultiHeadAttention } from './attention.js';
import type { BuiltLayer } from './build-model.js';
import type { StoredNumbers, StoredWeights } from './keras-file.js';

/** Where the layers of a model stand, by the versions of Keras. */
const containers = ['layers', '_layer_checkpoint_dependencies'];
const recurrent = new Set(['LSTM', 'GRU', 'SimpleRNN', 'ConvLSTM2D']);

/** Of the archive's `model.weights.h5`: by the classes of layers, counted in the model's order. */
export async function loadFromArchive(file: StoredWeights, layers: readonly BuiltLayer[], path = ''): Promise<void> {
  const names = new Set(await file.names(path));
  const container = containers.find((name) => names.has(name)) ?? 'layers';
  const counts = new Map<string, number>();
  for (const built of layers) {
    // Operations are no layers, and are not counted among those of their name.
    if (built.given.isOperation) continue;
    const stem = snakeCase(
      built.given.model && built.given.className === 'Model' ? 'Functional' : built.given.className,
    );
    const count = counts.get(stem) ?? 0;
    counts.set(stem, count + 1);
    await loadLayer(file, built, `${path}${path && '/'}${container}/${count === 0 ? stem : `${stem}_${count}`}`);
  }
}

async function loadLayer(file: StoredWeights, built: BuiltLayer, path: string): Promise<void> {
  if (built.given.model) {
    await loadFromArchive(file, built.inner, path);
    return;
  }
  const [wrapped] = built.inner;
  if (wrapped) {
    await loadLayer(file, wrapped, `${path}/layer`);
    return;
  }
  const { weights } = built.layer;
  if (weights.length === 0) return;
  const datasets: StoredNumbers[] = [];
  const within = new Set(built.given.className === 'MultiHeadAttention' ? await file.names(path) : []);
  for (const place of placesOf(built, path, within)) datasets.push(...(await numbered(file, `${place}/vars`)));
  if (datasets.length !== weights.length) throw misfit(built.given.name, datasets.length, weights.length);
  for (const [index, weight] of weights.entries()) await assign(built.given.name, weight, datasets[index]!);
}

/** @param within names of what stands below a layer that is made of others */
function placesOf({ given }: BuiltLayer, path: string, within: ReadonlySet<string>): string[] {
  if (recurrent.has(given.className)) return [`${path}/cell`];
  if (given.className === 'MultiHeadAttention')
    // Keras 2 has an underscore before the names of what is its own.
    return partsOfMultiHeadAttention.map((part) => `${path}/${within.has(part) ? part : `_${part}`}`);
  if (given.className !== 'Bidirectional') return [path];
  const cell = given.wrapped && recurrent.has(given.wrapped.className) ? '/cell' : '';
  return [`${path}/forward_layer${cell}`, `${path}/backward_layer${cell}`];
}

async function numbered(file: StoredWeights, path: string): Promise<StoredNumbers[]> {
  const datasets: StoredNumbers[] = [];
  const count = (await file.names(path)).length;
  for (let index = 0; index < count; index++) {
    const dataset = await file.dataset(`${path}/${index}`);
    if (!dataset) break;
    datasets.push(dataset);
  }
  return datasets;
}

/** As Keras makes names of its classes: `Conv2DTranspose` → `conv2d_transpose`. */
function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** Of an `.h5` by Keras 1 to 3: layers in their order, of each what is trained first and then the rest. */
export async function loadFromHdf5(file: StoredWeights, layers: readonly BuiltLayer[]): Promise<void> {
  const root = (await file.texts('model_weights', 'layer_names')) ? 'model_weights' : '';
  const listed = await file.texts(root, 'layer_names');
  if (!listed) throw new ModelFileError('It holds no weights: the names of its layers are missing.');
  const place = (name: string): string => (root === '' ? name : `${root}/${name}`);
  const stored: { readonly name: string; readonly weights: readonly string[] }[] = [];
  for (const name of listed) {
    const weights = (await file.texts(place(name), 'weight_names')) ?? [];
    if (weights.length > 0) stored.push({ name, weights });
  }
  const wanted = layers.filter(({ layer }) => layer.weights.length > 0);
  if (stored.length !== wanted.length) {
    throw new ModelFileError(
      `Its weights do not fit its architecture: ${wanted.length} of its layers have weights, and there are some for ${stored.length}.`,
    );
  }
  for (const [index, built] of wanted.entries()) {
    const { name, weights: names } = stored[index]!;
    const weights = inOldOrder(built);
    if (names.length !== weights.length) throw misfit(built.given.name, names.length, weights.length);
    for (const [at, weight] of weights.entries()) {
      const dataset = await file.dataset(`${place(name)}/${names[at]!}`);
      if (!dataset) throw new ModelFileError(`The weights ${names[at]!} of ${built.given.name} are not in the file.`);
      await assign(built.given.name, weight, dataset);
    }
  }
}

/** What is trained first, over all layers of a model within; of one that is frozen as a whole, layer by layer. */
function inOldOrder(built: BuiltLayer): readonly tf.LayerVariable[] {
  if (built.given.config['trainable'] === false) return inOrder(built);
  const leaves = leavesOf(built);
  return [
    ...leaves.flatMap(({ layer }) => layer.trainableWeights),
    ...leaves.flatMap(({ layer }) => layer.nonTrainableWeights),
  ];
}

function inOrder(built: BuiltLayer): tf.LayerVariable[] {
  return leavesOf(built).flatMap(({ layer }) => layer.weights);
}

function leavesOf(built: BuiltLayer): BuiltLayer[] {
  return built.inner.length > 0 ? built.inner.flatMap(leavesOf) : [built];
}

function misfit(layer: string, stored: number, wanted: number): ModelFileError {
  return new ModelFileError(
    `The weights of the layer ${layer} do not fit: there are ${stored} for it, and it has ${wanted}.`,
  );
}

async function assign(layer: string, weight: tf.LayerVariable, dataset: StoredNumbers): Promise<void> {
  const { shape } = weight;
  if (dataset.shape.length !== shape.length || dataset.shape.some((size, index) => size !== shape[index])) {
    throw new ModelFileError(
      `The weights of the layer ${layer} do not fit: ${weight.originalName} is ${shapeText(shape)}, in the file ${shapeText(dataset.shape)}.`,
    );
  }
  setWeight(weight, await dataset.read());
}

/** Without the layer's constraint, which belongs to training. */
export function setWeight(weight: tf.LayerVariable, numbers: Float32Array): void {
  const tensor = tf.tensor(numbers, weight.shape as number[], 'float32');
  (weight.read() as tf.Variable).assign(tensor);
  tensor.dispose();
}

function shapeText(shape: readonly (number | null)[]): string {
  return shape.length === 0 ? 'one number' : shape.join('×');
}
