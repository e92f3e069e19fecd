/** How a wire runs between two boxes: from side to side where they stand beside each other, else between their edges. Pure. */

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Curve {
  /** Of an SVG path. */
  readonly path: string;
  readonly middle: { readonly x: number; readonly y: number };
}

/** Led through points, where there are any. */
export function curveThrough(from: Box, via: readonly { readonly x: number; readonly y: number }[], to: Box): Curve {
  if (via.length === 0) return curveBetween(from, to);
  const down = to.y >= from.y;
  const points = [
    { x: from.x + from.width / 2, y: down ? from.y + from.height : from.y },
    ...via,
    { x: to.x + to.width / 2, y: down ? to.y : to.y + to.height },
  ];
  let path = `M${round(points[0]!.x)} ${round(points[0]!.y)}`;
  for (let index = 1; index < points.length; index++) {
    const [a, b] = [points[index - 1]!, points[index]!];
    // Straight down between two points above each other, a gentle bend otherwise.
    const bend = (b.y - a.y) / 2;
    path += `C${round(a.x)} ${round(a.y + bend)} ${round(b.x)} ${round(b.y - bend)} ${round(b.x)} ${round(b.y)}`;
  }
  return { path, middle: via[Math.floor(via.length / 2)]! };
}

export function curveBetween(from: Box, to: Box): Curve {
  const beside = from.y < to.y + to.height && to.y < from.y + from.height;
  if (beside) {
    const right = to.x >= from.x;
    const a = { x: right ? from.x + from.width : from.x, y: from.y + from.height / 2 };
    const b = { x: right ? to.x : to.x + to.width, y: to.y + to.height / 2 };
    const bend = (b.x - a.x) / 2;
    return {
      path: `M${round(a.x)} ${round(a.y)}C${round(a.x + bend)} ${round(a.y)} ${round(b.x - bend)} ${round(b.y)} ${round(b.x)} ${round(b.y)}`,
      middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
    };
  }
  const down = to.y >= from.y;
  const a = { x: from.x + from.width / 2, y: down ? from.y + from.height : from.y };
  const b = { x: to.x + to.width / 2, y: down ? to.y : to.y + to.height };
  const bend = (b.y - a.y) / 2;
  return {
    path: `M${round(a.x)} ${round(a.y)}C${round(a.x)} ${round(a.y + bend)} ${round(b.x)} ${round(b.y - bend)} ${round(b.x)} ${round(b.y)}`,
    middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
