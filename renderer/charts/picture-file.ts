/** Something drawn, as a file: SVG by what it is drawn of, PNG by its pixels. Knows not what is drawn. */
import { SvgPen, type Pen } from './pen.js';

export type PictureFormat = 'PNG' | 'SVG';

/** As screens of high resolution show it. */
const PIXELS = 2;

/** @param size in CSS pixels. @throws Error where the browser gives no picture */
export async function pictureFile(
  format: PictureFormat,
  { width, height }: { readonly width: number; readonly height: number },
  draw: (pen: Pen) => void,
): Promise<Blob> {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d')!;
  if (format === 'SVG') {
    const pen = new SvgPen(width, height, (text, font) => {
      context.font = font;
      return context.measureText(text);
    });
    draw(pen);
    return new Blob([pen.finish()], { type: 'image/svg+xml' });
  }
  canvas.width = width * PIXELS;
  canvas.height = height * PIXELS;
  context.scale(PIXELS, PIXELS);
  draw(context);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('the browser gave no picture');
  return blob;
}
