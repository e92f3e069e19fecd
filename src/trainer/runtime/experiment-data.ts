/**
 * What an experiment's `data` function gives, ready to train on: `datasets.*`, `tf.data` pipelines,
 * alone or as `{ train, validation }`. Knows no loop.
 */
import { DataError, DatasetDescription, type DataEnvironment, type LoadedData } from './data/batch-stream.js';
import { checkSameMeaning } from './data/same-meaning.js';
import type { DataInfo } from '../../shared/protocol/training.js';
import type { DatasetLike, Experiment, Settings } from './experiment.js';
import { isTfDataset, streamOfDataset } from './tf-dataset.js';

/** @throws DataError, or whatever the person's function throws */
export async function loadData(
  experiment: Experiment,
  settings: Settings,
  environment: DataEnvironment,
): Promise<LoadedData> {
  const given: unknown = await experiment.data(settings);
  if (isDataset(given)) return load(given, 'data', environment);
  if (typeof given === 'object' && given !== null && 'train' in given && isDataset(given.train)) {
    const validation = 'validation' in given ? given.validation : undefined;
    const train = await load(given.train, 'data', environment);
    if (validation === undefined) return train;
    if (!isDataset(validation)) {
      await train.close();
      throw new DataError('What data() gives as `validation` is not a dataset.', whatItMayGive);
    }
    const opened = [train];
    try {
      const held = await load(validation, 'validation', environment);
      opened.push(held);
      checkSameMeaning(train, held);
      return together(train, held);
    } catch (error) {
      await Promise.all(opened.map((data) => data.close()));
      throw error;
    }
  }
  throw new DataError(
    given === undefined ? 'data() returned nothing.' : 'data() did not return a dataset.',
    whatItMayGive,
  );
}

const whatItMayGive =
  'Return datasets.imageFolder(…), .csv(…), .idx(…), .tensors({ xs, ys }) or a tf.data dataset, alone or as { train, validation }.';

function isDataset(value: unknown): value is DatasetLike {
  return DatasetDescription.is(value) || isTfDataset(value);
}

async function load(
  dataset: DatasetLike,
  stream: 'data' | 'validation',
  environment: DataEnvironment,
): Promise<LoadedData> {
  if (DatasetDescription.is(dataset)) return dataset.load(environment);
  const info: DataInfo = {
    name: 'dataset',
    source: 'memory',
    description: 'A tf.data dataset made by the experiment',
    skipped: [],
    skippedCount: 0,
  };
  return { info, train: streamOfDataset(dataset, stream), close: () => Promise.resolve() };
}

/** Trains on the one's examples and validates on those that the other would train on. */
function together(train: LoadedData, validation: LoadedData): LoadedData {
  return {
    info: { ...train.info, validationExamples: validation.train.examples ?? validation.info.trainExamples },
    train: train.train,
    validation: validation.train,
    featureNames: train.featureNames,
    close: async () => {
      await Promise.all([train.close(), validation.close()]);
    },
  };
}
