/**
 * TFRecord framing: u64 length, masked CRC of the length, the data, masked CRC of the data, all little
 * endian (tensorflow/core/lib/io/record_writer.h). Knows not what a record holds.
 */
import { crc32c, maskCrc, type Crc32c } from './crc32c.js';

export const HEADER_BYTES = 12;
export const FOOTER_BYTES = 4;

/** One whole framed record around `data`. */
export function encodeRecord(data: Uint8Array, crc: Crc32c = crc32c): Uint8Array {
  const record = new Uint8Array(HEADER_BYTES + data.length + FOOTER_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskCrc(crc(record.subarray(0, 8))), true);
  record.set(data, HEADER_BYTES);
  view.setUint32(HEADER_BYTES + data.length, maskCrc(crc(data)), true);
  return record;
}
