/**
 * What the first and last bytes of a file say: which kind of image it is, and whether it is whole.
 * Decodes nothing, so that thousands of files are looked at in a moment. Knows no folders and no classes.
 */

export type ImageFormat = 'JPEG' | 'PNG' | 'WebP' | 'BMP';

export type HeaderVerdict =
  | { readonly kind: 'image'; readonly format: ImageFormat }
  /** Looks like an image, but its end is missing or unusual: only decoding it tells. */
  | { readonly kind: 'doubtful'; readonly format: ImageFormat }
  | { readonly kind: 'unusable'; readonly reason: string };

/** How much of the beginning and of the end `judgeHeader` wants to see. */
export const headerBytes = 64;
export const tailBytes = 64;

const startsWith = (bytes: Uint8Array, text: string, at = 0): boolean => {
  for (let index = 0; index < text.length; index++) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
};

const otherFormats: readonly (readonly [signature: string, at: number, name: string])[] = [
  ['GIF8', 0, 'GIF'],
  ['II*\0', 0, 'TIFF'],
  ['MM\0*', 0, 'TIFF'],
  ['ftypavif', 4, 'AVIF'],
  ['ftypheic', 4, 'HEIC'],
  ['ftypmif1', 4, 'HEIC'],
  ['%PDF', 0, 'PDF'],
  ['<svg', 0, 'SVG'],
  ['<?xml', 0, 'XML'],
  ['<!DOCTYPE', 0, 'HTML'],
  ['<html', 0, 'HTML'],
];

export function detectFormat(head: Uint8Array): ImageFormat | undefined {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'JPEG';
  if (startsWith(head, '\x89PNG\r\n\x1a\n')) return 'PNG';
  if (startsWith(head, 'RIFF') && startsWith(head, 'WEBP', 8)) return 'WebP';
  if (startsWith(head, 'BM')) return 'BMP';
  return undefined;
}

/** @param size of the whole file, in bytes */
export function judgeHeader(head: Uint8Array, tail: Uint8Array, size: number): HeaderVerdict {
  if (size === 0) return { kind: 'unusable', reason: 'the file is empty' };
  const format = detectFormat(head);
  if (!format) {
    const other = otherFormats.find(([signature, at]) => startsWith(head, signature, at));
    const what = other ? `it is ${other[2]}, not ` : 'it is not ';
    return { kind: 'unusable', reason: `${what}a JPEG, PNG, WebP or BMP image` };
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  switch (format) {
    case 'JPEG': {
      // Cameras append data of their own after the end marker, so that its absence proves nothing.
      const whole = tail[tail.length - 2] === 0xff && tail[tail.length - 1] === 0xd9;
      return { kind: whole ? 'image' : 'doubtful', format };
    }
    case 'PNG': {
      if (head.length < 24 || !startsWith(head, 'IHDR', 12)) return damaged(format);
      if (view.getUint32(16) === 0 || view.getUint32(20) === 0) return damaged(format);
      return { kind: startsWith(tail, 'IEND', tail.length - 8) ? 'image' : 'doubtful', format };
    }
    case 'WebP': {
      if (head.length < 16) return damaged(format);
      return size < view.getUint32(4, true) + 8 ? truncated(format) : { kind: 'image', format };
    }
    case 'BMP': {
      if (head.length < 54) return size < 54 ? truncated(format) : damaged(format);
      const uncompressed = view.getUint32(14, true) >= 40 && [0, 3, 6].includes(view.getUint32(30, true));
      if (!uncompressed) return { kind: 'doubtful', format };
      const rowBytes = Math.ceil((view.getInt32(18, true) * view.getUint16(28, true)) / 32) * 4;
      const whole = view.getUint32(10, true) + rowBytes * Math.abs(view.getInt32(22, true)) <= size;
      return whole ? { kind: 'image', format } : truncated(format);
    }
  }
}

const damaged = (format: ImageFormat): HeaderVerdict => ({
  kind: 'unusable',
  reason: `its ${format} header is damaged`,
});
const truncated = (format: ImageFormat): HeaderVerdict => ({
  kind: 'unusable',
  reason: `the ${format} image is cut short`,
});
