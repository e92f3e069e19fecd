/** Paints the wires of a region: as many and as exactly as can be told apart at the zoom, and what is said at them. */
import { hasRoomFor } from '../../../../src/shared/graph/graph-curve.js';
import type { Wire } from '../../../../src/shared/graph/tree/tree-layout.js';
import type { Region } from './box-index.js';
import type { Detail } from './detail.js';
import type { Look } from './look.js';
import type { Brush } from './paint.js';
import type { WirePoints } from './scene.js';
import { measured } from './text-width.js';

const strengths = { forward: 0.75, gradient: 0.45, update: 0.45 } as const;
const FAINT_WIRE = 0.12;
/** In pixels of the graph, and in those of the page. */
const LABEL_FONT = 11;
const LEAST_FONT = 9.5;
const LABEL_WIDTH = 360;

/** Wires that are drawn the same way. */
interface Bundle {
  readonly colour: string;
  readonly alpha: number;
  readonly width: number;
  readonly dashed: boolean;
  /** Drawn over the others. */
  readonly isOver: boolean;
  readonly wires: number[];
}

/** Of the wires whose bounds touch `wide`; from `region`'s corner. */
export function paintWires(
  brush: Brush,
  look: Look,
  wide: Region,
  region: Region,
  scale: number,
  detail: Detail,
): void {
  const { scene } = look;
  const places = scene.wiresIn(wide);
  const bundles = new Map<string, Bundle>();
  for (const place of places) {
    if (detail.shortestWire > 0 && scene.reachOf(place) * scale < detail.shortestWire) continue;
    const wire = scene.layout.wires[place]!;
    const side = look.sideOfWire(wire);
    const width = Math.min(3, 1 + Math.round(Math.log2(wire.count)) / 2);
    const key = `${wire.cell} ${width} ${wire.isControl} ${side}`;
    let bundle = bundles.get(key);
    if (!bundle) bundles.set(key, (bundle = bundleOf(look, wire, width, side, detail)));
    bundle.wires.push(place);
  }
  brush.lineCap = 'butt';
  for (const { colour, alpha, width, dashed, wires } of [...bundles.values()].sort(
    (a, b) => Number(a.isOver) - Number(b.isOver),
  )) {
    brush.strokeStyle = colour;
    brush.globalAlpha = alpha;
    brush.lineWidth = Math.max(width, 0.7 / scale);
    brush.setLineDash(dashed && detail.curves ? [2, 4] : []);
    brush.beginPath();
    for (const place of wires) trace(brush, scene.pointsOf(place), region, detail.curves);
    brush.stroke();
  }
  brush.setLineDash([]);
  brush.globalAlpha = 1;
  if (!detail.labels) return;
  // What is said at a wire beside the region reaches into it.
  const reach = { x: wide.x - LABEL_WIDTH, y: wide.y, width: wide.width + LABEL_WIDTH, height: wide.height };
  for (const place of scene.wiresIn(reach)) paintLabel(brush, look, place, region, detail.zoom, false);
}

/** One that is pointed at: over all others. */
export function paintNearWire(
  brush: Brush,
  look: Look,
  place: number,
  origin: { readonly x: number; readonly y: number },
  scale: number,
  detail: Detail,
): void {
  const wire = look.scene.layout.wires[place]!;
  brush.strokeStyle = look.palette.cursor;
  brush.lineWidth = Math.max(Math.min(3, 1 + Math.log2(wire.count) / 2), 1 / scale);
  brush.setLineDash(wire.isControl ? [2, 4] : []);
  brush.beginPath();
  trace(brush, look.scene.pointsOf(place), origin, true);
  brush.stroke();
  brush.setLineDash([]);
  if (detail.labels) paintLabel(brush, look, place, origin, detail.zoom, true);
}

function bundleOf(
  look: Look,
  { cell, isControl }: Wire,
  width: number,
  side: 'up' | 'down' | 'off' | undefined,
  { wireStrength }: Detail,
): Bundle {
  const { palette } = look;
  if (side === 'up' || side === 'down')
    return { colour: palette[side], alpha: 0.9, width: width + 0.5, dashed: isControl, isOver: true, wires: [] };
  const alpha = side === 'off' ? FAINT_WIRE : strengths[cell] * wireStrength;
  return { colour: palette.wires[cell], alpha, width, dashed: isControl, isOver: false, wires: [] };
}

function trace(
  brush: Brush,
  points: WirePoints,
  { x, y }: { readonly x: number; readonly y: number },
  curved: boolean,
): void {
  brush.moveTo(points[0]! - x, points[1]! - y);
  for (let at = 2; at < points.length; at += 6) {
    const [endX, endY] = [points[at + 4]! - x, points[at + 5]! - y];
    if (curved)
      brush.bezierCurveTo(points[at]! - x, points[at + 1]! - y, points[at + 2]! - x, points[at + 3]! - y, endX, endY);
    else brush.lineTo(endX, endY);
  }
}

/** Shapes go with what flows from layer to layer; within one they are told of what is selected. */
function paintLabel(
  brush: Brush,
  look: Look,
  place: number,
  { x, y }: { readonly x: number; readonly y: number },
  zoom: number,
  isNear: boolean,
): void {
  const wire = look.scene.layout.wires[place]!;
  if (!isNear && (wire.cell !== 'forward' || wire.isInner) && !look.of.edgeText) return;
  const text = look.label(wire);
  if (text === '') return;
  const { palette } = look;
  const middle = look.scene.middleOf(place);
  const size = Math.max(LABEL_FONT, LEAST_FONT / zoom);
  brush.font = `${size}px ${palette.mono}`;
  if (!hasRoomFor(look.scene.pointsOf(place), measured(brush, text) + size)) return;
  brush.textAlign = 'left';
  brush.textBaseline = 'alphabetic';
  brush.globalAlpha = look.sideOfWire(wire) === 'off' && !isNear ? 0.25 : 1;
  brush.lineJoin = 'round';
  brush.lineWidth = size / 4;
  brush.strokeStyle = palette.background;
  brush.strokeText(text, middle.x - x + size / 2, middle.y - y + size / 3);
  brush.fillStyle = palette.text;
  brush.fillText(text, middle.x - x + size / 2, middle.y - y + size / 3);
  brush.globalAlpha = 1;
}
