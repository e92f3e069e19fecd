/** How a wire runs between two boxes: from side to side where they stand beside each other, else between their edges. Pure. */

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Of an SVG path, through what `curvePoints` gives. */
export function curvePath(points: readonly number[]): string {
  const at = (index: number): string => `${round(points[index]!)} ${round(points[index + 1]!)}`;
  let path = `M${at(0)}`;
  for (let index = 2; index < points.length; index += 6) path += `C${at(index)} ${at(index + 2)} ${at(index + 4)}`;
  return path;
}

/** x and y of where it begins, then of two control points and the end of each of its Bézier curves. */
export function curvePoints(from: Box, via: readonly Point[], to: Box): number[] {
  if (via.length === 0 && from.y < to.y + to.height && to.y < from.y + from.height) {
    const right = to.x >= from.x;
    const [ax, ay] = [right ? from.x + from.width : from.x, from.y + from.height / 2];
    const [bx, by] = [right ? to.x : to.x + to.width, to.y + to.height / 2];
    const bend = (bx - ax) / 2;
    return [ax, ay, ax + bend, ay, bx - bend, by, bx, by];
  }
  const down = to.y >= from.y;
  let [ax, ay] = [from.x + from.width / 2, down ? from.y + from.height : from.y];
  const points = [ax, ay];
  const lead = (bx: number, by: number): void => {
    // Straight down between two points above each other, a gentle bend otherwise.
    const bend = (by - ay) / 2;
    points.push(ax, ay + bend, bx, by - bend, bx, by);
    [ax, ay] = [bx, by];
  };
  for (const { x, y } of via) lead(x, y);
  lead(to.x + to.width / 2, down ? to.y : to.y + to.height);
  return points;
}

/** Between two boxes that stand side by side there is as much as they are apart: what is longer would be cut by both. */
export function hasRoomFor(points: readonly number[], width: number): boolean {
  const isLevel = points.length === 8 && points[1] === points[3];
  return !isLevel || Math.abs(points[6]! - points[0]!) >= width;
}

/**
 * Where what is said of it stands. One that is led runs within a row, between two rows, within a row and so on: between
 * rows there is room, best where it runs straight, else nearest to its middle.
 */
export function middleOf(points: readonly number[]): Point {
  const last = points.length - 2;
  const curves = last / 6;
  if (curves < 3) return { x: (points[0]! + points[last]!) / 2, y: (points[1]! + points[last + 1]!) / 2 };
  let [best, least] = [1, Infinity];
  for (let curve = 1; curve < curves - 1; curve += 2) {
    const across = Math.abs(points[6 * curve + 6]! - points[6 * curve]!);
    const cost = across + Math.abs(curve - (curves - 1) / 2);
    if (cost < least) [best, least] = [curve, cost];
  }
  const at = 6 * best;
  return { x: (points[at]! + points[at + 6]!) / 2, y: (points[at + 1]! + points[at + 7]!) / 2 };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
