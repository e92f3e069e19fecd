/**
 * ZIP archives read in parts: the list of entries from the end of the file, and of an entry what is
 * wanted. Entries that are stored as they are, as Keras stores weights, are read in place.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { getTextEncoding } from '@bufbuild/protobuf/wire';
import { inflateSync } from 'fflate';
import type { ByteSource } from '../../base/byte-source.js';
import { bytesAt, partOf, sourceOfBytes } from '../parts-of-source.js';
import { ModelFileError } from '../model-file-error.js';
import { crc32 } from './crc32.js';

export interface ZipArchive {
  readonly names: readonly string[];
  /**
   * `undefined` where there is no such entry. @throws ModelFileError where it would unpack to more than `most` bytes, or
   * is not what was put in: all of it is read once, to see that
   */
  open(name: string, most: number): ByteSource | undefined;
}

interface Entry {
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly packed: number;
  readonly size: number;
  readonly header: number;
  readonly checksum: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const IS_IN_EXTRA = 0xffffffff;
/** A model's archive has a handful of entries, or some hundred files of vocabularies. */
const MOST_DIRECTORY_BYTES = 16 * 1024 * 1024;

/** @throws ModelFileError where it is damaged or not complete */
export function openZip(source: ByteSource): ZipArchive {
  const entries = entriesOf(source);
  return {
    names: [...entries.keys()],
    open(name, most) {
      const entry = entries.get(name);
      return entry && openEntry(source, name, entry, most);
    },
  };
}

function entriesOf(source: ByteSource): Map<string, Entry> {
  const { start, length } = directoryOf(source);
  if (length > MOST_DIRECTORY_BYTES) throw new ModelFileError('It lists more entries than any model’s archive.');
  const bytes = bytesAt(source, start, length);
  const view = viewOf(bytes);
  const entries = new Map<string, Entry>();
  for (let at = 0; at + CENTRAL_BYTES <= length && view.getUint32(at, true) === CENTRAL;) {
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const nameAt = at + CENTRAL_BYTES;
    const next = nameAt + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > length) throw new ModelFileError('The list of its entries is cut off.');
    const name = getTextEncoding().decodeUtf8(bytes.subarray(nameAt, nameAt + nameLength));
    const [size, packed, header] = largeNumbers(
      bytes.subarray(nameAt + nameLength, nameAt + nameLength + extraLength),
      [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)],
    );
    entries.set(name, {
      method: view.getUint16(at + 10, true),
      isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
      packed: packed!,
      size: size!,
      header: header!,
      checksum: view.getUint32(at + 16, true),
    });
    at = next;
  }
  return entries;
}

/** The archive's end says where the list of entries is; a comment of up to 64 KiB may follow it. */
function directoryOf(source: ByteSource): { readonly start: number; readonly length: number } {
  const tailLength = Math.min(source.size, END_BYTES + 0xffff);
  const tailAt = source.size - tailLength;
  const tail = viewOf(bytesAt(source, tailAt, tailLength));
  for (let at = tailLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    const start = tail.getUint32(at + 16, true);
    const length = tail.getUint32(at + 12, true);
    if (start !== IS_IN_EXTRA && length !== IS_IN_EXTRA) return { start, length };
    if (at < 20 || tail.getUint32(at - 20, true) !== LOCATOR_64) break;
    const end = viewOf(bytesAt(source, Number(tail.getBigUint64(at - 12, true)), 56));
    if (end.getUint32(0, true) !== END_64) break;
    return { start: Number(end.getBigUint64(48, true)), length: Number(end.getBigUint64(40, true)) };
  }
  throw new ModelFileError('It is a ZIP archive that is damaged or not complete: the list of its entries is missing.');
}

/** Numbers beyond 32 bits stand, in this order, in a field of their own. */
function largeNumbers(extra: Uint8Array, numbers: readonly number[]): number[] {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let place = at + 4;
    return numbers.map((number) => {
      if (number !== IS_IN_EXTRA || place + 8 > extra.length) return number;
      place += 8;
      return Number(view.getBigUint64(place - 8, true));
    });
  }
  return [...numbers];
}

function openEntry(source: ByteSource, name: string, entry: Entry, most: number): ByteSource {
  if (entry.isEncrypted)
    throw new ModelFileError(`${name} in it is encrypted.`, 'Unpack it, and save it without a password.');
  if (entry.size > most) throw new ModelFileError(`${name} in it is larger than any model’s.`);
  const local = viewOf(bytesAt(source, entry.header, LOCAL_BYTES));
  if (local.getUint32(0, true) !== LOCAL) throw new ModelFileError(`${name} is not where the archive says that it is.`);
  const start = entry.header + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
  const packed = partOf(source, start, entry.packed);
  if (entry.method === 0) {
    if (entry.packed !== entry.size) throw new ModelFileError(`The size of ${name} in it is damaged.`);
    return unharmed(packed, name, entry);
  }
  if (entry.method !== 8) throw new ModelFileError(`${name} in it is packed in a way that is not known.`);
  // Deflate makes at most some thousand bytes of one: a size beyond that is not the entry's.
  if (entry.size > 1100 * entry.packed + 64) throw new ModelFileError(`The size of ${name} in it is damaged.`);
  const unpacked = inflateSync(bytesAt(packed, 0, entry.packed), { out: new Uint8Array(entry.size) });
  if (unpacked.length !== entry.size) throw new ModelFileError(`${name} in it is damaged or not complete.`);
  return unharmed(sourceOfBytes(unpacked), name, entry);
}

const PART_BYTES = 1024 * 1024;

function unharmed(source: ByteSource, name: string, { checksum }: Entry): ByteSource {
  let found = 0;
  for (let at = 0; at < source.size; at += PART_BYTES)
    found = crc32(bytesAt(source, at, Math.min(PART_BYTES, source.size - at)), found);
  if (found !== checksum)
    throw new ModelFileError(
      `${name} in it is damaged: its checksum is not the one that the archive has for it.`,
      'Copy or download it again.',
    );
  return source;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
