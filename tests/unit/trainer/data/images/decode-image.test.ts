import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeBitmap } from '../../../../../src/trainer/runtime/data/images/bitmap.js';
import { decodeImage, decodingReason } from '../../../../../src/trainer/runtime/data/images/decode-image.js';
import { bitmap, picture } from '../data-fixtures.js';

const shape = { height: 24, width: 24, channels: 3 } as const;
const colour = [200, 100, 50] as const;

function largestDifference(one: Uint8Array, other: Uint8Array): number {
  expect(one.length).toBe(other.length);
  return one.reduce((most, value, index) => Math.max(most, Math.abs(value - other[index]!)), 0);
}

describe('decoding', () => {
  it('gives the same picture from PNG, WebP, BMP, and nearly the same from JPEG', async () => {
    const png = await decodeImage(await picture(colour, 0, 'png'), shape);
    expect([...png.subarray(0, 3)]).toEqual([100, 50, 25]);
    expect([...png.subarray(-3)]).toEqual([...colour]);
    expect(await decodeImage(await picture(colour, 0, 'webp'), shape)).toEqual(png);
    expect(await decodeImage(await picture(colour, 0, 'bmp'), shape)).toEqual(png);
    expect(largestDifference(await decodeImage(await picture(colour, 0, 'jpg'), shape), png)).toBeLessThan(6);
  });

  it('stretches to the size asked for', async () => {
    const wide = await sharp({ create: { width: 60, height: 20, channels: 3, background: '#336699' } })
      .png()
      .toBuffer();
    const pixels = await decodeImage(wide, { height: 30, width: 10, channels: 3 });
    expect(pixels).toHaveLength(30 * 10 * 3);
    expect([...pixels.subarray(0, 3)]).toEqual([0x33, 0x66, 0x99]);
  });

  it('lays what is transparent on white', async () => {
    const clear = await sharp({
      create: { width: 24, height: 24, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect(new Set(await decodeImage(clear, shape))).toEqual(new Set([255]));
    const half = await sharp({
      create: { width: 24, height: 24, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0.5 } },
    })
      .webp({ lossless: true })
      .toBuffer();
    expect(Math.abs((await decodeImage(half, shape))[0]! - 127)).toBeLessThan(3);
  });

  it('makes grey three equal channels, and colour one where grey is asked for', async () => {
    const grey = await sharp({ create: { width: 24, height: 24, channels: 3, background: '#808080' } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    expect((await sharp(grey).metadata()).channels).toBe(1);
    const pixels = await decodeImage(grey, shape);
    expect(pixels).toHaveLength(24 * 24 * 3);
    expect([...pixels.subarray(0, 3)]).toEqual([128, 128, 128]);
    const one = await decodeImage(await picture([255, 255, 255], 0), { ...shape, channels: 1 });
    expect(one).toHaveLength(24 * 24);
    expect(one.at(-1)).toBe(255);
  });

  it('reads 16-bit and palette PNG', async () => {
    const raw = await picture(colour, 0, 'png');
    const deep = await sharp(raw).toColourspace('rgb16').png().toBuffer();
    const few = await sharp(raw).png({ palette: true }).toBuffer();
    const plain = await decodeImage(raw, shape);
    expect(largestDifference(await decodeImage(deep, shape), plain)).toBeLessThan(2);
    expect(largestDifference(await decodeImage(few, shape), plain)).toBeLessThan(6);
  });

  it('turns a picture upright as its EXIF data says', async () => {
    const upright = await decodeImage(await picture(colour, 0, 'png'), shape);
    const turned = await sharp(await picture(colour, 0, 'png'))
      .withMetadata({ orientation: 3 })
      .jpeg({ quality: 100 })
      .toBuffer();
    const pixels = await decodeImage(turned, shape);
    // Orientation 3 is upside down: the dark quarter goes from the upper left to the lower right.
    expect(Math.abs(pixels.at(-3)! - upright[0]!)).toBeLessThan(8);
    expect(Math.abs(pixels[0]! - upright.at(-3)!)).toBeLessThan(8);
  });

  it('refuses what is cut short or damaged', async () => {
    for (const format of ['jpg', 'png', 'webp', 'bmp'] as const) {
      const whole = await picture(colour, 0, format, 64);
      const error: unknown = await decodeImage(whole.subarray(0, whole.length >> 1), shape).then(
        () => expect.fail(`half of a ${format} was taken`),
        (reason: unknown) => reason,
      );
      expect(decodingReason(error), format).toMatch(
        /^(it|the BMP image) is (cut short|damaged or cut short|damaged: .*)$/,
      );
    }
    await expect(decodeImage(Buffer.from('no image at all'), shape)).rejects.toThrow('not a JPEG, PNG, WebP or BMP');
  });
});

describe('bitmaps', () => {
  const header = (
    width: number,
    height: number,
    bits: number,
    compression: number,
    palette: readonly number[],
    data: readonly number[],
  ): Buffer => {
    const file = Buffer.alloc(54 + palette.length + data.length);
    file.write('BM');
    file.writeUInt32LE(54 + palette.length, 10);
    file.writeUInt32LE(40, 14);
    file.writeInt32LE(width, 18);
    file.writeInt32LE(height, 22);
    file.writeUInt16LE(1, 26);
    file.writeUInt16LE(bits, 28);
    file.writeUInt32LE(compression, 30);
    Buffer.from([...palette, ...data]).copy(file, 54);
    return file;
  };
  const reds = (file: Buffer): number[] => Array.from(decodeBitmap(file).rgba).filter((_, index) => index % 4 === 0);
  const palette = [0, 0, 10, 0, 0, 0, 20, 0, 0, 0, 30, 0, 0, 0, 40, 0];

  it('are stored from the bottom, or from the top where the height is negative', () => {
    expect(reds(header(2, 2, 24, 0, [], [0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 4, 0, 0]))).toEqual([3, 4, 1, 2]);
    expect(reds(header(2, -2, 24, 0, [], [0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 4, 0, 0]))).toEqual([1, 2, 3, 4]);
  });

  it('have palettes of 1, 4 and 8 bits', () => {
    expect(reds(header(4, 1, 1, 0, palette, [0b01010000, 0, 0, 0]))).toEqual([10, 20, 10, 20]);
    expect(reds(header(3, 1, 4, 0, palette, [0x01, 0x20, 0, 0]))).toEqual([10, 20, 30]);
    expect(reds(header(3, 1, 8, 0, palette, [3, 2, 0, 0]))).toEqual([40, 30, 10]);
  });

  it('have 16 and 32 bits, with masks of their own or the usual ones', () => {
    expect(reds(header(2, 1, 16, 0, [], [0x00, 0x7c, 0x1f, 0x00]))).toEqual([255, 0]);
    expect(reds(header(1, 1, 32, 0, [], [1, 2, 3, 0]))).toEqual([3]);
    expect(decodeBitmap(header(1, 1, 32, 0, [], [1, 2, 3, 0])).rgba[3]).toBe(255);
    const masks = [0xff, 0, 0, 0, 0, 0xff, 0, 0, 0, 0, 0xff, 0, 0, 0, 0, 0];
    expect(reds(header(1, 1, 32, 3, masks, [9, 2, 3, 0]))).toEqual([9]);
  });

  it('have run lengths', () => {
    const lines = [2, 1, 1, 3, 0, 0, 0, 3, 0, 1, 2, 0, 0, 1];
    expect(reds(header(3, 2, 8, 1, palette, lines))).toEqual([10, 20, 30, 20, 20, 40]);
    expect(reds(header(4, 1, 4, 2, palette, [4, 0x12, 0, 1]))).toEqual([20, 30, 20, 30]);
  });

  it('agree with an independent writer of pixels', async () => {
    const raw = await sharp(await picture([200, 100, 50], 3, 'png', 17))
      .raw()
      .toBuffer();
    const { rgba } = decodeBitmap(bitmap(raw, 17, 17));
    expect(Buffer.from(rgba.filter((_, index) => index % 4 !== 3))).toEqual(raw);
  });

  it('that are damaged are refused', () => {
    expect(() => decodeBitmap(Buffer.from('BM'))).toThrow('damaged');
    expect(() => decodeBitmap(header(0, 2, 24, 0, [], []))).toThrow('damaged');
    expect(() => decodeBitmap(header(20, 20, 24, 0, [], [1, 2, 3]))).toThrow('cut short');
    expect(() => decodeBitmap(header(20, 20, 8, 1, palette, [2, 1]))).toThrow('cut short');
    expect(() => decodeBitmap(header(2, 2, 7, 0, [], []))).toThrow('7 bits');
    expect(() => decodeBitmap(header(100_000, 100_000, 24, 0, [], []))).toThrow('damaged');
  });
});
