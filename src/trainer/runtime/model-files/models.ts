/**
 * Models from files, for experiments: what Keras and TensorFlow.js saved, as a model that is trained on.
 * A file is data: nothing of it is ever run.
 */
import * as tf from '@tensorflow/tfjs';
import { statSync } from 'node:fs';
import { totalmem } from 'node:os';
import path from 'node:path';
import { messageOf } from '../../../shared/base/message-of.js';
import { jsonOf } from '../../../shared/models/file-text.js';
import { isHdf5 } from '../../../shared/models/containers/hdf5-file.js';
import { readArchitecture } from '../../../shared/models/keras/architecture.js';
import { isZip, type KerasText } from '../../../shared/models/keras/keras-files.js';
import { isRecord } from '../../../shared/models/is-record.js';
import { ModelFileError } from '../../../shared/models/model-file-error.js';
import { buildArchitecture, type BuiltArchitecture } from './build-model.js';
import { beginningOf, readWhole } from './read-file.js';
import { withKerasFile } from './keras-file.js';
import { loadFromArchive, loadFromHdf5 } from './stored-weights.js';
import { loadFromShards } from './tfjs-weights.js';
import { surroundings } from './surroundings.js';

export interface ModelLoadOptions {
  /**
   * `'initial'` takes the architecture alone: weights begin anew, as the layers' initializers make them of
   * the seed. Default `'saved'`: as they are in the file.
   */
  readonly weights?: 'saved' | 'initial';
  /**
   * Names or classes of layers to leave out, for example `['RandomFlip', 'RandomRotation']`: what goes into
   * them comes out as it is.
   */
  readonly leaveOut?: readonly string[];
}

/**
 * A model from a file, ready to be trained on: Keras's `.keras` and `.h5`, TensorFlow.js's `model.json`
 * with its weights beside it, or an architecture alone (Keras's `.json`), whose weights begin anew.
 *
 * ```ts
 * model: () => models.load('resnet.keras')
 * ```
 *
 * Layers keep their names, and those that are frozen in the file (`trainable: false`) stay so. Build on it
 * as on any model:
 *
 * ```ts
 * model: async () => {
 *   const base = await models.load('features.keras');
 *   for (const layer of base.layers) layer.trainable = false;
 *   return tf.sequential({ layers: [base, tf.layers.dense({ units: 3, activation: 'softmax' })] });
 * }
 * ```
 *
 * Layers that TensorFlow.js does not have are refused, all of them named at once. Code in a file (`Lambda`)
 * is never run.
 *
 * @param file relative to the experiment's folder
 */
export async function load(file: string, options: ModelLoadOptions = {}): Promise<tf.LayersModel> {
  if (typeof file !== 'string' || file === '') {
    throw Object.assign(new Error('models.load needs the name of a file.'), {
      hint: "For example models.load('model.keras').",
    });
  }
  const place = path.resolve(surroundings.folder, file);
  try {
    refuseOthers(place);
    return await loadFrom(place, options);
  } catch (error) {
    throw saidOf(path.basename(place), error);
  }
}

async function loadFrom(place: string, options: ModelLoadOptions): Promise<tf.LayersModel> {
  const { size, head } = beginningOf(place);
  if (size === 0) throw new ModelFileError('It is empty.');
  const reading: Reading = { place, fileBytes: size, options };
  if (isHdf5(head) || isZip(head)) {
    return withKerasFile(place, async ({ text, container, weights }) => {
      const { built, wantsWeights } = build(text, reading);
      if (wantsWeights) await (container === 'hdf5' ? loadFromHdf5 : loadFromArchive)(weights, built.layers);
      return built.model;
    });
  }
  // JSON begins with a brace, after a byte order mark or spaces at most.
  if (!head.includes(0x7b) || size > MOST_TEXT_BYTES)
    throw new ModelFileError(
      'It is no model of layers: neither Keras’s .keras, .h5 or .json, nor TensorFlow.js’s model.json.',
    );
  return loadJson(jsonOf(readWhole(place)), reading);
}

interface Reading {
  readonly place: string;
  readonly fileBytes: number;
  readonly options: ModelLoadOptions;
}

const MOST_TEXT_BYTES = 256 * 1024 * 1024;

function loadJson(json: unknown, { place, fileBytes, options }: Reading): tf.LayersModel {
  const topology = isRecord(json) && isRecord(json['modelTopology']) ? json['modelTopology'] : json;
  if (isRecord(topology) && Array.isArray(topology['node'])) {
    throw new ModelFileError(
      'It is a graph model of TensorFlow.js: ops whose weights are fixed, which can be looked at but not trained.',
      'Convert the Keras model itself, with tensorflowjs_converter and no --output_format of a graph model.',
    );
  }
  const manifest = isRecord(json) ? json['weightsManifest'] : undefined;
  const text: KerasText = { topology, facts: [], ...versionIn(topology) };
  const hasWeights = Array.isArray(manifest) && manifest.length > 0;
  const { built, wantsWeights } = build(text, {
    place,
    fileBytes: hasWeights ? fileBytes + shardBytes(place, manifest) : Infinity,
    options: hasWeights ? options : { ...options, weights: 'initial' },
  });
  if (wantsWeights) loadFromShards(place, manifest, built.model);
  return built.model;
}

function versionIn(topology: unknown): { readonly version?: string } {
  const version = isRecord(topology) ? topology['keras_version'] : undefined;
  return typeof version === 'string' ? { version } : {};
}

function shardBytes(place: string, manifest: readonly unknown[]): number {
  const names = manifest.flatMap((group) =>
    isRecord(group) && Array.isArray(group['paths']) ? (group['paths'] as unknown[]) : [],
  );
  return names.reduce<number>((sum, name) => {
    const stats =
      typeof name === 'string'
        ? statSync(path.resolve(path.dirname(place), name), { throwIfNoEntry: false })
        : undefined;
    return sum + (stats?.size ?? 0);
  }, 0);
}

/** HDF5 can pack numbers; more tightly than this no weights are. */
const MOST_NUMBERS_A_BYTE = 16;
const LEAST_NUMBERS = 1024 * 1024;

function build(
  { topology, version }: KerasText,
  { fileBytes, options }: Reading,
): { built: BuiltArchitecture; wantsWeights: boolean } {
  const isFresh = options.weights === 'initial';
  const built = buildArchitecture(readArchitecture(topology), {
    generation: version === undefined ? generationOf(topology) : version.startsWith('3') ? 3 : 2,
    leaveOut: new Set(options.leaveOut ?? []),
    mostNumbers: Math.min(
      // Training needs four times a weight's bytes at least: its gradient and what optimizers keep beside it.
      totalmem() / 16,
      isFresh ? Infinity : Math.max(LEAST_NUMBERS, fileBytes * MOST_NUMBERS_A_BYTE),
    ),
    isFresh: isFresh && !surroundings.shapesAlone,
  });
  return { built, wantsWeights: !isFresh && !surroundings.shapesAlone };
}

/** Only Keras 3 says which module a class is of. */
function generationOf(topology: unknown): 2 | 3 {
  return isRecord(topology) && typeof topology['module'] === 'string' ? 3 : 2;
}

const others: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\.(tflite|lite)$/i, 'a model of TensorFlow Lite: ops for devices, without what training needs'],
  [/\.onnx$/i, 'an ONNX model: ops without layers'],
  [/\.(pb|pbtxt)$/i, 'a graph of TensorFlow: ops without layers'],
];

/** What is no file of layers is told before it is read. */
function refuseOthers(place: string): void {
  const isFolder = statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
  const other = isFolder
    ? 'a folder, as SavedModel is: ops without layers'
    : others.find(([pattern]) => pattern.test(place))?.[1];
  if (!other) return;
  throw new ModelFileError(
    `It is ${other}. It can be looked at, not trained.`,
    'Save the model itself with Keras as .keras, and load that.',
  );
}

/** With the file's name, and what can be done. */
function saidOf(name: string, error: unknown): Error {
  const reason = messageOf(error);
  const words = error instanceof ModelFileError ? reason : `It is damaged or not complete (${reason}).`;
  const hint = error instanceof ModelFileError ? error.hint : undefined;
  return Object.assign(new Error(`${name} cannot be trained on. ${words}`), hint === undefined ? {} : { hint });
}
