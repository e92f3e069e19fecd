/** Reads idx files, MNIST's own format: magic number, sizes, bytes; packed with gzip or not. Knows no data set. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import { DataError } from './batch-stream.js';

export interface IdxFile {
  /** For images: how many, rows, columns. For labels: how many. */
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

/** Source of the format: yann.lecun.com/exdb/mnist, "the IDX file format". 8: unsigned byte. */
const unsignedByte = 8;

/** @throws DataError where it is not a whole idx file of bytes */
export async function readIdx(path: string): Promise<IdxFile> {
  const packed = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, error);
  });
  const bytes = isGzip(packed)
    ? await promisify(gunzip)(packed).catch((error: Error) => {
        throw new DataError(
          `${path} cannot be unpacked: ${error.message}.`,
          'It is damaged or cut short: get it again.',
        );
      })
    : packed;
  const { shape, start } = readHeader(path, bytes);
  const size = shape.reduce((product, length) => product * length, 1);
  if (bytes.length < start + size) {
    throw new DataError(
      `${path} is cut short: it says ${shape.join(' × ')} values and holds ${bytes.length - start}.`,
      'Get the file again.',
    );
  }
  return { shape, values: new Uint8Array(bytes.buffer, bytes.byteOffset + start, size) };
}

/** The sizes alone, without unpacking the rest. */
export async function readIdxShape(path: string): Promise<readonly number[]> {
  const file = createReadStream(path, { end: 4095 });
  const pieces: Buffer[] = [];
  try {
    for await (const piece of file) pieces.push(piece as Buffer);
  } catch (error) {
    throw unreadable(path, error as NodeJS.ErrnoException);
  }
  const bytes = Buffer.concat(pieces);
  return readHeader(path, isGzip(bytes) ? await unpackSome(bytes) : bytes).shape;
}

function unreadable(path: string, { code, message }: NodeJS.ErrnoException): DataError {
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new DataError(`${path} is not there.`, 'Name an idx file, relative to the experiment’s folder.');
  if (code === 'EISDIR') {
    return new DataError(
      `${path} is a folder; an idx file is wanted.`,
      `Name the file in it, or give datasets.idx the folder alone: datasets.idx('…').`,
    );
  }
  return new DataError(`${path} cannot be read: ${message}`, 'Check its permissions, or name another file.');
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** What the first part of a packed file gives: its end is missing, and that is no fault. */
function unpackSome(bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const unpacking = createGunzip();
    unpacking.on('data', (piece: Buffer) => pieces.push(piece));
    unpacking.on('end', () => resolve(Buffer.concat(pieces)));
    unpacking.on('error', () => resolve(Buffer.concat(pieces)));
    unpacking.end(bytes);
  });
}

function readHeader(path: string, bytes: Uint8Array): { readonly shape: readonly number[]; readonly start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dimensions = bytes[3] ?? 0;
  const start = 4 + 4 * dimensions;
  if (bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0 && dimensions > 0 && bytes.length < start) {
    throw new DataError(`${path} is cut short: it ends within its own header.`, 'Get the file again.');
  }
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || dimensions === 0 || bytes.length < start) {
    throw new DataError(`${path} is not an idx file.`, 'Idx files begin with two zero bytes, as MNIST’s do.');
  }
  if (bytes[2] !== unsignedByte) {
    throw new DataError(`${path} holds values of type ${bytes[2]}; only bytes (type 8) can be read.`);
  }
  return { shape: Array.from({ length: dimensions }, (_, index) => view.getUint32(4 + 4 * index)), start };
}
