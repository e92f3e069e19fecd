/** What lies over the lines of a chart: epoch marks, cursor, cross-hair, not-finite marks, selection. Draws on a canvas it is given. */
import type { Palette } from './palette.js';
import type { AxisRange, Scale } from './scale.js';

/** Where the plot is on its canvas, in CSS pixels, and what it shows. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: Scale;
  readonly y: Scale & { readonly ticks: readonly number[] };
}

export interface Overlay {
  readonly palette: Palette;
  /** Places on the x axis. */
  readonly cursor: number | undefined;
  readonly hover: number | undefined;
  readonly points: readonly { readonly x: number; readonly value: number; readonly colour: string }[];
  /** Where a value is no finite number. */
  readonly notFinite: readonly number[];
  readonly selection: Selection | undefined;
}

/** What is marked to be zoomed to; a side that is absent is all there is. */
export interface Selection {
  readonly x?: AxisRange;
  readonly y?: AxisRange;
}

export function drawOverlay(context: CanvasRenderingContext2D, plot: Plot, overlay: Overlay): void {
  const { palette } = overlay;
  const bottom = plot.top + plot.height;
  const x = (value: number) => plot.left + plot.x.share(value) * plot.width;
  const visible = (value: number) => value >= plot.x.min && value <= plot.x.max;
  const line = (value: number, colour: string, dash: number[]) => {
    const at = Math.round(x(value)) + 0.5;
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(at, plot.top);
    context.lineTo(at, bottom);
    context.stroke();
    context.setLineDash([]);
  };

  if (overlay.selection) {
    const { x: across, y: up } = overlay.selection;
    const [left, right] = across ? [x(across.min), x(across.max)] : [plot.left, plot.left + plot.width];
    const high = (value: number) => plot.top + plot.height * (1 - plot.y.share(value));
    const [top, low] = up ? [high(up.max), high(up.min)] : [plot.top, bottom];
    context.fillStyle = palette.accent;
    context.globalAlpha = 0.18;
    context.fillRect(left, top, right - left, low - top);
    context.globalAlpha = 1;
  }

  context.fillStyle = palette.stop;
  let lastMark = -Infinity;
  for (const value of overlay.notFinite) {
    if (!visible(value)) continue;
    const at = x(value);
    if (Math.abs(at - lastMark) < 3) continue;
    lastMark = at;
    context.beginPath();
    context.moveTo(at - 4, plot.top);
    context.lineTo(at + 4, plot.top);
    context.lineTo(at, plot.top + 7);
    context.fill();
  }

  if (overlay.cursor !== undefined && visible(overlay.cursor)) line(overlay.cursor, palette.cursor, [3, 3]);

  if (overlay.hover !== undefined && visible(overlay.hover)) {
    line(overlay.hover, palette.dim, []);
    for (const point of overlay.points) {
      if (!Number.isFinite(point.value) || !visible(point.x)) continue;
      const y = yOf(plot, point.value);
      if (y === undefined) continue;
      context.beginPath();
      context.arc(x(point.x), y, 3.5, 0, Math.PI * 2);
      context.fillStyle = palette.resolve(point.colour);
      context.fill();
      context.strokeStyle = palette.background;
      context.lineWidth = 1.5;
      context.stroke();
    }
  }
}

/** Pixels between marks of epochs. */
const CLOSEST = 8;

/** Where epochs end: faint, and below the lines. */
export function drawEpochMarks(
  context: CanvasRenderingContext2D,
  plot: Plot,
  epochEnds: readonly number[],
  palette: Palette,
): void {
  const ends = epochEnds
    .filter((value) => value >= plot.x.min && value <= plot.x.max)
    .map((value) => plot.left + plot.x.share(value) * plot.width);
  if (ends.length === 0) return;
  // Marks closer than this would be a grey area, which may be a part of the chart alone: runs beside it are longer.
  if (ends.length > 1 && (ends.at(-1)! - ends[0]!) / (ends.length - 1) < CLOSEST) return;
  context.strokeStyle = palette.border;
  context.globalAlpha = 0.7;
  context.lineWidth = 1;
  context.setLineDash([1, 3]);
  context.beginPath();
  for (const end of ends) {
    const at = Math.round(end) + 0.5;
    context.moveTo(at, plot.top);
    context.lineTo(at, plot.top + plot.height);
  }
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function yOf(plot: Plot, value: number): number | undefined {
  const share = plot.y.share(value);
  return !(share >= -0.01 && share <= 1.01) ? undefined : plot.top + plot.height * (1 - share);
}
