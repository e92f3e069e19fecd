/** How wide a text is in a canvas's font, and as much of it as fits. Texts are measured once: it is dear. */

const widths = new Map<string, number>();

/** In the brush's font. */
export function measured(brush: CanvasRenderingContext2D, text: string): number {
  const key = `${brush.font}\n${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    // Names come from models: there is no end to them.
    if (widths.size > 20_000) widths.clear();
    widths.set(key, (width = brush.measureText(text).width));
  }
  return width;
}

/** Its end left out where it is too wide. */
export function fitted(brush: CanvasRenderingContext2D, text: string, width: number): string {
  if (measured(brush, text) <= width) return text;
  let [least, most] = [0, text.length];
  while (least < most) {
    const length = Math.ceil((least + most) / 2);
    if (measured(brush, `${text.slice(0, length)}…`) <= width) least = length;
    else most = length - 1;
  }
  return least === 0 ? '' : `${text.slice(0, least)}…`;
}
