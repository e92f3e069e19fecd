/** Model files of the disk that are read here: text, shards of weights, and of others the first bytes. */
import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { ModelFileError } from '../../../shared/models/model-file-error.js';

const HEAD_BYTES = 16;

/** @throws ModelFileError where it cannot be opened */
export function beginningOf(file: string): { readonly size: number; readonly head: Uint8Array } {
  return opening(file, () => {
    const descriptor = openSync(file, 'r');
    try {
      const head = new Uint8Array(HEAD_BYTES);
      const count = readSync(descriptor, head, 0, HEAD_BYTES, 0);
      return { size: fstatSync(descriptor).size, head: head.subarray(0, count) };
    } finally {
      closeSync(descriptor);
    }
  });
}

/** @throws ModelFileError where it is not there, or larger than a buffer can be */
export function readWhole(file: string): Buffer {
  return opening(file, () => {
    if (statSync(file).size > 2 * 1024 ** 3 - 1)
      throw new ModelFileError(`${path.basename(file)} is larger than 2 GiB.`);
    return readFileSync(file);
  });
}

function opening<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ModelFileError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new ModelFileError(`There is no file ${file}.`, 'Name it relative to the experiment’s folder.');
    throw new ModelFileError(`${file} cannot be read: ${message}`);
  }
}
