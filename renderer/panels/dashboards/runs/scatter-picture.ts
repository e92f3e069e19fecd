/** Runs as points: where they lie, which one is at a place, how they and the line through them are drawn. */
import { fitLine, type LineFit } from '../../../../src/shared/statistics/line-fit.js';
import { formatValue } from '../../../charts/format.js';
import type { Palette } from '../../../charts/palette.js';
import type { Pen } from '../../../charts/pen.js';
import type { ColumnRange } from '../../../state/runs-view.js';
import { axisRange, rowText, type ColumnAxis } from './column-axis.js';
import type { RunRow } from './run-columns.js';
import type { Place, Size } from './run-canvas.js';

const LEFT = 64;
const RIGHT = 18;
const TOP = 22;
const BOTTOM = 36;
/** From the outermost points to the frame, as a share. */
const ROOM = 0.04;
const HIT_PX = 14;
const RADIUS = 4.5;
const [LEAST_RADIUS, MOST_RADIUS] = [3, 13];

export interface Dot {
  readonly row: RunRow;
  readonly colour: string;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Where points lie, in pixels of the picture. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Of one plot that has the whole picture. */
export function wholePlot({ width, height }: Size): PlotArea {
  return { left: LEFT, right: Math.max(LEFT + 1, width - RIGHT), top: TOP, bottom: Math.max(TOP + 1, height - BOTTOM) };
}

export class ScatterLayout {
  constructor(
    readonly x: ColumnAxis,
    readonly y: ColumnAxis,
    readonly sizes: ColumnAxis | undefined,
    readonly plot: PlotArea,
    readonly radius = RADIUS,
  ) {}

  xAt(share: number): number {
    const { left, right } = this.plot;
    return left + (ROOM + share * (1 - 2 * ROOM)) * (right - left);
  }

  yAt(share: number): number {
    const { top, bottom } = this.plot;
    return bottom - (ROOM + share * (1 - 2 * ROOM)) * (bottom - top);
  }

  /** Nothing for a run that says nothing of one of the axes. */
  dot(row: RunRow, colour: string): Dot | undefined {
    const [x, y] = [this.x.share(row), this.y.share(row)];
    if (x === undefined || y === undefined) return undefined;
    // Of words many runs share a place.
    const aside = (axis: ColumnAxis, salt: string) =>
      axis.kind === 'words' ? ((hash(salt + row.run.id) - 0.5) * 0.5) / axis.words.length : 0;
    const share = this.sizes?.share(row);
    return {
      row,
      colour,
      x: this.xAt(x + aside(this.x, 'x')),
      y: this.yAt(y + aside(this.y, 'y')),
      radius: this.sizes
        ? share === undefined
          ? LEAST_RADIUS
          : LEAST_RADIUS + share * (MOST_RADIUS - LEAST_RADIUS)
        : this.radius,
    };
  }

  dotAt({ x, y }: Place, dots: readonly Dot[]): Dot | undefined {
    let best: Dot | undefined;
    let distance = Infinity;
    for (const dot of dots) {
      const away = Math.hypot(dot.x - x, dot.y - y) - dot.radius;
      if (away > HIT_PX - RADIUS || away >= distance) continue;
      distance = away;
      best = dot;
    }
    return best;
  }

  /** What a rectangle from one place to another holds, of each axis. */
  rangesOf(one: Place, other: Place): readonly (readonly [ColumnAxis, ColumnRange])[] {
    const { left, right, top, bottom } = this.plot;
    const share = (part: number) => Math.min(1, Math.max(0, (part - ROOM) / (1 - 2 * ROOM)));
    const xs = [one.x, other.x].map((x) => share((x - left) / (right - left))).sort((a, b) => a - b);
    const ys = [one.y, other.y].map((y) => share((bottom - y) / (bottom - top))).sort((a, b) => a - b);
    return [
      [this.x, axisRange(this.x, xs[0]!, xs[1]!)],
      [this.y, axisRange(this.y, ys[0]!, ys[1]!)],
    ];
  }

  /** Through the points as they lie on the axes: of logarithms where these are logarithmic. */
  trend(rows: readonly RunRow[]): LineFit | undefined {
    if (this.x.kind === 'words' || this.y.kind === 'words') return undefined;
    return fitLine(
      rows.map((row) => this.x.share(row)),
      rows.map((row) => this.y.share(row)),
    );
  }
}

export function drawDots(pen: Pen, dots: readonly Dot[]): void {
  for (const { x, y, radius, colour } of dots) {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.globalAlpha = dots.length > 300 ? 0.55 : 0.75;
    pen.fillStyle = colour;
    pen.fill();
    pen.globalAlpha = 1;
    pen.strokeStyle = colour;
    pen.lineWidth = 1;
    pen.stroke();
  }
}

export function drawRing(pen: Pen, { x, y, radius }: Dot, colour: string, width: number): void {
  pen.beginPath();
  pen.arc(x, y, radius + 2, 0, 2 * Math.PI);
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

/** What the run says, beside its point. */
export function drawWords(pen: Pen, layout: ScatterLayout, dot: Dot, { width: all }: Size, palette: Palette): void {
  const { x, y } = layout;
  const text = [
    dot.row.name?.whole ?? dot.row.run.name,
    ...[x, y].map(({ column }) => `${column.title} ${rowText(column, dot.row)}`),
  ].join('  ·  ');
  pen.font = `11px ${palette.font}`;
  pen.textBaseline = 'middle';
  pen.textAlign = 'left';
  const { width } = pen.measureText(text);
  const from = Math.max(4, Math.min(dot.x + dot.radius + 8, all - width - 8));
  const top = dot.y - 24 > 0 ? dot.y - 24 : dot.y + 12;
  pen.globalAlpha = 0.92;
  pen.fillStyle = palette.background;
  pen.fillRect(from - 5, top - 1, width + 10, 18);
  pen.globalAlpha = 1;
  pen.fillStyle = palette.text;
  pen.fillText(text, from, top + 8);
}

export function drawFrame(pen: Pen, layout: ScatterLayout, palette: Palette): void {
  const { left, right, top, bottom } = layout.plot;
  pen.font = `10px ${palette.font}`;
  pen.lineWidth = 1;
  const line = (x1: number, y1: number, x2: number, y2: number) => {
    pen.strokeStyle = palette.grid;
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    pen.stroke();
  };
  pen.textAlign = 'center';
  pen.textBaseline = 'top';
  for (const { share, text } of layout.x.marks(Math.max(2, Math.floor((right - left) / 90)))) {
    const x = layout.xAt(share);
    line(x, top, x, bottom);
    pen.fillStyle = palette.dim;
    pen.fillText(shortText(text), x, bottom + 5);
  }
  pen.textAlign = 'right';
  pen.textBaseline = 'middle';
  for (const { share, text } of layout.y.marks(Math.max(2, Math.floor((bottom - top) / 34)))) {
    const y = layout.yAt(share);
    line(left, y, right, y);
    pen.fillStyle = palette.dim;
    pen.fillText(shortText(text), left - 6, y);
  }
  pen.font = `11px ${palette.font}`;
  pen.fillStyle = palette.text;
  pen.textAlign = 'right';
  pen.textBaseline = 'middle';
  pen.fillText(`${layout.x.column.title} →`, right - 4, bottom + 25);
  pen.textAlign = 'left';
  pen.fillText(`↑ ${layout.y.column.title}`, left + 6, top - 11);
}

export function drawTrend(
  pen: Pen,
  layout: ScatterLayout,
  { slope, intercept, correlation, pairs }: LineFit,
  palette: Palette,
  words = `r = ${formatValue(correlation, 3)}, ${pairs} runs`,
): void {
  const { left, right, top, bottom } = layout.plot;
  pen.save();
  pen.beginPath();
  pen.rect(left, top, right - left, bottom - top);
  pen.clip();
  pen.strokeStyle = palette.text;
  pen.lineWidth = 1.5;
  pen.setLineDash([6, 4]);
  pen.beginPath();
  pen.moveTo(layout.xAt(0), layout.yAt(intercept));
  pen.lineTo(layout.xAt(1), layout.yAt(intercept + slope));
  pen.stroke();
  pen.restore();
  pen.setLineDash([]);
  pen.font = `11px ${palette.font}`;
  pen.fillStyle = palette.text;
  pen.textAlign = 'right';
  pen.textBaseline = 'middle';
  pen.fillText(words, right - 4, top + 4);
}

export function shortText(text: string, most = 12): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** From 0 to 1, the same for the same text: FNV-1a, and mixed, for names that differ in their last digit alone. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return ((state ^ (state >>> 16)) >>> 0) / 4294967296;
}
