/** How a view has to move for something to be seen: as little as that takes. Pure. */
import type { Region } from '../drawing/box-index.js';
import type { View } from '../drawing/tiles.js';
import { BORDER } from './first-view.js';

interface Pane {
  readonly width: number;
  readonly height: number;
}

/** What of the graph is seen. */
export function inSight({ x, y, zoom }: View, { width, height }: Pane): Region {
  return { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
}

/** All of it; across only where it is out of sight, wide things by their left. */
export function inView(box: Region, view: View, pane: Pane): View {
  const { y, zoom } = view;
  const top = box.y * zoom + y;
  const width = Math.min(box.width * zoom, pane.width);
  const isSeenDown = top >= 0 && top + box.height * zoom <= pane.height;
  return {
    x: seenAcross(box, view, pane, width, (pane.width - width) / 2),
    y: isSeenDown ? y : (pane.height - box.height * zoom) / 2 - box.y * zoom,
    zoom,
  };
}

/** Whoever opens a group wants to see where it begins, wherever its middle stays. */
export function beginInView(box: Region, view: View, pane: Pane): View {
  const part = Math.min(box.width * view.zoom, pane.width / 4);
  return { ...view, x: seenAcross(box, view, pane, part, BORDER) };
}

/** The `x` at which this much from its left on is seen; where it is not yet, its left stands at `left` then. */
function seenAcross(box: Region, { x, zoom }: View, pane: Pane, part: number, left: number): number {
  const now = box.x * zoom + x;
  return now >= -1 && now + part <= pane.width + 1 ? x : left - box.x * zoom;
}
