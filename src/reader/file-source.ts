/** A model file of the disk, read where it is wanted. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../shared/base/byte-source.js';
import { ModelFileError } from '../shared/models/model-file-error.js';

export interface OpenFile {
  readonly source: ByteSource;
  close(): void;
}

/** @throws what Node throws at a file that cannot be opened; ModelFileError where it is none */
export function openFile(file: string): OpenFile {
  const descriptor = openSync(file, 'r');
  const facts = fstatSync(descriptor);
  if (!facts.isFile()) {
    closeSync(descriptor);
    throw new ModelFileError(`${file} is ${facts.isDirectory() ? 'a folder' : 'no regular file'}, not a model file.`);
  }
  return {
    source: { size: facts.size, read: (into, position) => readSync(descriptor, into, 0, into.length, position) },
    close: () => closeSync(descriptor),
  };
}

/** Open for as long as `work` takes. @throws as `openFile` does, and what `work` throws */
export async function withFile<T>(file: string, work: (source: ByteSource) => T | Promise<T>): Promise<T> {
  const { source, close } = openFile(file);
  try {
    return await work(source);
  } finally {
    close();
  }
}
