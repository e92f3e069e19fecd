/** PNG files of three bytes a pixel, by zlib alone: an image library takes longer to load than all pictures of a short run to write. */
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** PNG's filter “Up”: differences to the row above, here all zero. */
const AS_ABOVE = 2;

/** @param rgb row by row, `width × height × 3` bytes */
export function encodePng(width: number, height: number, rgb: Uint8Array): Uint8Array {
  const header = new Uint8Array(13);
  const fields = new DataView(header.buffer);
  fields.setUint32(0, width);
  fields.setUint32(4, height);
  // Eight bits a channel, colours without transparency.
  header.set([8, 2], 8);
  const rows = new Uint8Array(height * (1 + width * 3));
  for (let row = 0, above: Uint8Array | undefined; row < height; row++) {
    const pixels = rgb.subarray(row * width * 3, (row + 1) * width * 3);
    // Enlarged pictures have most rows several times: those are said to be as the one above, which takes no time to deflate.
    if (above && Buffer.compare(above, pixels) === 0) rows[row * (1 + width * 3)] = AS_ABOVE;
    else rows.set(pixels, row * (1 + width * 3) + 1);
    above = pixels;
  }
  const parts = [
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 4 })),
    chunk('IEND', new Uint8Array()),
  ];
  return Buffer.concat(parts);
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(name, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
