/**
 * Decodes Windows bitmaps (BMP), which libvips does not: 1, 4, 8, 16, 24 and 32 bits a pixel, palettes, bit
 * fields, run lengths, either row order. Format: Microsoft, "Bitmap Storage" (BITMAPFILEHEADER, BITMAPINFOHEADER).
 */

export interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha; rows from the top. */
  readonly rgba: Uint8Array;
}

const enum Compression {
  None = 0,
  RunLength8 = 1,
  RunLength4 = 2,
  BitFields = 3,
  AlphaBitFields = 6,
}

/** As sharp's own limit: what is larger is a decompression bomb rather than a picture. */
const maxPixels = 268_402_689;

/** @throws Error where the bytes are no bitmap, or cut short */
export function decodeBitmap(bytes: Uint8Array): Bitmap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 26 || view.getUint16(0, true) !== 0x4d42) throw new Error('its BMP header is damaged');
  const pixelsAt = view.getUint32(10, true);
  const headerSize = view.getUint32(14, true);
  const isCore = headerSize === 12;
  if (!isCore && (headerSize < 40 || bytes.length < 14 + headerSize)) throw new Error('its BMP header is damaged');

  const width = isCore ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = isCore ? view.getInt16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isCore ? 24 : 28, true);
  const compression: number = isCore ? Compression.None : view.getUint32(30, true);
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0 || width * height > maxPixels) throw new Error('its BMP header is damaged');
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`BMP with ${bits} bits a pixel cannot be read`);

  const place: Place = { width, height, fromTop: signedHeight < 0, rgba: new Uint8Array(width * height * 4) };
  switch (compression) {
    case Compression.None:
    case Compression.BitFields:
    case Compression.AlphaBitFields: {
      if (pixelsAt + Math.ceil((width * bits) / 32) * 4 * height > bytes.length) {
        throw new Error('the BMP image is cut short');
      }
      if (bits <= 8) paletteRows(place, bytes, pixelsAt, bits, readPalette(bytes, headerSize, pixelsAt, bits));
      else if (bits === 24) fullRows(place, bytes, pixelsAt);
      else maskedRows(place, view, pixelsAt, bits, readMasks(view, bits, compression, headerSize));
      break;
    }
    case Compression.RunLength8:
    case Compression.RunLength4:
      runLengths(place, bytes, pixelsAt, compression, readPalette(bytes, headerSize, pixelsAt, bits));
      break;
    default:
      throw new Error('this kind of compressed BMP cannot be read');
  }
  return { width, height, rgba: place.rgba };
}

interface Place {
  readonly width: number;
  readonly height: number;
  readonly fromTop: boolean;
  readonly rgba: Uint8Array;
}

/** Where a stored row begins in the picture; bitmaps are stored from the bottom as a rule. */
const rowStart = ({ width, height, fromTop }: Place, row: number): number =>
  (fromTop ? row : height - 1 - row) * width * 4;

type Palette = readonly (readonly [red: number, green: number, blue: number])[];

function readPalette(bytes: Uint8Array, headerSize: number, pixelsAt: number, bits: number): Palette {
  const entryBytes = headerSize === 12 ? 3 : 4;
  const palette: [number, number, number][] = [];
  for (let at = 14 + headerSize; palette.length < 1 << bits; at += entryBytes) {
    if (at + entryBytes > pixelsAt || at + 2 >= bytes.length) break;
    palette.push([bytes[at + 2]!, bytes[at + 1]!, bytes[at]!]);
  }
  return palette;
}

function setPalette({ rgba }: Place, to: number, palette: Palette, index: number): void {
  const [red, green, blue] = palette[index] ?? [0, 0, 0];
  rgba[to] = red;
  rgba[to + 1] = green;
  rgba[to + 2] = blue;
  rgba[to + 3] = 255;
}

function paletteRows(place: Place, bytes: Uint8Array, pixelsAt: number, bits: number, palette: Palette): void {
  const stride = Math.ceil((place.width * bits) / 32) * 4;
  const perByte = 8 / bits;
  for (let row = 0; row < place.height; row++) {
    let to = rowStart(place, row);
    for (let x = 0; x < place.width; x++, to += 4) {
      const byte = bytes[pixelsAt + row * stride + Math.floor(x / perByte)]!;
      const shift = 8 - bits * ((x % perByte) + 1);
      setPalette(place, to, palette, (byte >> shift) & ((1 << bits) - 1));
    }
  }
}

function fullRows(place: Place, bytes: Uint8Array, pixelsAt: number): void {
  const stride = Math.ceil((place.width * 3) / 4) * 4;
  for (let row = 0; row < place.height; row++) {
    let from = pixelsAt + row * stride;
    let to = rowStart(place, row);
    for (let x = 0; x < place.width; x++, from += 3, to += 4) {
      place.rgba[to] = bytes[from + 2]!;
      place.rgba[to + 1] = bytes[from + 1]!;
      place.rgba[to + 2] = bytes[from]!;
      place.rgba[to + 3] = 255;
    }
  }
}

type Masks = readonly [red: number, green: number, blue: number, alpha: number];

function readMasks(view: DataView, bits: number, compression: number, headerSize: number): Masks {
  // Without masks of its own, the fourth byte of a 32-bit bitmap is padding, not alpha.
  if (compression === Compression.None) return bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  // They are part of newer headers and follow the old one: at the same place either way.
  if (view.byteLength < 14 + 40 + 16) throw new Error('its BMP header is damaged');
  const alpha = headerSize >= 56 || compression === Compression.AlphaBitFields ? view.getUint32(66, true) : 0;
  return [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true), alpha];
}

function maskedRows(place: Place, view: DataView, pixelsAt: number, bits: number, masks: Masks): void {
  const stride = Math.ceil((place.width * bits) / 32) * 4;
  const channels = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, max: mask >>> shift };
  });
  for (let row = 0; row < place.height; row++) {
    let from = pixelsAt + row * stride;
    let to = rowStart(place, row);
    for (let x = 0; x < place.width; x++, from += bits / 8, to += 4) {
      const pixel = bits === 16 ? view.getUint16(from, true) : view.getUint32(from, true);
      channels.forEach(({ mask, shift, max }, channel) => {
        const value = max === 0 ? (channel === 3 ? 255 : 0) : Math.round((((pixel & mask) >>> shift) * 255) / max);
        place.rgba[to + channel] = value;
      });
    }
  }
}

/** Pixels that the code jumps over keep the palette's first colour. */
function runLengths(place: Place, bytes: Uint8Array, pixelsAt: number, compression: number, palette: Palette): void {
  const { width, height } = place;
  for (let at = 0; at < width * height * 4; at += 4) setPalette(place, at, palette, 0);
  const fourBits = compression === Compression.RunLength4;
  let at = pixelsAt;
  let x = 0;
  let row = 0;
  const put = (index: number): void => {
    if (x < width && row < height) setPalette(place, rowStart(place, row) + x * 4, palette, index);
    x++;
  };
  const nibble = (byte: number, position: number): number => (position % 2 === 0 ? byte >> 4 : byte & 15);
  while (row < height) {
    if (at + 1 >= bytes.length) throw new Error('the BMP image is cut short');
    const count = bytes[at++]!;
    const code = bytes[at++]!;
    if (count > 0) {
      for (let index = 0; index < count; index++) put(fourBits ? nibble(code, index) : code);
    } else if (code === 0) {
      x = 0;
      row++;
    } else if (code === 1) {
      return;
    } else if (code === 2) {
      if (at + 1 >= bytes.length) throw new Error('the BMP image is cut short');
      x += bytes[at++]!;
      row += bytes[at++]!;
    } else {
      const stored = fourBits ? Math.ceil(code / 2) : code;
      if (at + stored > bytes.length) throw new Error('the BMP image is cut short');
      for (let index = 0; index < code; index++) {
        put(fourBits ? nibble(bytes[at + (index >> 1)]!, index) : bytes[at + index]!);
      }
      at += stored + (stored % 2);
    }
  }
}
