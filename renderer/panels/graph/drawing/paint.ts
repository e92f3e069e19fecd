/**
 * Paints a region of a graph onto a canvas: frames of groups, wires, items, heads. The same picture that the page's own
 * elements make at a zoom at which they can be read, and less of it below. Knows no viewport and no events.
 */
import { sizes } from '../../../../src/shared/graph/tree/outline.js';
import { shortened, type PlacedGroup, type PlacedItem } from '../../../../src/shared/graph/tree/tree-layout.js';
import type { PlaceMark } from '../../../state/breakpoint-words.js';
import type { Region } from './box-index.js';
import { detailAt, type Detail } from './detail.js';
import type { GraphPalette } from './graph-palette.js';
import type { Look } from './look.js';
import { paintWires } from './paint-wires.js';
import { fitted, measured } from './text-width.js';

export type Brush = CanvasRenderingContext2D;

const FONT = 12;
const CODICON = { down: '\ueab4', right: '\ueab6', check: '\ueab2' };
/** Wires and outlines reach this far out of their boxes. */
const REACH = 6;
/** Of what has no part in what is traced. */
export const FAINT = 0.2;

/**
 * The region from its left upper corner at the canvas's, `scale` pixels of the canvas for one of the graph; `zoom` the
 * same in pixels of the page.
 */
export function paintRegion(brush: Brush, look: Look, region: Region, scale: number, zoom: number): void {
  const { scene, palette } = look;
  const detail = detailAt(zoom);
  const wide = {
    x: region.x - REACH,
    y: region.y - REACH,
    width: region.width + 2 * REACH,
    height: region.height + 2 * REACH,
  };
  brush.setTransform(scale, 0, 0, scale, 0, 0);
  brush.fillStyle = palette.background;
  brush.fillRect(0, 0, region.width, region.height);
  const groups = scene.groupsIn(wide);
  for (const place of groups) {
    const placed = scene.layout.groups[place]!;
    // Less than half a pixel is nothing but time.
    if (Math.min(placed.width, placed.height) * scale >= 0.5) paintFrame(brush, look, placed, region, scale);
  }
  paintWires(brush, look, wide, region, scale, detail);
  const items = scene.itemsIn(wide);
  if (detail.signs) for (const place of items) paintItem(brush, look, place, region, scale, detail);
  else paintSmallItems(brush, look, items, region, scale);
  if (detail.text)
    for (const place of groups) paintHead(brush, palette, scene.layout.groups[place]!, region, look.of.marks);
}

function paintFrame(brush: Brush, look: Look, placed: PlacedGroup, region: Region, scale: number): void {
  const { palette, of } = look;
  const { id } = placed.group;
  const isLit = of.lit?.has(id) ?? false;
  const isMarked = isLit || id === of.standingGroup;
  const line = Math.max(isLit ? 2 : 1, 1 / scale);
  // What reaches far out of the region is cut, for a canvas draws far away points coarsely; but out of sight.
  const reach = 16 + 2 * line;
  const left = Math.max(placed.x - region.x, -reach);
  const top = Math.max(placed.y - region.y, -reach);
  const right = Math.min(placed.x + placed.width - region.x, region.width + reach);
  const bottom = Math.min(placed.y + placed.height - region.y, region.height + reach);
  roundedBox(brush, left + line / 2, top + line / 2, right - left - line, bottom - top - line, scale > 0.2 ? 6 : 0);
  brush.fillStyle = palette.group;
  brush.fill();
  if (placed.width * scale < 4 || placed.height * scale < 4) return;
  brush.globalAlpha = of.trace ? 0.5 : scale < 0.1 ? 0.6 : 1;
  brush.strokeStyle = isMarked ? palette.cursor : palette.groupLine;
  brush.lineWidth = line;
  brush.stroke();
  brush.globalAlpha = 1;
}

function paintItem(brush: Brush, look: Look, place: number, region: Region, scale: number, detail: Detail): void {
  const { palette, scene } = look;
  const item = scene.layout.items[place]!;
  const [x, y] = [item.x - region.x, item.y - region.y];
  const side = look.side(place);
  const progress = look.progress(place);
  const tone = look.tone(place);
  brush.globalAlpha = side === 'off' ? FAINT : 1;
  roundedBox(brush, x + 0.5, y + 0.5, item.width - 1, item.height - 1, 4);
  brush.fillStyle = progress === 'here' ? palette.cursorFill : tone.fill;
  brush.fill();
  const line = side === undefined || side === 'off' ? tone.line : side === 'self' ? palette.cursor : palette[side];
  brush.strokeStyle = progress === 'here' || (side === undefined && look.isLit(place)) ? palette.cursor : line;
  brush.lineWidth = Math.max(side === undefined || side === 'off' ? 1 : 2, 0.75 / scale);
  brush.stroke();
  if (progress === 'here') outline(brush, item, x, y, 1, palette.cursor);
  if (look.isFound(place)) outline(brush, item, x, y, 1, palette.found);
  const mark = look.mark(place);
  if (detail.text) {
    brush.fillStyle = progress === 'here' ? palette.strongText : palette.text;
    paintLines(brush, palette, item, x, y, mark ? 14 : 5);
  }
  if (mark) paintMark(brush, palette, mark, x + 9, y + item.height / 2, 5);
  if (progress === 'done' || progress === 'partly') {
    if (progress === 'partly') brush.globalAlpha *= 0.45;
    brush.fillStyle = palette.good;
    icon(brush, CODICON.check, x + item.width - 9, y + 8, 12);
  }
  brush.globalAlpha = 1;
}

/** All of one colour at once: changing colours costs more than a small box does. */
function paintSmallItems(brush: Brush, look: Look, places: readonly number[], region: Region, scale: number): void {
  const { palette, scene } = look;
  // Boxes are smaller than a pixel.
  const isFar = scale * sizes.opHeight < 1 && look.of.trace === undefined && look.of.found.size === 0;
  const layers = new Map<string, number[]>();
  const faint = new Map<string, number[]>();
  let last = -1;
  for (const place of places) {
    if (isFar) {
      // One a pixel: those that are near one another come one after another.
      const item = scene.layout.items[place]!;
      const pixel = Math.floor((item.x - region.x) * scale) + 65_536 * Math.floor((item.y - region.y) * scale);
      if (pixel === last) continue;
      last = pixel;
    }
    const side = look.side(place);
    const colour =
      look.progress(place) === 'here' || side === 'self'
        ? palette.cursor
        : look.isFound(place)
          ? palette.found
          : side === undefined || side === 'off'
            ? look.tone(place).flat
            : palette[side];
    const into = side === 'off' ? faint : layers;
    const known = into.get(colour);
    if (known) known.push(place);
    else into.set(colour, [place]);
  }
  const least = 0.8 / scale;
  for (const [all, alpha] of [
    [faint, FAINT],
    [layers, 1],
  ] as const) {
    brush.globalAlpha = alpha;
    for (const [colour, own] of all) {
      brush.fillStyle = colour;
      for (const place of own) {
        const { x, y, width, height } = scene.layout.items[place]!;
        brush.fillRect(x - region.x, y - region.y, Math.max(width, least), Math.max(height, least));
      }
    }
  }
  brush.globalAlpha = 1;
  for (const place of look.of.marks.size === 0 ? [] : places) {
    const mark = look.mark(place);
    if (!mark) continue;
    const { x, y, height } = scene.layout.items[place]!;
    paintMark(brush, palette, mark, x - region.x, y - region.y + height / 2, 2.5 / scale);
  }
}

function paintLines(brush: Brush, palette: GraphPalette, item: PlacedItem, x: number, y: number, inset: number): void {
  brush.font = `${FONT}px ${palette.font}`;
  brush.textAlign = 'center';
  brush.textBaseline = 'alphabetic';
  const middle = x + item.width / 2 + (inset > 5 ? 4 : 0);
  const first = y + item.height / 2 - ((item.lines.length - 1) * sizes.lineHeight) / 2 + 4;
  item.lines.forEach((line, index) => {
    const text = fitted(brush, line, item.width - inset - 6);
    brush.fillText(text, middle, first + index * sizes.lineHeight);
  });
}

function paintHead(
  brush: Brush,
  palette: GraphPalette,
  placed: PlacedGroup,
  region: Region,
  marks: ReadonlyMap<string, PlaceMark>,
): void {
  const { group, isOpen } = placed;
  let x = placed.x - region.x + 6;
  const y = placed.y - region.y + sizes.headHeight / 2;
  const right = placed.x - region.x + placed.width - 6;
  if (y < -sizes.headHeight || y > region.height + sizes.headHeight) return;
  brush.fillStyle = palette.text;
  icon(brush, isOpen ? CODICON.down : CODICON.right, x + 8, y, 16);
  x += 20;
  brush.textAlign = 'left';
  brush.textBaseline = 'alphabetic';
  const put = (text: string, font: string, colour: string): void => {
    if (x >= right) return;
    brush.font = font;
    brush.fillStyle = colour;
    const own = fitted(brush, text, right - x);
    brush.fillText(own, x, y + 4);
    x += measured(brush, own) + 4;
  };
  put(shortened(group.label, 22), `bold ${FONT}px ${palette.font}`, palette.text);
  if (group.times !== undefined && x + 10 < right) {
    brush.font = `${FONT}px ${palette.font}`;
    const width = measured(brush, `×${group.times}`) + 10;
    roundedBox(brush, x, y - 8, width, 16, 8);
    brush.fillStyle = palette.badge;
    brush.fill();
    x += 5;
    put(`×${group.times}`, `${FONT}px ${palette.font}`, palette.dimText);
    x += 5;
  }
  if (group.type !== undefined) put(group.type, `${FONT}px ${palette.font}`, palette.dimText);
  const mark = marks.get(`group ${group.id}`);
  if (mark && x + 9 < right) paintMark(brush, palette, mark, x + 5, y, 4.5);
}

function paintMark(brush: Brush, palette: GraphPalette, mark: PlaceMark, x: number, y: number, radius: number): void {
  brush.beginPath();
  if (mark.sign === 'log') {
    const reach = radius * 1.2;
    brush.moveTo(x, y - reach);
    brush.lineTo(x + reach, y);
    brush.lineTo(x, y + reach);
    brush.lineTo(x - reach, y);
    brush.closePath();
  } else brush.arc(x, y, radius, 0, 2 * Math.PI);
  if (mark.state === 'on') {
    brush.fillStyle = palette.stop;
    brush.fill();
  } else {
    brush.strokeStyle = palette.dimText;
    brush.lineWidth = radius * 0.3;
    brush.stroke();
  }
}

/** Around a box, so far out of it. */
export function outline(
  brush: Brush,
  box: { readonly width: number; readonly height: number },
  x: number,
  y: number,
  by: number,
  colour: string,
  line = 2,
): void {
  roundedBox(brush, x - by, y - by, box.width + 2 * by, box.height + 2 * by, 5);
  brush.strokeStyle = colour;
  brush.lineWidth = line;
  brush.stroke();
}

function icon(brush: Brush, glyph: string, x: number, y: number, size: number): void {
  brush.font = `${size}px codicon`;
  brush.textAlign = 'center';
  brush.textBaseline = 'middle';
  brush.fillText(glyph, x, y);
}

function roundedBox(brush: Brush, x: number, y: number, width: number, height: number, radius: number): void {
  brush.beginPath();
  // Older browsers draw the corners square.
  if (radius > 0 && 'roundRect' in brush) brush.roundRect(x, y, Math.max(0, width), Math.max(0, height), radius);
  else brush.rect(x, y, Math.max(0, width), Math.max(0, height));
}
