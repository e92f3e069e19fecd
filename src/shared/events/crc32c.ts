/**
 * CRC-32C (Castagnoli, reflected polynomial 0x82f63b78) and TensorFlow's masking of it, in plain
 * JavaScript, eight bytes at a time. Knows nothing of records or files.
 */

/** Any function that computes an unmasked CRC-32C, so that a process with a native one can hand it in. */
export type Crc32c = (bytes: Uint8Array) => number;

const tables = makeTables();

/** The unmasked CRC-32C of `bytes`, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const length = bytes.length;
  let crc = ~0;
  let at = 0;
  for (; at + 8 <= length; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      t7[crc & 255]! ^
      t6[(crc >>> 8) & 255]! ^
      t5[(crc >>> 16) & 255]! ^
      t4[crc >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!;
  }
  for (; at < length; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]!) & 255]!;
  return ~crc >>> 0;
}

/** TensorFlow stores checksums rotated and offset, so that a checksum over data with checksums in it stays sound. */
export function maskCrc(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** `tables[k][b]`: what byte `b` contributes when `k` more bytes follow it. */
function makeTables(): readonly Uint32Array[] {
  const made = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    made[0]![byte] = crc;
  }
  for (let byte = 0; byte < 256; byte++) {
    let crc = made[0]![byte]!;
    for (let table = 1; table < 8; table++) {
      crc = made[0]![crc & 255]! ^ (crc >>> 8);
      made[table]![byte] = crc;
    }
  }
  return made;
}
