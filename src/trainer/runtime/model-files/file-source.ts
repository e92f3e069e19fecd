/** Model files of the disk, read where they are wanted. */
import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ByteSource } from '../../../shared/models/byte-source.js';
import { ModelFileError } from '../../../shared/models/model-file-error.js';

/** Open for as long as `work` takes. @throws ModelFileError where it cannot be opened */
export async function withFileSource<T>(file: string, work: (source: ByteSource) => T | Promise<T>): Promise<T> {
  const descriptor = opening(file, () => openSync(file, 'r'));
  try {
    return await work({
      size: fstatSync(descriptor).size,
      read: (target, at) => readSync(descriptor, target, 0, target.length, at),
    });
  } finally {
    closeSync(descriptor);
  }
}

/** For text and for shards. @throws ModelFileError where it is not there, or larger than a buffer can be */
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
