/** Writes an experiment beside a model file, to train that model. Nothing that is there is overwritten. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { experimentText } from '../shared/models/experiment-text.js';
import { ModelFileError, type OpenedModel } from '../shared/models/model-format.js';
import type { ReadingQuestions } from '../shared/protocol/model-reading.js';
import { fittingData } from './fitting-data.js';

const MOST_TRIES = 100;

/** @throws ModelFileError where the file holds no model of layers; what Node throws where nothing can be written */
export async function writeExperiment(
  { root, file, reuse = false }: ReadingQuestions['experiment']['question'],
  model: OpenedModel,
): Promise<ReadingQuestions['experiment']['answer']> {
  const name = path.basename(file);
  const folder = path.dirname(file);
  // TensorFlow.js calls all of them model.json.
  const stem = name === 'model.json' ? path.basename(folder) : name.replace(/\.[^.]+$/, '');
  const first = path.join(folder, `${stem}.experiment.ts`);
  if (reuse && existsSync(first)) return { path: first, isNew: false };
  if (!model.training) {
    throw new ModelFileError(
      `“${name}” is ${model.format}: ops without layers, which can be looked at but not trained.`,
      'Save the model itself with Keras as .keras, and train that.',
    );
  }
  const text = experimentText(name, model.training, await fittingData(root, folder, model.training));
  for (let count = 1; count <= MOST_TRIES; count++) {
    const place = count === 1 ? first : path.join(folder, `${stem}-${count}.experiment.ts`);
    try {
      await writeFile(place, text, { flag: 'wx' });
      return { path: place, isNew: true };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  throw new ModelFileError(
    `There are ${MOST_TRIES} experiments for “${name}” already.`,
    'Delete those that are not used.',
  );
}
