/** Each of several columns of runs over each other, as small plots side by side: where they lie, and how they are drawn. */
import { formatValue } from '../../../charts/format.js';
import type { Palette } from '../../../charts/palette.js';
import type { Pen } from '../../../charts/pen.js';
import type { ColumnAxis } from './column-axis.js';
import type { Place, Size } from './run-canvas.js';
import type { RunRow } from './run-columns.js';
import { drawTrend, ScatterLayout, shortText, type Dot, type PlotArea } from './scatter-picture.js';

const LEFT = 56;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 22;
const GAP = 6;
/** Smaller ones say nothing: the picture scrolls instead. */
const LEAST_CELL = 74;
/** More columns than these would be too small on any screen. */
export const MOST_COLUMNS = 9;
const RADIUS = 3;
const BINS = 12;
/** So many points are squares: these are drawn in a tenth of the time. */
const MANY_DOTS = 4000;

export interface MatrixCell {
  readonly column: number;
  readonly row: number;
  readonly layout: ScatterLayout;
}

export class MatrixLayout {
  /** All but the diagonal, which has names. */
  readonly cells: readonly MatrixCell[];

  constructor(
    readonly axes: readonly ColumnAxis[],
    readonly size: Size,
  ) {
    this.cells = axes.flatMap((y, row) =>
      axes.flatMap((x, column): MatrixCell[] =>
        row === column
          ? []
          : [{ column, row, layout: new ScatterLayout(x, y, undefined, this.area(column, row), RADIUS) }],
      ),
    );
  }

  /** Of a picture of so many columns. */
  static leastSize(columns: number): Size {
    const side = columns * (LEAST_CELL + GAP) - GAP;
    return { width: LEFT + side + RIGHT, height: TOP + side + BOTTOM };
  }

  area(column: number, row: number): PlotArea {
    const { width, height } = this.size;
    const count = Math.max(1, this.axes.length);
    const wide = Math.max(1, (width - LEFT - RIGHT + GAP) / count - GAP);
    const high = Math.max(1, (height - TOP - BOTTOM + GAP) / count - GAP);
    const [left, top] = [Math.round(LEFT + column * (wide + GAP)), Math.round(TOP + row * (high + GAP))];
    return { left, right: Math.round(left + wide), top, bottom: Math.round(top + high) };
  }

  cellAt({ x, y }: Place): MatrixCell | undefined {
    return this.cells.find(
      ({ layout: { plot } }) => x >= plot.left && x <= plot.right && y >= plot.top && y <= plot.bottom,
    );
  }
}

/** Frames of all cells, what their axes say at the outer edges, and how often which values are, on the diagonal. */
export function drawMatrix(pen: Pen, layout: MatrixLayout, rows: readonly RunRow[], palette: Palette): void {
  const { axes } = layout;
  pen.font = `10px ${palette.font}`;
  pen.lineWidth = 1;
  for (const [index, axis] of axes.entries()) {
    const own = layout.area(index, index);
    drawCounts(pen, own, axis, rows, palette);
    for (const row of axes.keys()) frame(pen, layout.area(index, row), palette);
    const [below, beside] = [layout.area(index, axes.length - 1), layout.area(0, index)];
    pen.fillStyle = palette.dim;
    pen.textAlign = 'center';
    pen.textBaseline = 'top';
    const across = new ScatterLayout(axis, axis, undefined, below);
    for (const { share, text } of axis.marks(Math.max(2, Math.floor((below.right - below.left) / 56))))
      pen.fillText(shortText(text, 9), across.xAt(share), below.bottom + 5);
    pen.textAlign = 'right';
    pen.textBaseline = 'middle';
    const up = new ScatterLayout(axis, axis, undefined, beside);
    for (const { share, text } of axis.marks(Math.max(2, Math.floor((beside.bottom - beside.top) / 30))))
      pen.fillText(shortText(text, 9), beside.left - 5, up.yAt(share));
  }
}

function frame(pen: Pen, { left, right, top, bottom }: PlotArea, palette: Palette): void {
  pen.strokeStyle = palette.grid;
  pen.beginPath();
  pen.rect(left + 0.5, top + 0.5, right - left - 1, bottom - top - 1);
  pen.stroke();
}

function drawCounts(pen: Pen, plot: PlotArea, axis: ColumnAxis, rows: readonly RunRow[], palette: Palette): void {
  const across = new ScatterLayout(axis, axis, undefined, plot);
  const bins = axis.kind === 'words' ? Math.max(1, axis.words.length) : BINS;
  const counts = new Array<number>(bins).fill(0);
  for (const row of rows) {
    const share = axis.share(row);
    if (share !== undefined) counts[Math.min(bins - 1, Math.floor(share * bins))]!++;
  }
  const most = Math.max(1, ...counts);
  // The name is above them.
  const room = Math.max(0, plot.bottom - plot.top - 24);
  pen.fillStyle = palette.dim;
  pen.globalAlpha = 0.3;
  for (const [bin, count] of counts.entries()) {
    const [from, to] = [across.xAt(bin / bins), across.xAt((bin + 1) / bins)];
    const height = (count / most) * room;
    if (count > 0) pen.fillRect(from + 0.5, plot.bottom - 1 - height, Math.max(1, to - from - 1), height);
  }
  pen.globalAlpha = 1;
}

/** Names in a picture's file, where the window has buttons. */
export function drawNames(pen: Pen, layout: MatrixLayout, palette: Palette): void {
  pen.font = `11px ${palette.font}`;
  pen.fillStyle = palette.text;
  pen.textAlign = 'center';
  pen.textBaseline = 'top';
  for (const [index, { column }] of layout.axes.entries()) {
    const { left, right, top } = layout.area(index, index);
    pen.fillText(shortText(column.title, Math.max(4, Math.floor((right - left) / 7))), (left + right) / 2, top + 5);
  }
}

/** @param dots of all cells together: of many each is a square */
export function drawCellDots(pen: Pen, dots: readonly Dot[], all: number, alpha: number): void {
  pen.globalAlpha = alpha;
  for (const { x, y, radius, colour } of dots) {
    pen.fillStyle = colour;
    if (all > MANY_DOTS) {
      pen.fillRect(x - radius / 2, y - radius / 2, radius, radius);
      continue;
    }
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
  }
  pen.globalAlpha = 1;
}

export function drawCellTrend(pen: Pen, layout: ScatterLayout, rows: readonly RunRow[], palette: Palette): void {
  const fit = layout.trend(rows);
  if (fit) drawTrend(pen, layout, fit, palette, `r = ${formatValue(fit.correlation, 2)}`);
}
