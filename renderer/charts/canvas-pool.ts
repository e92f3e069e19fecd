/** Canvases that charts out of sight gave back, for those that come into sight: scrolling makes no new ones. */
const MOST_KEPT = 96;
const free: HTMLCanvasElement[] = [];

/** Cleared and without a place in the document; its size is for the taker to set. */
export function takeCanvas(): HTMLCanvasElement {
  return free.pop() ?? document.createElement('canvas');
}

export function giveCanvas(canvas: HTMLCanvasElement): void {
  canvas.remove();
  canvas.removeAttribute('class');
  canvas.removeAttribute('style');
  canvas.hidden = false;
  if (free.length < MOST_KEPT) free.push(canvas);
}

/** Of the size in CSS pixels, at the screen's own resolution. Setting a size clears a canvas, so it is set only where it differs. */
export function sizeCanvas(canvas: HTMLCanvasElement, width: number, height: number, ratio: number): void {
  const w = Math.max(1, Math.round(width * ratio));
  const h = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
}

/** Its context, empty and with CSS pixels as the unit. */
export function clearedContext(canvas: HTMLCanvasElement, ratio: number): CanvasRenderingContext2D | undefined {
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
