/** A file's bytes for the reader: regular files alone, for a pipe has no end and a device no beginning. Knows no records. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { ByteSource } from '../../shared/base/byte-source.js';

/** Open only while it is read: there are thousands of files, and only so many may be open. */
export class FileSource implements ByteSource {
  private descriptor: number | undefined;
  private bytes = 0;
  private inode: number | undefined;
  private modified = 0;

  constructor(private readonly path: string) {}

  /** As of the last `look`. */
  get size(): number {
    return this.bytes;
  }

  get modifiedMs(): number {
    return this.modified;
  }

  /**
   * Sees how long the file is now; `replaced` where another file has taken its place.
   * @throws the file system's error, or one that says that it is no regular file
   */
  look(): 'same' | 'replaced' {
    const info = statSync(this.path);
    if (!info.isFile()) throw new Error('it is not a regular file');
    this.bytes = info.size;
    this.modified = info.mtimeMs;
    const replaced = this.inode !== undefined && this.inode !== info.ino;
    this.inode = info.ino;
    return replaced ? 'replaced' : 'same';
  }

  read(into: Uint8Array, position: number): number {
    return readSync(this.open(), into, 0, into.length, position);
  }

  /** Bytes of the middle of the file; fewer where it ends before. */
  part(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const into = new Uint8Array(length);
    let got = 0;
    try {
      while (got < length) {
        const more = readSync(this.open(), into, got, length - got, offset + got);
        if (more === 0) break;
        got += more;
      }
    } finally {
      this.close();
    }
    return into.subarray(0, got);
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  private open(): number {
    if (this.descriptor !== undefined) return this.descriptor;
    // Without NONBLOCK a pipe that took the file's place meanwhile would hold this thread for ever.
    const descriptor = openSync(this.path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    if (!fstatSync(descriptor).isFile()) {
      closeSync(descriptor);
      throw new Error('it is not a regular file');
    }
    return (this.descriptor = descriptor);
  }
}
