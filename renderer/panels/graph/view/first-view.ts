/** Where one looks at first: at a size that can be read, from where the graph begins, with little room unused. Pure. */
import type { Box, TreeLayout } from '../../../../src/shared/graph/tree/tree-layout.js';
import type { View } from '../drawing/tiles.js';

/** Around what is fitted, in pixels of the page. */
export const BORDER = 12;
/** Letters of 12 pixels are 8.4 high then; smaller ones strain the eye. */
const LEAST_READ = 0.7;

/** `width`, `height`: of the panel. The layout has something in it. */
export function firstView(layout: TreeLayout, width: number, height: number): View {
  const room = width - 2 * BORDER;
  // The whole width where it can be read; the rest is below.
  const zoom = Math.min(1, Math.max(LEAST_READ, room / layout.width));
  return { x: leftOf(layout, width, height, zoom), y: BORDER, zoom };
}

function leftOf(layout: TreeLayout, width: number, height: number, zoom: number): number {
  const room = width - 2 * BORDER;
  const centred = (left: number, right: number): number => (width - (left + right) * zoom) / 2;
  if (layout.width * zoom <= room) return centred(0, layout.width);
  const boxes: Box[] = [
    ...layout.groups.filter(({ group }) => group.depth === 1),
    ...layout.items.filter(({ group }) => group.depth === 0),
  ];
  const first = boxes.reduce((top, box) => (box.y < top.y ? box : top));
  const seen = boxes.filter(({ y }) => y * zoom < height - BORDER);
  const left = seen.reduce((least, { x }) => Math.min(least, x), Infinity);
  const right = seen.reduce((most, box) => Math.max(most, box.x + box.width), -Infinity);
  if ((right - left) * zoom <= room) return centred(left, right);
  const atLeft = BORDER - left * zoom;
  // What comes first, and what stands below it in the same column, is seen as a whole where it can be.
  const stem = seen.filter(({ x }) => Math.abs(x - first.x) < 1);
  const [from, to] = [first.x, stem.reduce((most, box) => Math.max(most, box.x + box.width), -Infinity)];
  if ((to - from) * zoom > room) return BORDER - from * zoom;
  const isFar = from * zoom + atLeft > width;
  return isFar ? centred(from, to) : Math.min(atLeft, width - BORDER - to * zoom);
}
