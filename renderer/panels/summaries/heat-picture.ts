/**
 * A heat map as one picture: a column a step, as wide as it lasts, in which all bins stand, the fuller the stronger. Painted
 * at once, as thousands of shapes come a few at a time. Knows no chart.
 */
import type { Bins } from './bins.js';

interface HeatScale {
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

/** Until when each step's column goes: to the next; the last is as wide as the one before. */
export function columnEnds(all: readonly Bins[]): readonly number[] {
  return all.map(({ step }, at) => all[at + 1]?.step ?? step + Math.max(1, step - (all[at - 1]?.step ?? step - 1)));
}

/** @param width in CSS pixels, as `height` */
export function heatPicture(
  all: readonly Bins[],
  { from, to, low, high }: HeatScale,
  ink: string,
  { width, height }: { readonly width: number; readonly height: number },
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * devicePixelRatio));
  canvas.height = Math.max(1, Math.round(height * devicePixelRatio));
  const pen = canvas.getContext('2d')!;
  pen.fillStyle = ink;
  const place = (value: number, start: number, end: number, pixels: number): number =>
    Math.round(((value - start) / (end - start || 1)) * pixels);
  const ends = columnEnds(all);
  for (const [at, { step, edges, densities }] of all.entries()) {
    const x = place(step, from, to, canvas.width);
    const wide = Math.max(1, place(ends[at]!, from, to, canvas.width) - x);
    // Shares of the step's own densest bin: a weight that is scattered is seen as well as one that is not.
    const most = Math.max(...densities);
    for (const [bin, density] of densities.entries()) {
      if (density <= 0) continue;
      const top = place(edges[bin + 1]!, high, low, canvas.height);
      const tall = Math.max(1, place(edges[bin]!, high, low, canvas.height) - top);
      pen.globalAlpha = Math.sqrt(density / most);
      pen.fillRect(x, top, wide, tall);
    }
  }
  return canvas;
}
