/**
 * One of Keras's files with weights, read by a process of its own: a damaged one can keep the library that reads it
 * busy for ever, and here stand a person's experiment and the debugger. Knows no layers.
 */
import { fork } from 'node:child_process';
import { ModelReader } from '../../../shared/models/model-reader.js';
import type { KerasText } from '../../../shared/models/keras/keras-files.js';
import { surroundings } from './surroundings.js';

export interface StoredNumbers {
  readonly shape: readonly number[];
  /** In row-major order. @throws ModelFileError where it holds no numbers */
  read(): Promise<Float32Array>;
}

/** The HDF5 part of a file: groups with attributes and datasets. */
export interface StoredWeights {
  /** Names within a group, in the file's order; empty where there is none. */
  names(group: string): Promise<readonly string[]>;
  texts(group: string, attribute: string): Promise<readonly string[] | undefined>;
  dataset(path: string): Promise<StoredNumbers | undefined>;
}

export interface KerasFile {
  readonly text: KerasText;
  readonly container: 'archive' | 'hdf5';
  readonly weights: StoredWeights;
}

/** Open for as long as `work` takes. @throws ModelFileError where it is damaged, and what `work` throws */
export async function withKerasFile<T>(file: string, work: (file: KerasFile) => Promise<T>): Promise<T> {
  const child = fork(surroundings.reader, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
  const reader = new ModelReader(child, 'It');
  try {
    const { text, container } = await reader.ask('keras', { file });
    return await work({
      text,
      container,
      weights: {
        names: (group) => reader.ask('names', { group }),
        texts: (group, attribute) => reader.ask('texts', { group, attribute }),
        dataset: async (path) => {
          const found = await reader.ask('dataset', { path });
          return found && { ...found, read: () => reader.ask('numbers', { path }) };
        },
      },
    });
  } finally {
    reader.end();
  }
}
