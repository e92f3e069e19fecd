/**
 * The few file operations of a run, synchronous (a step is not worth interleaving with them), behind
 * an interface so that a full disk can be tried. Knows nothing of what is written.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../../shared/base/message-of.js';

export interface Disk {
  /** Appends all of `bytes` to an open file, or throws having written some first part, whose length the error tells. */
  append(file: number, bytes: Uint8Array): void;
  /** Replaces a file as a whole: readers see the old one or the new one; a lasting one also after a power cut. */
  replace(path: string, pieces: readonly Uint8Array[], lasting: boolean): void;
}

/** Makes a folder with those above it. Node's own way to do that never comes back in folders such as `/proc`. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    const parent = dirname(folder);
    if (code !== 'ENOENT' || parent === folder) throw error;
    // Where the system makes the folders itself, it denies them by saying that they are not there.
    if (existsSync(parent))
      throw Object.assign(new Error(`${parent} takes no folders`, { cause: error }), { code: 'EACCES' });
    makeFolder(parent);
    mkdirSync(folder);
  }
}

/** A write that came to its end too early. */
export class PartialWriteError extends Error {
  override readonly name = 'PartialWriteError';
  constructor(
    readonly writtenBytes: number,
    cause: unknown,
  ) {
    super(messageOf(cause), { cause });
  }
}

export const realDisk: Disk = {
  append(file, bytes) {
    let written = 0;
    try {
      while (written < bytes.byteLength) written += writeSync(file, bytes, written);
    } catch (error) {
      throw new PartialWriteError(written, error);
    }
  },

  replace(path, pieces, lasting) {
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      const file = openSync(temporary, 'w');
      try {
        for (const piece of pieces)
          for (let written = 0; written < piece.byteLength;) written += writeSync(file, piece, written);
        if (lasting) fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  },
};

/** What a failed write means for the person, and what they can do. */
export function diskTrouble(error: unknown): { readonly reason: string; readonly hint: string } {
  const cause = error instanceof PartialWriteError ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return { reason: 'the disk is full', hint: 'Free some space on it.' };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return { reason: 'writing there is not allowed', hint: 'Allow it, or name another folder for the run.' };
    case 'ENOENT':
      return { reason: 'the folder is gone', hint: 'Do not move or delete the folder of a run while it trains.' };
    case 'ENOTDIR':
    case 'EEXIST':
      return {
        reason: 'a file stands where the folder should be',
        hint: 'Move the file away, or name another folder for the run.',
      };
    default:
      return { reason: messageOf(cause), hint: 'Check the disk.' };
  }
}
