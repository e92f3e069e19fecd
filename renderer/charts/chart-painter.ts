/** Draws a chart's axes and lines with a pen it is given: on a canvas, or as SVG. What is drawn, without when; lines one at a time, so that a chart of a thousand can be drawn over several frames. */
import type { Plot } from './chart-overlay.js';
import { mappingOf, type Curve } from './curve.js';
import { curveView, PointBuffer, type Which } from './curve-view.js';
import { tickLabels } from './format.js';
import type { Palette } from './palette.js';
import type { Pen } from './pen.js';
import type { Extent } from './range-pyramid.js';
import {
  linearScale,
  logScale,
  logTicks,
  niceLogRange,
  niceRange,
  niceTicks,
  type AxisRange,
  type Scale,
} from './scale.js';
import { inBase, xTickLabels, xTicks, type XKind } from './x-axis.js';

/** How all curves of a chart are drawn. */
export interface Look {
  readonly x: XKind;
  readonly logarithmicX: boolean;
  /** TensorBoard's weight, 0 to 0.999. */
  readonly smoothing: number;
  /** Of y. */
  readonly logarithmic: boolean;
  /** What y shows; without, what is visible. */
  readonly yRange?: AxisRange;
  /** The axis leaves out the greatest and the least twentieth of what is drawn. */
  readonly ignoreOutliers: boolean;
}

/** From here on lines are thin, and none is drawn faintly behind another. */
const MANY_CURVES = 60;
/** A point drawn as a dot is told apart from its neighbours up to so many. */
const MOST_DOTS = 200;

const buffer = new PointBuffer();

/** Least and greatest of everything visible, one curve a turn. Raw values count where the raw line is drawn. */
export function* visibleExtent(
  curves: readonly Curve[],
  x: Scale,
  columns: number,
  look: Look,
): Generator<undefined, Extent | undefined> {
  let min = Infinity;
  let max = -Infinity;
  const sample: number[] = [];
  const take = (low: number, high: number) => {
    // A logarithm has no place for zero and below; such points are left out.
    if (look.logarithmic && !(high > 0)) return;
    const least = look.logarithmic && !(low > 0) ? high / 1e4 : low;
    if (least < min) min = least;
    if (high > max) max = high;
  };
  for (const curve of curves) {
    yield undefined;
    const mapping = mappingOf(curve, look.x);
    if (!mapping) continue;
    const scale = inBase(x, mapping);
    const which = axisOf(curve, curves.length, look);
    if (look.ignoreOutliers) {
      curveView(curve.source).trace(buffer, scale, columns, which, mapping.base);
      for (let at = 1; at < buffer.length; at += 2) {
        const value = buffer.points[at]!;
        if (Number.isFinite(value) && !(look.logarithmic && value <= 0)) sample.push(value);
      }
      continue;
    }
    const parts = curve.band ? [curve.band.low, curve.band.high, curve.source] : [curve.source];
    for (const source of parts) {
      const part = source === curve.source ? which : 'raw';
      const extent = curveView(source).extent(scale.min, scale.max, part, mapping.base);
      if (extent) take(extent.min, extent.max);
    }
  }
  if (look.ignoreOutliers && sample.length > 0) {
    const sorted = Float64Array.from(sample).sort();
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
    const [low, high] = sorted.length < 20 ? [sorted[0]!, sorted.at(-1)!] : [at(0.05), at(0.95)];
    const room = look.logarithmic ? 0 : (high - low) * 0.05;
    take(low - room, high + room);
  }
  return min <= max ? { min, max } : undefined;
}

/** A range of x, on its kind of axis. A logarithmic one has no zero: it begins at the first step. */
export function xScale({ min, max }: AxisRange, { logarithmicX }: Pick<Look, 'logarithmicX'>): Scale {
  if (!logarithmicX) return linearScale(min, max);
  const low = min > 0 ? min : Math.min(1, max / 2);
  return logScale(low, Math.max(max, low * 1.001));
}

/** @param chosen by a person: the axis has just that, rather than round numbers around it */
export function yScale(extent: Extent | undefined, logarithmic: boolean, height: number, chosen = false): Plot['y'] {
  const count = tickCount(height);
  if (logarithmic) {
    // A logarithm has no place for zero and below.
    const low = extent && (extent.min > 0 ? extent.min : extent.max > 0 ? extent.max / 1e4 : undefined);
    const { min, max } =
      low === undefined
        ? { min: 0.1, max: 1 }
        : chosen
          ? { min: low, max: extent!.max }
          : niceLogRange(low, extent!.max);
    return { ...logScale(min, max), ticks: logTicks(min, max, chosen ? count + 1 : count) };
  }
  if (chosen && extent) {
    return { ...linearScale(extent.min, extent.max), ticks: niceTicks(extent.min, extent.max, count + 1) };
  }
  const { min, max, step } = extent ? niceRange(extent.min, extent.max, count) : { min: 0, max: 1, step: 0.5 };
  return { ...linearScale(min, max), ticks: niceTicks(min, max, (max - min) / step) };
}

function tickCount(height: number): number {
  return Math.max(2, Math.min(8, Math.floor(height / 34)));
}

/** Dots on the edges are seen whole. */
export function plotClip(pen: Pen, { left, top, width, height }: Plot): void {
  pen.beginPath();
  pen.rect(left - 3, top - 4, width + 6, height + 8);
  pen.clip();
}

/** Between a number of the y axis and the plot. */
const TICK_GAP = 6;

/** The lines and numbers that the curves lie on. */
export function drawAxes(pen: Pen, plot: Plot, kind: XKind, palette: Palette): void {
  const bottom = plot.top + plot.height;
  pen.lineWidth = 1;
  pen.setLineDash([]);
  pen.strokeStyle = palette.grid;
  pen.fillStyle = palette.dim;
  pen.font = `10.5px ${palette.font}`;
  pen.textBaseline = 'middle';
  pen.textAlign = 'right';
  pen.beginPath();
  const whole = tickLabels(plot.y.ticks);
  // A number without its first digits is another number.
  const fit = whole.every((label) => pen.measureText(label).width <= plot.left - TICK_GAP);
  const labels = fit ? whole : tickLabels(plot.y.ticks, 0);
  for (const [index, tick] of plot.y.ticks.entries()) {
    const y = Math.round(plot.top + plot.height * (1 - plot.y.share(tick))) + 0.5;
    if (!(y >= plot.top - 1 && y <= bottom + 1)) continue;
    pen.moveTo(plot.left, y);
    pen.lineTo(plot.left + plot.width, y);
    pen.fillText(labels[index]!, plot.left - TICK_GAP, y);
  }
  pen.moveTo(plot.left, bottom + 0.5);
  pen.lineTo(plot.left + plot.width, bottom + 0.5);
  pen.stroke();

  pen.textBaseline = 'top';
  pen.textAlign = 'center';
  const ticks = xTicks(kind, plot.x, Math.max(2, Math.floor(plot.width / 70)));
  const texts = xTickLabels(kind, ticks, plot.x);
  let right = -Infinity;
  for (const [index, tick] of ticks.entries()) {
    const text = texts[index]!;
    const half = pen.measureText(text).width / 2;
    const at = plot.left + plot.width * plot.x.share(tick);
    // The last one may stand a little over the plot's end, but not over the card's.
    const middle = Math.min(at, plot.left + plot.width + 10 - half);
    if (middle - half < right + 8) continue;
    pen.fillText(text, middle, bottom + 6);
    right = middle + half;
  }
  pen.textAlign = 'left';
}

/** The curves in order, one a turn. What lies outside of the plot is for the caller to clip. */
export function* drawCurves(
  pen: Pen,
  plot: Plot,
  curves: readonly Curve[],
  look: Look,
  palette: Palette,
): Generator<undefined, void> {
  const many = curves.length > MANY_CURVES;
  const columns = Math.max(10, Math.floor(many ? plot.width / 2 : plot.width));
  for (const curve of curves) {
    yield undefined;
    const mapping = mappingOf(curve, look.x);
    if (!mapping) continue;
    const view = curveView(curve.source);
    const scale = inBase(plot.x, mapping);
    const colour = palette.resolve(curve.colour);
    const line = (which: Which, width: number, alpha: number, across: number, superseded = false) => {
      view.trace(buffer, scale, across, which, mapping.base, superseded);
      if (buffer.length === 0) return;
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.globalAlpha = alpha;
      pen.setLineDash(curve.dashed ? [5, 4] : []);
      strokePoints(pen, plot, scale, buffer);
      pen.setLineDash([]);
      if (curve.dots && !many && alpha === 1 && buffer.length / 2 <= MOST_DOTS)
        drawDots(pen, plot, scale, buffer, colour);
      pen.globalAlpha = 1;
    };
    if (curve.band) {
      pen.fillStyle = colour;
      pen.globalAlpha = 0.16;
      fillBand(pen, plot, curve.band, scale, mapping.base, columns);
      pen.globalAlpha = 1;
    }
    if (view.hasSuperseded) line('raw', 1, 0.28, columns >> 1, true);
    if (isExact(curve, look)) {
      line('raw', many ? 1 : 1.5, 1, columns);
      continue;
    }
    // The faint line needs no more than every other pixel.
    if (!curve.quiet && !many) line('raw', 1, 0.28, columns >> 1);
    line('smooth', many ? 1 : 1.75, 1, columns);
  }
}

export function isExact(curve: Curve, { smoothing }: Pick<Look, 'smoothing'>): boolean {
  return curve.exact === true || smoothing === 0;
}

/** What the y axis has to hold of a curve. */
function axisOf(curve: Curve, count: number, look: Look): Which {
  return isExact(curve, look) || (!curve.quiet && count <= MANY_CURVES) ? 'raw' : 'smooth';
}

/** Far outside a line is as good as anywhere outside; canvases have their trouble with 1e300. */
const FAR = 8;

function yOf(plot: Plot, value: number): number {
  const share = plot.y.share(value);
  return plot.top + plot.height * (1 - Math.max(-FAR, Math.min(FAR, share)));
}

function drawable(plot: Plot, value: number): boolean {
  return value - value === 0 && !(plot.y.logarithmic && value <= 0);
}

function strokePoints(pen: Pen, plot: Plot, scale: Scale, { points, length }: PointBuffer): void {
  pen.lineJoin = 'bevel';
  pen.beginPath();
  let alone = false;
  let down = false;
  let px = 0;
  let py = 0;
  // A line of one point would not be seen.
  const mark = () => {
    pen.moveTo(px - 1.5, py);
    pen.lineTo(px + 1.5, py);
  };
  for (let at = 0; at < length; at += 2) {
    const value = points[at + 1]!;
    const share = scale.share(points[at]!);
    if (!drawable(plot, value) || share === -Infinity) {
      if (alone) mark();
      down = alone = false;
      continue;
    }
    px = plot.left + plot.width * share;
    py = yOf(plot, value);
    if (down) pen.lineTo(px, py);
    else pen.moveTo(px, py);
    alone = !down;
    down = true;
  }
  if (alone) mark();
  pen.stroke();
}

function drawDots(pen: Pen, plot: Plot, scale: Scale, { points, length }: PointBuffer, colour: string): void {
  pen.fillStyle = colour;
  for (let at = 0; at < length; at += 2) {
    const value = points[at + 1]!;
    const share = scale.share(points[at]!);
    if (!drawable(plot, value) || !(share >= -0.05 && share <= 1.05)) continue;
    pen.beginPath();
    pen.arc(plot.left + plot.width * share, yOf(plot, value), 2.5, 0, Math.PI * 2);
    pen.fill();
  }
}

function fillBand(
  pen: Pen,
  plot: Plot,
  band: NonNullable<Curve['band']>,
  scale: Scale,
  base: 'steps' | 'wallTimes',
  columns: number,
): void {
  pen.beginPath();
  let count = 0;
  const along = (backwards: boolean) => {
    for (let index = 0; index < buffer.length / 2; index++) {
      const at = backwards ? buffer.length - 2 - index * 2 : index * 2;
      const value = buffer.points[at + 1]!;
      const share = scale.share(buffer.points[at]!);
      if (!drawable(plot, value) || share === -Infinity) continue;
      const x = plot.left + plot.width * share;
      if (count++ === 0) pen.moveTo(x, yOf(plot, value));
      else pen.lineTo(x, yOf(plot, value));
    }
  };
  curveView(band.high).trace(buffer, scale, columns, 'raw', base);
  along(false);
  curveView(band.low).trace(buffer, scale, columns, 'raw', base);
  along(true);
  if (count < 3) return;
  pen.closePath();
  pen.fill();
}
