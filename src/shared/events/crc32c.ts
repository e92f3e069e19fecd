/**
 * CRC-32C (Castagnoli, reflected polynomial 0x82f63b78) and TensorFlow's masking of it, in plain
 * JavaScript, eight bytes at a time. Knows nothing of records or files.
 */
import { checksumTables } from '../base/checksum-tables.js';

/** Any function that computes an unmasked CRC-32C, so that a process with a native one can hand it in. */
export type Crc32c = (bytes: Uint8Array) => number;

const tables = checksumTables(0x82f63b78);

/** The unmasked CRC-32C of `bytes`, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  return crc32cWithin(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.byteLength);
}

/** The same of the bytes `from` ≤ place < `to`, for records by the million: four bytes at once are one read. */
export function crc32cWithin(view: DataView, from: number, to: number): number {
  let crc = ~0;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    crc ^= view.getInt32(at, true);
    const next = view.getInt32(at + 4, true);
    crc =
      tables[1792 + (crc & 255)]! ^
      tables[1536 + ((crc >>> 8) & 255)]! ^
      tables[1280 + ((crc >>> 16) & 255)]! ^
      tables[1024 + (crc >>> 24)]! ^
      tables[768 + (next & 255)]! ^
      tables[512 + ((next >>> 8) & 255)]! ^
      tables[256 + ((next >>> 16) & 255)]! ^
      tables[next >>> 24]!;
  }
  if (at + 4 <= to) {
    crc ^= view.getInt32(at, true);
    crc =
      tables[768 + (crc & 255)]! ^
      tables[512 + ((crc >>> 8) & 255)]! ^
      tables[256 + ((crc >>> 16) & 255)]! ^
      tables[crc >>> 24]!;
    at += 4;
  }
  for (; at < to; at++) crc = (crc >>> 8) ^ tables[(crc ^ view.getUint8(at)) & 255]!;
  return ~crc >>> 0;
}

/** TensorFlow stores checksums rotated and offset, so that a checksum over data with checksums in it stays sound. */
export function maskCrc(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
