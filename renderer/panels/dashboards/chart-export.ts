/** A chart as a file: its points as CSV or JSON, all of them, or its picture as PNG or SVG as it is on screen. */
import { messageOf } from '../../../src/shared/base/message-of.js';
import {
  drawAxes,
  drawCurves,
  plotClip,
  visibleExtent,
  xScale,
  yScale,
  type Look,
} from '../../charts/chart-painter.js';
import type { StepRange } from '../../charts/chart-group.js';
import type { Plot } from '../../charts/chart-overlay.js';
import { mappingOf, type Curve } from '../../charts/curve.js';
import { curveView } from '../../charts/curve-view.js';
import { readPalette, type Palette } from '../../charts/palette.js';
import type { Pen } from '../../charts/pen.js';
import { pictureFile } from '../../charts/picture-file.js';
import { host } from '../../host/index.js';
import { notify } from '../../state/app-state.js';
import { dashboardGroup } from './chart-group.js';
import type { ChartDescription } from './chart-list.js';
import { csvOf, jsonOf } from './chart-data.js';

export type ChartFormat = 'CSV' | 'JSON' | 'PNG' | 'SVG';

export interface ChartContent {
  readonly chart: ChartDescription;
  readonly curves: readonly Curve[];
  readonly chartLook: Look;
  range(): StepRange;
}

const WIDTH = 960;
const HEIGHT = 540;
/** In the legend. */
const WHOLE = [[0, 12]] as const;
const DASHES = [
  [0, 5],
  [7, 5],
] as const;

export async function saveChart(format: ChartFormat, content: ChartContent): Promise<void> {
  const name = `${content.chart.title.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80) || 'chart'}.${format.toLowerCase()}`;
  try {
    await host.saveFile(name, await fileOf(format, content));
  } catch (error) {
    notify({
      severity: 'error',
      message: `${name} could not be saved.`,
      detail: messageOf(error),
    });
  }
}

async function fileOf(format: ChartFormat, content: ChartContent): Promise<Blob> {
  switch (format) {
    case 'CSV':
      return new Blob([...csvOf(content.curves)], { type: 'text/csv' });
    case 'JSON':
      return new Blob([jsonOf(content.chart.title, content.curves)], { type: 'application/json' });
    case 'SVG':
    case 'PNG':
      return pictureFile(format, { width: WIDTH, height: HEIGHT }, (pen) => drawPicture(pen, content));
  }
}

function drawPicture(pen: Pen, { chart, curves, chartLook, range }: ChartContent): void {
  const palette = readPalette(document.documentElement);
  const rows = Math.min(6, Math.ceil(curves.length / 4));
  const top = 44 + rows * 16;
  const x = xScale(dashboardGroup.zoom ?? range(), chartLook);
  const width = WIDTH - 64 - 24;
  for (const curve of curves) curveView(curve.source).update(curve.exact ? undefined : chartLook.smoothing);
  const { yRange, logarithmic } = chartLook;
  const extent = yRange ?? finished(visibleExtent(curves, x, width, chartLook));
  const height = HEIGHT - top - 32;
  const y = yScale(extent, logarithmic, height, yRange !== undefined);
  const plot: Plot = { left: 64, top, width, height, x, y };
  pen.fillStyle = palette.background;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.fillStyle = palette.text;
  pen.font = `600 15px ${palette.font}`;
  pen.textBaseline = 'middle';
  pen.fillText(chart.title, 16, 22);
  drawLegend(pen, curves, palette, rows);
  drawAxes(pen, plot, chartLook.x, palette);
  pen.save();
  plotClip(pen, plot);
  finished(
    drawCurves(
      pen,
      plot,
      curves.filter((curve) => mappingOf(curve, chartLook.x)),
      chartLook,
      palette,
    ),
  );
  pen.restore();
}

function drawLegend(pen: Pen, curves: readonly Curve[], palette: Palette, rows: number): void {
  pen.font = `11px ${palette.font}`;
  const column = (WIDTH - 32) / 4;
  const shown = curves.slice(0, rows * 4);
  for (const [index, curve] of shown.entries()) {
    const left = 16 + (index % 4) * column;
    const y = 48 + Math.floor(index / 4) * 16;
    pen.fillStyle = palette.resolve(curve.colour);
    for (const [from, width] of curve.dashed ? DASHES : WHOLE) pen.fillRect(left + from, y - 1, width, 2);
    pen.fillStyle = palette.dim;
    const last = index === shown.length - 1 && curves.length > shown.length;
    pen.fillText(
      cut(pen, last ? `and ${curves.length - shown.length + 1} more` : curve.label, column - 26),
      left + 18,
      y,
    );
  }
}

function cut(pen: Pen, text: string, width: number): string {
  if (pen.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return `${text.slice(0, end)}…`;
}

/** Of what is done in turns, all at once. */
function finished<T>(turns: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = turns.next();
    if (done) return value;
  }
}
