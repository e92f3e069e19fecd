import { expect, it } from 'vitest';
import { drawEpochMarks } from '../../../../renderer/charts/chart-overlay.js';
import type { Palette } from '../../../../renderer/charts/palette.js';
import { linearScale } from '../../../../renderer/charts/scale.js';

/** How many are drawn on a chart of 400 pixels. */
function marks(ends: readonly number[], end: number): number {
  let count = 0;
  const nothing = () => undefined;
  const pen = { setLineDash: nothing, beginPath: nothing, lineTo: nothing, stroke: nothing, moveTo: () => count++ };
  const y = { ...linearScale(0, 1), ticks: [] };
  const plot = { left: 0, top: 0, width: 400, height: 100, x: linearScale(0, end), y };
  drawEpochMarks(pen as unknown as CanvasRenderingContext2D, plot, ends, { border: '' } as Palette);
  return count;
}

it('marks of epochs are left out where they would be a grey area, in a part of the chart too', () => {
  const ends = Array.from({ length: 20 }, (_, index) => (index + 1) * 10);
  expect(marks(ends, 200)).toBe(20);
  expect(marks(ends, 2000)).toBe(0);
  expect(marks([10], 2000)).toBe(1);
});
