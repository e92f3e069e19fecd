/** What lies over the lines of a chart: epoch marks, cursor, cross-hair, not-finite marks, selection. Draws on a canvas it is given. */
import type { Palette } from './palette.js';
import type { AxisRange } from './scale.js';

/** Where the plot is on its canvas, in CSS pixels, and what it shows. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: AxisRange;
  /** `step` between the labels of a linear axis. */
  readonly y: AxisRange & { readonly step?: number };
  readonly logarithmic: boolean;
}

export interface Overlay {
  readonly palette: Palette;
  readonly cursorStep: number | undefined;
  readonly hoverStep: number | undefined;
  readonly points: readonly { readonly step: number; readonly value: number; readonly colour: string }[];
  /** Steps with a value that is no finite number. */
  readonly notFinite: readonly number[];
  readonly selection: { readonly from: number; readonly to: number } | undefined;
}

export function drawOverlay(context: CanvasRenderingContext2D, plot: Plot, overlay: Overlay): void {
  const { palette } = overlay;
  const bottom = plot.top + plot.height;
  const x = (step: number) => plot.left + ((step - plot.x.min) / (plot.x.max - plot.x.min)) * plot.width;
  const visible = (step: number) => step >= plot.x.min && step <= plot.x.max;
  const line = (step: number, colour: string, dash: number[]) => {
    const at = Math.round(x(step)) + 0.5;
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
    const from = x(overlay.selection.from);
    const to = x(overlay.selection.to);
    context.fillStyle = palette.accent;
    context.globalAlpha = 0.18;
    context.fillRect(Math.min(from, to), plot.top, Math.abs(to - from), plot.height);
    context.globalAlpha = 1;
  }

  context.fillStyle = palette.stop;
  let lastMark = -Infinity;
  for (const step of overlay.notFinite) {
    if (!visible(step)) continue;
    const at = x(step);
    if (at - lastMark < 3) continue;
    lastMark = at;
    context.beginPath();
    context.moveTo(at - 4, plot.top);
    context.lineTo(at + 4, plot.top);
    context.lineTo(at, plot.top + 7);
    context.fill();
  }

  if (overlay.cursorStep !== undefined && visible(overlay.cursorStep)) line(overlay.cursorStep, palette.cursor, [3, 3]);

  if (overlay.hoverStep !== undefined && visible(overlay.hoverStep)) {
    line(overlay.hoverStep, palette.dim, []);
    for (const point of overlay.points) {
      if (!Number.isFinite(point.value) || !visible(point.step)) continue;
      const y = yOf(plot, point.value);
      if (y === undefined) continue;
      context.beginPath();
      context.arc(x(point.step), y, 3.5, 0, Math.PI * 2);
      context.fillStyle = palette.resolve(point.colour);
      context.fill();
      context.strokeStyle = palette.background;
      context.lineWidth = 1.5;
      context.stroke();
    }
  }
}

/** Where epochs end: faint, and below the lines. */
export function drawEpochMarks(
  context: CanvasRenderingContext2D,
  plot: Plot,
  epochEnds: readonly number[],
  palette: Palette,
): void {
  const ends = epochEnds.filter((step) => step >= plot.x.min && step <= plot.x.max);
  // Marks closer than this would be a grey area.
  if (ends.length === 0 || plot.width / ends.length < 8) return;
  context.strokeStyle = palette.border;
  context.globalAlpha = 0.7;
  context.lineWidth = 1;
  context.setLineDash([1, 3]);
  context.beginPath();
  for (const end of ends) {
    const at = Math.round(plot.left + ((end - plot.x.min) / (plot.x.max - plot.x.min)) * plot.width) + 0.5;
    context.moveTo(at, plot.top);
    context.lineTo(at, plot.top + plot.height);
  }
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function yOf(plot: Plot, value: number): number | undefined {
  if (plot.logarithmic && value <= 0) return undefined;
  const of = plot.logarithmic ? Math.log10 : (entry: number) => entry;
  const share = (of(value) - of(plot.y.min)) / (of(plot.y.max) - of(plot.y.min));
  return share < -0.01 || share > 1.01 ? undefined : plot.top + plot.height * (1 - share);
}
