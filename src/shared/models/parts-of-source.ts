/**
 * Parts of a model file's bytes, read where they are wanted, so that large ones need not be in memory as a
 * whole. Knows no file system.
 */
import type { ByteSource } from '../base/byte-source.js';
import { ModelFileError } from './model-file-error.js';

/** Bytes in memory; they are not copied. */
export function sourceOfBytes(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(target, at) {
      const part = bytes.subarray(at, at + target.length);
      target.set(part);
      return part.length;
    },
  };
}

/** A part of another source as one of its own. @throws ModelFileError where it reaches beyond its end */
export function partOf(source: ByteSource, start: number, size: number): ByteSource {
  if (!(start >= 0 && size >= 0 && start + size <= source.size))
    throw new ModelFileError('It is cut off: a part of it lies beyond its end.');
  return {
    size,
    read(target, at) {
      if (at >= size) return 0;
      return source.read(target.subarray(0, Math.min(target.length, size - at)), start + at);
    },
  };
}

/** A copy of `length` bytes. @throws ModelFileError where there are not as many */
export function bytesAt(source: ByteSource, at: number, length: number): Uint8Array {
  if (!(at >= 0 && length >= 0 && at + length <= source.size))
    throw new ModelFileError('It is cut off: a part of it lies beyond its end.');
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length;) {
    const count = source.read(bytes.subarray(filled), at + filled);
    if (count <= 0) throw new ModelFileError('It became shorter while it was read.');
    filled += count;
  }
  return bytes;
}
