// Draws assets/icons/*.png from icon.svg, at the sizes that the packages ask for. Run by hand when the drawing changes.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../assets/icons');

for (const size of [16, 32, 48, 64, 128, 256, 512, 1024]) {
  await sharp(path.join(folder, 'icon.svg'), { density: (72 * size) / 512 })
    .resize(size, size)
    .png({ compressionLevel: 9, palette: size <= 512 })
    .toFile(path.join(folder, `${size}x${size}.png`));
}
