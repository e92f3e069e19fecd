/** Parallel coordinates: each run a line across the axes. Where they lie, which line is at a point, and how they are drawn. */
import type { Palette } from '../../../charts/palette.js';
import type { Pen } from '../../../charts/pen.js';
import type { ColumnRange } from '../../../state/runs-view.js';
import { axisRange, rowText, type ColumnAxis } from './column-axis.js';
import type { RunRow } from './run-columns.js';
import type { Place, Size } from './run-canvas.js';
import type { Ranges } from './run-filter.js';

const TOP = 34;
/** Below the axes is where lines of runs that say nothing of a column go. */
const BOTTOM = 30;
const SIDE = 70;
export const LEAST_SPACING = 96;
const BRUSH_PX = 12;
const HIT_PX = 7;
const MARK_PX = 24;

export interface Line {
  readonly row: RunRow;
  readonly colour: string;
  /** Parallel to the axes. */
  readonly ys: readonly number[];
}

export class ParallelLayout {
  constructor(
    readonly axes: readonly ColumnAxis[],
    readonly size: Size,
  ) {}

  x(axis: number): number {
    return this.axes.length < 2 ? this.size.width / 2 : SIDE + this.spacing * axis;
  }

  /** From axis to axis. */
  get spacing(): number {
    return (this.size.width - 2 * SIDE) / Math.max(1, this.axes.length - 1);
  }

  y(share: number | undefined): number {
    const { height } = this.size;
    return share === undefined ? height - 10 : height - BOTTOM - share * (height - BOTTOM - TOP);
  }

  share(y: number): number {
    const share = (this.size.height - BOTTOM - y) / (this.size.height - BOTTOM - TOP);
    return Math.min(1, Math.max(0, share));
  }

  /** Nothing for a run that says nothing of any axis. */
  line(row: RunRow, colour: string): Line | undefined {
    const shares = this.axes.map((axis) => axis.share(row));
    if (shares.every((share) => share === undefined)) return undefined;
    return { row, colour, ys: shares.map((share) => this.y(share)) };
  }

  /** The axis that a brush at a place would be on. */
  axisAt({ x, y }: Place): number | undefined {
    if (y < TOP - 4) return undefined;
    const index = this.axes.findIndex((_, axis) => Math.abs(this.x(axis) - x) <= BRUSH_PX);
    return index < 0 ? undefined : index;
  }

  /** Where a heading that is let go at `x` comes to be. */
  slotAt(x: number): number {
    const near = this.axes.map((_, axis) => Math.abs(this.x(axis) - x));
    return near.indexOf(Math.min(...near));
  }

  lineAt({ x, y }: Place, lines: readonly Line[]): Line | undefined {
    const last = this.axes.length - 1;
    if (last < 1 || x < this.x(0) - 3 || x > this.x(last) + 3) return undefined;
    const place = ((x - this.x(0)) / (this.x(last) - this.x(0))) * last;
    const left = Math.min(last - 1, Math.max(0, Math.floor(place)));
    const part = place - left;
    let best: Line | undefined;
    let distance = HIT_PX;
    for (const line of lines) {
      const away = Math.abs(line.ys[left]! * (1 - part) + line.ys[left + 1]! * part - y);
      if (away >= distance) continue;
      distance = away;
      best = line;
    }
    return best;
  }

  /** What a brush from one height to another lets through. */
  rangeOf(axis: number, y1: number, y2: number): ColumnRange {
    return axisRange(this.axes[axis]!, this.share(Math.max(y1, y2)), this.share(Math.min(y1, y2)));
  }
}

export function drawLines(
  pen: Pen,
  layout: ParallelLayout,
  { inside, outside, palette }: { inside: readonly Line[]; outside: readonly Line[]; palette: Palette },
): void {
  pen.lineJoin = 'round';
  pen.lineWidth = 1;
  pen.globalAlpha = Math.min(0.3, Math.max(0.06, 8 / outside.length));
  for (const line of outside) drawLine(pen, layout, line, palette.dim);
  pen.globalAlpha = Math.min(0.9, Math.max(0.35, 60 / inside.length));
  pen.lineWidth = inside.length > 300 ? 1 : 1.5;
  for (const line of inside) drawLine(pen, layout, line, line.colour);
  pen.globalAlpha = 1;
}

export function drawLine(pen: Pen, layout: ParallelLayout, { ys }: Line, colour: string): void {
  pen.strokeStyle = colour;
  pen.beginPath();
  ys.forEach((y, axis) => (axis === 0 ? pen.moveTo(layout.x(axis), y) : pen.lineTo(layout.x(axis), y)));
  pen.stroke();
}

/** What a run says of each axis, beside its line. */
export function drawValues(pen: Pen, layout: ParallelLayout, { row, ys }: Line, palette: Palette): void {
  pen.font = `11px ${palette.font}`;
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  layout.axes.forEach(({ column }, index) => {
    const text = rowText(column, row).slice(0, 24);
    const [x, y] = [layout.x(index) + 7, Math.min(ys[index]!, layout.size.height - 8)];
    const { width } = pen.measureText(text);
    pen.fillStyle = palette.background;
    pen.globalAlpha = 0.9;
    pen.fillRect(x - 2, y - 8, width + 6, 16);
    pen.globalAlpha = 1;
    pen.fillStyle = palette.text;
    pen.fillText(text, x + 1, y);
  });
}

/** In a file; in the window they are buttons. */
export function drawHeads(pen: Pen, layout: ParallelLayout, palette: Palette): void {
  pen.font = `600 11px ${palette.font}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillStyle = palette.text;
  layout.axes.forEach(({ column }, index) => pen.fillText(column.title, layout.x(index), TOP / 2));
}

export function drawAxes(pen: Pen, layout: ParallelLayout, ranges: Ranges, palette: Palette): void {
  const [top, bottom] = [layout.y(1), layout.y(0)];
  pen.font = `10px ${palette.font}`;
  pen.textBaseline = 'middle';
  layout.axes.forEach((axis, index) => {
    const x = layout.x(index);
    pen.strokeStyle = palette.border;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(x, top);
    pen.lineTo(x, bottom);
    pen.stroke();
    const range = ranges[axis.column.id];
    if (range) drawBrush(pen, layout, index, range, palette);
    pen.textAlign = 'right';
    for (const { share, text } of axis.marks(Math.max(2, Math.floor((bottom - top) / MARK_PX)))) {
      const y = layout.y(share);
      const words = text.length > 16 ? `${text.slice(0, 15)}…` : text;
      const { width } = pen.measureText(words);
      pen.globalAlpha = 0.75;
      pen.fillStyle = palette.background;
      pen.fillRect(x - width - 9, y - 6, width + 4, 12);
      pen.globalAlpha = 1;
      pen.fillStyle = palette.text;
      pen.fillText(words, x - 7, y);
      pen.fillStyle = palette.border;
      pen.fillRect(x - 3, y - 0.5, 6, 1);
    }
  });
  pen.textAlign = 'left';
  pen.fillStyle = palette.dim;
  pen.fillText('no value', 6, layout.y(undefined));
}

function drawBrush(pen: Pen, layout: ParallelLayout, index: number, range: ColumnRange, palette: Palette): void {
  const axis = layout.axes[index]!;
  pen.fillStyle = palette.accent;
  const box = (low: number, high: number) => {
    const [from, to] = [layout.y(Math.min(1, Math.max(0, high))), layout.y(Math.min(1, Math.max(0, low)))];
    pen.globalAlpha = 0.35;
    pen.fillRect(layout.x(index) - 6, from, 12, Math.max(2, to - from));
    pen.globalAlpha = 1;
  };
  if (axis.kind === 'number' && range.kind === 'between') {
    box(axis.scale.share(range.min), axis.scale.share(range.max));
  } else if (axis.kind === 'words' && range.kind === 'among') {
    const count = axis.words.length;
    axis.words.forEach((word, at) => range.values.includes(word) && box(at / count, (at + 1) / count));
  }
}
