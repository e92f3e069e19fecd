/**
 * Weights beside TensorFlow.js's `model.json`: shards that it lists, put into a model that was built of
 * it, by the names of weights or, where those are not unique, in their order.
 */
import * as tf from '@tensorflow/tfjs';
import path from 'node:path';
import { isRecord } from '../../../shared/models/is-record.js';
import { ModelFileError } from '../../../shared/models/model-file-error.js';
import { readWhole } from './read-file.js';
import { setWeight } from './stored-weights.js';

interface Stored {
  readonly name: string;
  readonly tensor: tf.Tensor;
}

/** @throws ModelFileError where the manifest is damaged, or does not fit the model */
export function loadFromShards(file: string, manifest: unknown, model: tf.LayersModel): void {
  const stored = readShards(file, manifest);
  try {
    const weights = distinct(model);
    const matched = byName(weights, stored) ?? inOrder(weights, stored);
    for (const [weight, { name, tensor }] of matched) {
      if (tensor.shape.join() !== weight.shape.join()) {
        throw new ModelFileError(
          `The weights ${name} do not fit: the layer wants ${weight.shape.join('×')}, in the file are ${tensor.shape.join('×')}.`,
        );
      }
      setWeight(weight, Float32Array.from(tensor.dataSync()));
    }
  } finally {
    tf.dispose(stored.map(({ tensor }) => tensor));
  }
}

function distinct(model: tf.LayersModel): tf.LayerVariable[] {
  const seen = new Set<tf.Tensor>();
  return model.weights.filter((weight) => {
    const variable = weight.read();
    return seen.has(variable) ? false : (seen.add(variable), true);
  });
}

/** `undefined` where names are not unique or not all known. */
function byName(
  weights: readonly tf.LayerVariable[],
  stored: readonly Stored[],
): [tf.LayerVariable, Stored][] | undefined {
  const named = new Map(weights.map((weight) => [weight.originalName, weight]));
  if (named.size !== weights.length) return undefined;
  const matched = stored.map((one): [tf.LayerVariable, Stored] | undefined => {
    // Since TensorFlow 2.2 the cell of a recurrent layer stands in the name as well.
    const parts = one.name.split('/');
    const weight = named.get(one.name) ?? named.get([...parts.slice(0, -2), parts.at(-1)!].join('/'));
    return weight && [weight, one];
  });
  const found = matched.filter((one) => one !== undefined);
  return found.length === stored.length && new Set(found.map(([weight]) => weight)).size === weights.length
    ? found
    : undefined;
}

function inOrder(weights: readonly tf.LayerVariable[], stored: readonly Stored[]): [tf.LayerVariable, Stored][] {
  if (weights.length !== stored.length) {
    throw new ModelFileError(
      `Its weights do not fit its layers: there are ${stored.length}, and the layers have ${weights.length}.`,
    );
  }
  return weights.map((weight, index) => [weight, stored[index]!]);
}

function readShards(file: string, manifest: unknown): Stored[] {
  if (!Array.isArray(manifest)) throw new ModelFileError('Its weightsManifest is no list.');
  return manifest.flatMap((group: unknown) => {
    const paths = isRecord(group) && Array.isArray(group['paths']) ? (group['paths'] as unknown[]) : [];
    const specs = isRecord(group) && Array.isArray(group['weights']) ? (group['weights'] as unknown[]) : [];
    const parts = paths.map((one) => readWhole(shardAt(file, one)));
    const bytes = Uint8Array.from(Buffer.concat(parts));
    const checked = specs.map(checkedSpec);
    const wanted = checked.reduce((sum, spec) => sum + bytesOf(spec), 0);
    if (wanted > bytes.length)
      throw new ModelFileError(
        `Its weights are not complete: ${wanted} bytes are listed, and there are ${bytes.length}.`,
      );
    const tensors = tf.io.decodeWeights(bytes.buffer, checked);
    return checked.map(({ name }) => ({ name, tensor: tensors[name]! }));
  });
}

/** Beside the model alone: a file is data, and does not choose what else is read. */
function shardAt(file: string, name: unknown): string {
  const folder = path.dirname(file);
  const place = typeof name === 'string' ? path.resolve(folder, name) : folder;
  if (typeof name !== 'string' || path.isAbsolute(name) || !place.startsWith(folder + path.sep))
    throw new ModelFileError(`It names weights that are not beside it: ${JSON.stringify(name)}.`);
  return place;
}

function checkedSpec(spec: unknown): tf.io.WeightsManifestEntry {
  const { name, shape, dtype } = isRecord(spec) ? spec : {};
  const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) >= 0;
  if (typeof name !== 'string' || !Array.isArray(shape) || !shape.every(isSize) || typeof dtype !== 'string')
    throw new ModelFileError('Its list of weights is damaged.');
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    throw new ModelFileError(`The weights ${name} in it are of the type ${dtype}, not of numbers.`);
  return spec as unknown as tf.io.WeightsManifestEntry;
}

const widths: Readonly<Record<string, number>> = { uint8: 1, uint16: 2, float16: 2, float32: 4, int32: 4, bool: 1 };

function bytesOf({ shape, dtype, quantization }: tf.io.WeightsManifestEntry): number {
  return shape.reduce((product, size) => product * size, widths[quantization?.dtype ?? dtype] ?? 4);
}
