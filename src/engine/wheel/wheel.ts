/** Looks into a wheel, which is a ZIP file, and unpacks the parts that are asked for. Trusts no name and no size in it. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import * as yauzl from 'yauzl';
import { messageOf } from '../../shared/base/message-of.js';
import { EngineFailure, errorCode } from '../engine-failure.js';
import type { HttpReader } from './http-reader.js';

export interface WheelEntry {
  /** With `/`. */
  readonly name: string;
  /** Unpacked. */
  readonly bytes: number;
}

export interface Wheel {
  readonly entries: readonly WheelEntry[];
  /** @throws EngineFailure where it is not there, or broken */
  readText(name: string): Promise<string>;
  /** Into one file. Its parent folders are made. @throws EngineFailure where it is broken; errors of the disk as they are */
  unpack(name: string, target: string, options: UnpackOptions): Promise<void>;
  close(): void;
}

export interface UnpackOptions {
  openFile(file: string): Writable;
  onBytes(bytes: number): void;
  readonly signal: AbortSignal;
}

/** The largest file in a wheel of TensorFlow 2.21 has 1.1 GB. */
const MOST_BYTES = 8 * 2 ** 30;

/** @param source a file, or a reader of one that is elsewhere @throws EngineFailure */
export async function openWheel(source: string | HttpReader): Promise<Wheel> {
  const options = { autoClose: false } as const;
  let zip: yauzl.ZipFile;
  const entries = new Map<string, yauzl.Entry>();
  try {
    zip =
      typeof source === 'string'
        ? await yauzl.openPromise(source, options)
        : await yauzl.fromRandomAccessReaderPromise(source, source.totalBytes, options);
    for await (const entry of zip.eachEntry()) if (!entry.fileName.endsWith('/')) entries.set(entry.fileName, entry);
  } catch (error) {
    if (error instanceof EngineFailure) throw error;
    throw broken(messageOf(error));
  }
  const entryOf = (name: string): yauzl.Entry => {
    const entry = entries.get(name);
    if (!entry) throw new EngineFailure(`The wheel holds no ${name}.`, 'Choose another version with --version.');
    return entry;
  };
  return {
    entries: [...entries.values()].map((entry) => ({ name: entry.fileName, bytes: entry.uncompressedSize })),
    async readText(name) {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of await zip.openReadStreamPromise(entryOf(name))) chunks.push(chunk as Buffer);
      } catch (error) {
        if (error instanceof EngineFailure) throw error;
        throw broken(messageOf(error));
      }
      return Buffer.concat(chunks).toString('utf8');
    },
    async unpack(name, target, { openFile, onBytes, signal }) {
      const entry = entryOf(name);
      if (entry.uncompressedSize > MOST_BYTES) throw broken(`${name} claims to have ${entry.uncompressedSize} bytes`);
      await mkdir(path.dirname(target), { recursive: true });
      let checksum = 0;
      const count = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          checksum = zlib.crc32(chunk, checksum);
          onBytes(chunk.length);
          done(undefined, chunk);
        },
      });
      try {
        await pipeline(await zip.openReadStreamPromise(entry), count, openFile(target), { signal });
      } catch (error) {
        signal.throwIfAborted();
        // Errors of the disk have names of the system's; what else goes wrong is the wheel's.
        if (errorCode(error)?.startsWith('E') && !errorCode(error)?.startsWith('ERR_')) throw error;
        throw broken(`${name}: ${messageOf(error)}`);
      }
      if (checksum !== entry.crc32) throw broken(`${name} has another checksum than the wheel says`);
    },
    close: () => zip.close(),
  };
}

function broken(why: string): EngineFailure {
  return new EngineFailure(`The wheel is broken: ${why}.`, 'Nothing of it is used. Try again: it is downloaded anew.');
}
