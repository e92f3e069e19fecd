/** Draws the timeline on a canvas: epochs, the loss in small, validations, breakpoints hit, position and cursor. Knows no state. */
import type { CurveView } from '../../charts/curve-view.js';
import type { Palette } from '../../charts/palette.js';
import { niceTicks } from '../../charts/scale.js';

export interface TimelineScene {
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
  /** The axis goes from 0 to this step. */
  readonly end: number;
  readonly step: number;
  readonly running: boolean;
  readonly stepsPerEpoch: number | undefined;
  /** Where the training began that this session continues; 0 for a fresh one. */
  readonly startStep: number;
  readonly loss: CurveView | undefined;
  readonly validationSteps: readonly number[];
  readonly stops: readonly { readonly step: number; readonly reason: string }[];
  readonly pendingSteps: readonly number[];
  /** What is planned beyond the axis: "→ 15 epochs". */
  readonly beyond: string | undefined;
  /** `undefined`: the cursor follows training. */
  readonly cursorStep: number | undefined;
  /** Under the pointer, in a chart. */
  readonly pointedStep: number | undefined;
}

export const TIMELINE_MARGIN = 14;

export function timelineX(scene: Pick<TimelineScene, 'width' | 'end'>, step: number): number {
  return TIMELINE_MARGIN + (step / Math.max(1, scene.end)) * (scene.width - 2 * TIMELINE_MARGIN);
}

export function timelineStep(scene: Pick<TimelineScene, 'width' | 'end'>, x: number): number {
  return Math.round(((x - TIMELINE_MARGIN) / Math.max(1, scene.width - 2 * TIMELINE_MARGIN)) * scene.end);
}

export function drawTimeline(context: CanvasRenderingContext2D, scene: TimelineScene): void {
  const { palette, width, height } = scene;
  const x = (step: number) => timelineX(scene, step);
  const curveTop = 22;
  const marksY = height - 13;
  const curveBottom = marksY - 9;
  context.clearRect(0, 0, width, height);
  context.font = `10.5px ${palette.font}`;
  context.textBaseline = 'middle';

  // The stretch that is done, on the track of all.
  context.fillStyle = palette.grid;
  context.globalAlpha = 0.55;
  context.fillRect(x(0), curveTop, x(scene.end) - x(0), marksY + 6 - curveTop);
  context.globalAlpha = 1;
  context.fillStyle = palette.background;
  context.globalAlpha = 0.55;
  context.fillRect(x(scene.startStep), curveTop, x(scene.step) - x(scene.startStep), marksY + 6 - curveTop);
  context.globalAlpha = 1;

  const cursor = scene.cursorStep ?? scene.step;
  const flag = flagBox(context, scene, x(cursor), cursor);
  // Left out where the flag would lie on it.
  const beyond = x(cursor) < width - 130 ? scene.beyond : undefined;
  const beyondWidth = beyond === undefined ? 0 : context.measureText(beyond).width;
  drawEpochs(context, scene, curveTop, marksY + 6, [flag, { left: x(scene.end) - beyondWidth, width: beyondWidth }]);
  drawLoss(context, scene, curveTop + 2, curveBottom);

  context.fillStyle = palette.resolve('var(--validation)');
  for (const step of scene.validationSteps) context.fillRect(Math.round(x(step)) - 2, marksY - 3, 4, 6);

  for (const step of scene.pendingSteps) dot(context, x(step), marksY, palette.stop, false);
  let last = -Infinity;
  for (const stop of scene.stops) {
    const at = x(stop.step);
    if (at - last < 5) continue;
    last = at;
    dot(context, at, marksY, palette.stop, true);
  }

  if (beyond !== undefined) {
    context.fillStyle = palette.dim;
    context.textAlign = 'right';
    context.fillText(beyond, x(scene.end), 11);
    context.textAlign = 'left';
  }

  if (scene.cursorStep !== undefined && scene.cursorStep !== scene.step) {
    context.fillStyle = palette.accent;
    context.fillRect(Math.round(x(scene.step)), curveTop, 1, marksY + 6 - curveTop);
  }
  if (scene.pointedStep !== undefined && scene.pointedStep <= scene.end) {
    context.fillStyle = palette.dim;
    context.fillRect(Math.round(x(scene.pointedStep)), curveTop, 1, marksY + 6 - curveTop);
  }
  drawFlag(context, scene, x(cursor), flag, marksY + 6);
}

/** Names of epochs are left out where something else is written. */
function drawEpochs(
  context: CanvasRenderingContext2D,
  scene: TimelineScene,
  top: number,
  bottom: number,
  taken: readonly { readonly left: number; readonly width: number }[],
): void {
  const { palette, stepsPerEpoch } = scene;
  context.fillStyle = palette.dim;
  if (!stepsPerEpoch) {
    for (const tick of niceTicks(0, scene.end, 8, true)) {
      context.fillText(String(tick), timelineX(scene, tick) + 3, 10);
    }
    return;
  }
  const epochs = Math.ceil(scene.end / stepsPerEpoch);
  const room = (timelineX(scene, stepsPerEpoch) - timelineX(scene, 0)) * 1;
  const each = Math.max(1, Math.ceil(58 / room));
  for (let epoch = 0; epoch < epochs; epoch++) {
    const at = timelineX(scene, epoch * stepsPerEpoch);
    if (room >= 4 || epoch % each === 0) {
      context.fillStyle = palette.border;
      context.globalAlpha = 0.6;
      context.fillRect(Math.round(at), top, 1, bottom - top);
      context.globalAlpha = 1;
    }
    if (epoch % each === 0) {
      const name = `epoch ${epoch + 1}`;
      const right = at + 2 + context.measureText(name).width;
      const covered = taken.some((box) => at < box.left + box.width + 3 && right > box.left - 6);
      context.fillStyle = palette.dim;
      if (!covered) context.fillText(name, at + 2, 11);
    }
  }
}

function drawLoss(context: CanvasRenderingContext2D, scene: TimelineScene, top: number, bottom: number): void {
  const { loss } = scene;
  if (!loss || loss.length === 0) return;
  const columns = Math.max(1, Math.floor(scene.width - 2 * TIMELINE_MARGIN));
  const extent = loss.extent(0, scene.end, 'smooth');
  if (!extent) return;
  const points = loss.points(0, scene.end, columns, 'smooth');
  const height = extent.max - extent.min || 1;
  context.strokeStyle = scene.palette.resolve('var(--series-3)');
  context.lineWidth = 1.25;
  context.lineJoin = 'bevel';
  context.beginPath();
  let down = false;
  for (let at = 0; at < points.length; at += 2) {
    const value = points[at + 1]!;
    if (!Number.isFinite(value)) {
      down = false;
      continue;
    }
    const px = timelineX(scene, points[at]!);
    const py = bottom - ((value - extent.min) / height) * (bottom - top);
    if (down) context.lineTo(px, py);
    else context.moveTo(px, py);
    down = true;
  }
  context.stroke();
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, colour: string, filled: boolean): void {
  context.beginPath();
  context.arc(x, y, filled ? 4 : 3.25, 0, Math.PI * 2);
  if (filled) {
    context.fillStyle = colour;
    context.fill();
  } else {
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

function roundedBox(
  context: CanvasRenderingContext2D,
  left: number,
  top: number,
  width: number,
  height: number,
  radius: number,
): void {
  const right = left + width;
  const bottom = top + height;
  context.moveTo(left + radius, top);
  context.arcTo(right, top, right, bottom, radius);
  context.arcTo(right, bottom, left, bottom, radius);
  context.arcTo(left, bottom, left, top, radius);
  context.arcTo(left, top, right, top, radius);
}

interface FlagBox {
  readonly text: string;
  readonly left: number;
  readonly width: number;
}

function flagBox(context: CanvasRenderingContext2D, scene: TimelineScene, x: number, step: number): FlagBox {
  const text = `step ${step}`;
  const plain = context.font;
  context.font = flagFont(scene);
  const width = Math.ceil(context.measureText(text).width) + 10;
  context.font = plain;
  return { text, width, left: Math.min(Math.max(x - width / 2, 2), scene.width - width - 2) };
}

function flagFont({ palette }: TimelineScene): string {
  return `600 10.5px ${palette.font}`;
}

function drawFlag(
  context: CanvasRenderingContext2D,
  scene: TimelineScene,
  x: number,
  { text, left, width }: FlagBox,
  bottom: number,
): void {
  const { palette } = scene;
  context.font = flagFont(scene);
  context.fillStyle = palette.cursor;
  context.fillRect(Math.round(x), 16, 1.5, bottom - 16);
  context.beginPath();
  roundedBox(context, left, 3, width, 16, 3);
  context.fill();
  context.fillStyle = palette.cursorText;
  context.fillText(text, left + 5, 11.5);
}
