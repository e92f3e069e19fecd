/** Labelled pictures, read back by an image library that had no part in them. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { drawLetters, hasLetters } from '../../../../../src/trainer/runtime/summaries/letters.js';
import { confusionPicture } from '../../../../../src/trainer/runtime/summaries/pictures.js';
import { encodePng } from '../../../../../src/trainer/runtime/summaries/png.js';

test('a PNG has the pixels that were given', async () => {
  const rgb = Uint8Array.from({ length: 7 * 5 * 3 }, (_, index) => (index * 37) % 256);
  // Rows that are as the one above are written in another way.
  rgb.copyWithin(2 * 21, 21, 2 * 21).copyWithin(3 * 21, 21, 2 * 21);
  const { data, info } = await sharp(encodePng(7, 5, rgb))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 7, height: 5, channels: 3 });
  expect([...data]).toEqual([...rgb]);
});

test('names are written in the letters that are here, and in others once they are drawn', async () => {
  const counts = Float32Array.of(3, 0, 1, 2);
  const inkOf = async (names: string[]): Promise<number> => {
    const { png, height } = confusionPicture(counts, names);
    // Where the rows' names are.
    const cut = await sharp(png)
      .extract({ left: 0, top: 40, width: 104, height: height - 80 })
      .stats();
    return cut.channels[0]!.mean;
  };
  expect(await inkOf(['Größe', 'rock'])).toBeLessThan(await inkOf(['', '']));
  expect(hasLetters('Größe – 97 %')).toBe(true);
  expect(hasLetters('石头')).toBe(false);
  const unknown = await inkOf(['石头', 'b']);
  await drawLetters('石头');
  expect(hasLetters('石头')).toBe(true);
  expect(await inkOf(['石头', 'b'])).not.toBe(unknown);
});
