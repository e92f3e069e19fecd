/** Writes an experiment beside a model file, to train that model. Nothing that is there is overwritten. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { experimentText } from '../../shared/models/experiment-text.js';
import type { OpenedModel } from '../../shared/models/model-format.js';
import { about, errorCode, Failure } from '../failure.js';
import { fittingData } from './fitting-data.js';

const MOST_TRIES = 100;

/** @returns the path of the new file. @throws Failure where the file holds no model of layers */
export async function writeExperiment(root: string, file: string, model: OpenedModel): Promise<string> {
  const name = path.basename(file);
  if (!model.training) {
    throw new Failure(
      'damaged',
      `“${name}” is ${model.format}: ops without layers, which can be looked at but not trained.`,
      'Save the model itself with Keras as .keras, and train that.',
    );
  }
  const folder = path.dirname(file);
  const data = await fittingData(root, folder, model.training);
  const text = experimentText(name, model.training, data);
  // TensorFlow.js calls all of them model.json.
  const stem = name === 'model.json' ? path.basename(folder) : name.replace(/\.[^.]+$/, '');
  for (let count = 1; count <= MOST_TRIES; count++) {
    const place = path.join(folder, `${stem}${count === 1 ? '' : `-${count}`}.experiment.ts`);
    try {
      await writeFile(place, text, { flag: 'wx' });
      return place;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') return about(place, () => Promise.reject(error as Error));
    }
  }
  throw new Failure(
    'damaged',
    `There are ${MOST_TRIES} experiments for “${name}” already.`,
    'Delete those that are not used.',
  );
}
