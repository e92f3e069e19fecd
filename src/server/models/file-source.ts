/** A file of the disk that is read where it is wanted. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../../shared/models/byte-source.js';

/** Open for as long as `work` takes. @throws what Node throws at a file that cannot be opened or read */
export async function withFileSource<T>(file: string, work: (source: ByteSource) => T | Promise<T>): Promise<T> {
  const descriptor = openSync(file, 'r');
  try {
    return await work({
      size: fstatSync(descriptor).size,
      read: (target, at) => readSync(descriptor, target, 0, target.length, at),
    });
  } finally {
    closeSync(descriptor);
  }
}
