/** Opens a model file in whichever format it is. Knows no file system. */
import { messageOf } from '../base/message-of.js';
import { eventFile } from './formats/event-file.js';
import { kerasArchive } from './formats/keras-archive.js';
import { kerasH5 } from './formats/keras-h5.js';
import { kerasJson } from './formats/keras-json.js';
import { onnx } from './formats/onnx.js';
import { tensorflowGraph, tensorflowText } from './formats/tensorflow-graph.js';
import { tfjsGraph, tfjsLayers } from './formats/tfjs.js';
import { tflite } from './formats/tflite.js';
import {
  ModelFileError,
  modelFileOf,
  type GivenFile,
  type ModelFile,
  type ModelFormat,
  type OpenedModel,
} from './model-format.js';

/** Those that are known by their first bytes come first. */
const formats: readonly ModelFormat[] = [
  kerasH5,
  kerasArchive,
  tflite,
  tfjsGraph,
  tfjsLayers,
  kerasJson,
  eventFile,
  tensorflowText,
  onnx,
  tensorflowGraph,
];

const MOST_LETTERS = 300;

/** @throws ModelFileError that says what is wrong with the file */
export async function openModel(given: GivenFile): Promise<OpenedModel> {
  const file = modelFileOf(given);
  if (file.source.size === 0) throw new ModelFileError(`${file.name} is empty.`);
  const format = formats.find((one) => matches(one, file));
  if (!format) {
    throw new ModelFileError(
      `${file.name} is no model that can be opened. Known are: ${formats.map(({ title }) => title).join(', ')}.`,
    );
  }
  try {
    const model = await format.open(file);
    if (model.graphs.every(({ graph }) => graph.nodes.length === 0)) throw new ModelFileError('It has no ops.');
    return model;
  } catch (error) {
    const reason = messageOf(error);
    // What a parser throws speaks of bytes; people want to know what it means for the file.
    const words = error instanceof ModelFileError ? reason : `It is damaged or not complete (${shortened(reason)}).`;
    throw new ModelFileError(
      `${file.name} cannot be opened as ${format.title}. ${words}`,
      error instanceof ModelFileError ? error.hint : undefined,
    );
  }
}

/** Parsers repeat what they could not read, however long that is. */
function shortened(reason: string): string {
  return reason.length > MOST_LETTERS ? `${reason.slice(0, MOST_LETTERS)}…` : reason;
}

/** What cannot even be looked at is not of this format. */
function matches(format: ModelFormat, file: ModelFile): boolean {
  try {
    return format.matches(file);
  } catch {
    return false;
  }
}
