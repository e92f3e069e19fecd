/** Tables for cyclic checksums of 32 bits, by their reflected polynomial. Pure. */

/** `tables[256 * k + b]`: what byte `b` contributes when `k` more bytes follow it, for `k` up to 7. */
export function checksumTables(polynomial: number): Int32Array {
  const made = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    made[byte] = crc;
  }
  for (let byte = 0; byte < 256; byte++) {
    let crc = made[byte]!;
    for (let table = 1; table < 8; table++) {
      crc = made[crc & 255]! ^ (crc >>> 8);
      made[256 * table + byte] = crc;
    }
  }
  return made;
}
