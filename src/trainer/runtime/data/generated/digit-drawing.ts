/**
 * Draws handwritten-looking digits as MNIST has them: 28 × 28 pixels, white on black. A stand-in where the
 * original files are not at hand. The same numbers give the same digit. Knows no files and no data set.
 */
import { Random } from '../random.js';

export const digitSize = 28;

type Point = readonly [x: number, y: number];
type Stroke = readonly Point[];

/** Ways to write each digit: control points of strokes in a box of 0…1, y downwards; curves run smoothly through them. */
const shapes: readonly (readonly (readonly Stroke[])[])[] = [
  [
    [[[0.5, 0.02], [0.22, 0.15], [0.12, 0.5], [0.24, 0.87], [0.5, 0.98], [0.78, 0.85], [0.88, 0.5], [0.76, 0.14], [0.5, 0.02]]],
    [[[0.6, 0.03], [0.3, 0.1], [0.18, 0.45], [0.26, 0.85], [0.5, 0.97], [0.74, 0.8], [0.82, 0.42], [0.7, 0.1], [0.45, 0.06]]],
  ],
  [
    [[[0.52, 0.02], [0.5, 0.35], [0.5, 0.65], [0.48, 0.98]]],
    [[[0.32, 0.2], [0.45, 0.12], [0.54, 0.02]], [[0.54, 0.02], [0.52, 0.5], [0.5, 0.98]]],
    [[[0.34, 0.18], [0.54, 0.03]], [[0.54, 0.03], [0.52, 0.97]], [[0.3, 0.97], [0.74, 0.97]]],
  ],
  [
    [[[0.18, 0.22], [0.32, 0.05], [0.6, 0.03], [0.78, 0.2], [0.7, 0.45], [0.42, 0.72], [0.15, 0.96]], [[0.15, 0.96], [0.5, 0.95], [0.86, 0.95]]],
    [[[0.2, 0.2], [0.4, 0.03], [0.7, 0.1], [0.74, 0.35], [0.5, 0.65], [0.22, 0.88], [0.3, 0.98], [0.42, 0.84], [0.6, 0.92], [0.86, 0.94]]],
  ],
  [
    [[[0.2, 0.12], [0.45, 0.02], [0.74, 0.12], [0.7, 0.36], [0.42, 0.47]], [[0.42, 0.47], [0.74, 0.56], [0.8, 0.8], [0.5, 0.98], [0.18, 0.87]]],
    [[[0.22, 0.05], [0.74, 0.05], [0.44, 0.42]], [[0.44, 0.42], [0.76, 0.52], [0.78, 0.82], [0.48, 0.97], [0.2, 0.86]]],
  ],
  [
    [[[0.3, 0.05], [0.18, 0.35], [0.2, 0.56], [0.5, 0.56], [0.84, 0.5]], [[0.74, 0.08], [0.68, 0.5], [0.64, 0.98]]],
    [[[0.62, 0.03], [0.36, 0.34], [0.12, 0.66]], [[0.12, 0.66], [0.5, 0.66], [0.9, 0.64]], [[0.62, 0.03], [0.64, 0.5], [0.64, 0.98]]],
  ],
  [
    [[[0.78, 0.05], [0.3, 0.06]], [[0.3, 0.06], [0.26, 0.42]], [[0.26, 0.42], [0.55, 0.37], [0.8, 0.55], [0.74, 0.86], [0.45, 0.98], [0.18, 0.88]]],
    [[[0.34, 0.08], [0.28, 0.25], [0.26, 0.44], [0.56, 0.42], [0.76, 0.62], [0.66, 0.9], [0.4, 0.97], [0.2, 0.86]], [[0.34, 0.07], [0.8, 0.03]]],
  ],
  [
    [[[0.68, 0.04], [0.4, 0.2], [0.22, 0.55], [0.28, 0.88], [0.52, 0.98], [0.76, 0.84], [0.74, 0.6], [0.5, 0.52], [0.25, 0.68]]],
    [[[0.56, 0.02], [0.32, 0.3], [0.22, 0.68], [0.4, 0.96], [0.68, 0.92], [0.74, 0.68], [0.5, 0.58], [0.27, 0.76]]],
  ],
  [
    [[[0.16, 0.06], [0.5, 0.06], [0.84, 0.05]], [[0.84, 0.05], [0.6, 0.45], [0.42, 0.98]]],
    [[[0.16, 0.08], [0.82, 0.05]], [[0.82, 0.05], [0.58, 0.48], [0.44, 0.98]], [[0.36, 0.5], [0.76, 0.48]]],
    [[[0.18, 0.2], [0.22, 0.07], [0.8, 0.06]], [[0.8, 0.06], [0.64, 0.4], [0.52, 0.97]]],
  ],
  [
    [[[0.5, 0.48], [0.24, 0.32], [0.3, 0.08], [0.56, 0.02], [0.76, 0.14], [0.7, 0.36], [0.5, 0.48], [0.24, 0.64], [0.2, 0.86], [0.48, 0.98], [0.78, 0.86], [0.76, 0.64], [0.5, 0.48]]],
    [[[0.72, 0.14], [0.5, 0.02], [0.28, 0.16], [0.4, 0.4], [0.66, 0.6], [0.74, 0.84], [0.48, 0.98], [0.26, 0.82], [0.36, 0.6], [0.64, 0.36], [0.72, 0.14]]],
  ],
  [
    [[[0.76, 0.26], [0.6, 0.05], [0.34, 0.1], [0.24, 0.32], [0.42, 0.48], [0.68, 0.42], [0.77, 0.2]], [[0.77, 0.2], [0.74, 0.6], [0.64, 0.98]]],
    [[[0.74, 0.2], [0.5, 0.03], [0.26, 0.2], [0.34, 0.46], [0.62, 0.44], [0.75, 0.2]], [[0.75, 0.2], [0.72, 0.66], [0.54, 0.95], [0.28, 0.92]]],
  ],
]; // prettier-ignore

/** Grey values 0…255, row by row, into `target` from `at`. */
export function drawDigit(digit: number, seed: number, target: Uint8Array, at: number): void {
  const random = new Random(seed, digit);
  const shape = random.pick(shapes[digit] ?? []);
  const width = random.between(10.5, 16);
  const height = random.between(17, 20.5);
  const slant = random.normal() * 0.16;
  const turn = random.normal() * 0.09;
  const halfWidth = random.between(0.75, 1.6);
  const softness = random.between(0.7, 1.1);
  const ink = random.between(0.85, 1);
  const [offsetX, offsetY] = [13.5 + random.normal() * 0.7, 13.5 + random.normal() * 0.7];
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  // One wobble a corner, wherever strokes meet there, so that they stay joined.
  const wobbles = new Map<string, Point>();
  const place = (point: Point): Point => {
    const key = point.join();
    const wobble = wobbles.get(key) ?? [random.normal() * 0.03, random.normal() * 0.03];
    wobbles.set(key, wobble);
    const y = (point[1] + wobble[1] - 0.5) * height;
    const x = (point[0] + wobble[0] - 0.5) * width - slant * y;
    return [offsetX + cos * x - sin * y, offsetY + sin * x + cos * y];
  };
  const nearest = new Float64Array(digitSize * digitSize).fill(Infinity);
  const reach = halfWidth + softness;
  for (const stroke of shape) {
    const line = smooth(stroke.map(place));
    for (let index = 1; index < line.length; index++) measure(nearest, line[index - 1]!, line[index]!, reach);
  }
  for (let pixel = 0; pixel < nearest.length; pixel++) {
    const cover = (halfWidth + softness / 2 - Math.sqrt(nearest[pixel]!)) / softness;
    target[at + pixel] = Math.round(255 * ink * Math.max(0, Math.min(1, cover)));
  }
}

/** Points along the Catmull-Rom curve through the given ones. */
function smooth(points: readonly Point[]): Point[] {
  if (points.length < 3) return [...points];
  const parts = 4;
  const line: Point[] = [points[0]!];
  for (let index = 0; index + 1 < points.length; index++) {
    const [before, from, to] = [points[Math.max(0, index - 1)]!, points[index]!, points[index + 1]!];
    const after = points[Math.min(points.length - 1, index + 2)]!;
    for (let part = 1; part <= parts; part++) {
      const t = part / parts;
      const at = (axis: 0 | 1): number =>
        0.5 *
        (2 * from[axis] +
          (to[axis] - before[axis]) * t +
          (2 * before[axis] - 5 * from[axis] + 4 * to[axis] - after[axis]) * t * t +
          (3 * from[axis] - before[axis] - 3 * to[axis] + after[axis]) * t * t * t);
      line.push([at(0), at(1)]);
    }
  }
  return line;
}

/** Lowers each pixel's squared distance to the nearest line, where this one is within reach. */
function measure(nearest: Float64Array, [fromX, fromY]: Point, [toX, toY]: Point, reach: number): void {
  const [alongX, alongY] = [toX - fromX, toY - fromY];
  const length = alongX * alongX + alongY * alongY;
  const [left, top] = [
    Math.max(0, Math.ceil(Math.min(fromX, toX) - reach)),
    Math.max(0, Math.ceil(Math.min(fromY, toY) - reach)),
  ];
  const right = Math.min(digitSize - 1, Math.max(fromX, toX) + reach);
  const bottom = Math.min(digitSize - 1, Math.max(fromY, toY) + reach);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const share = length === 0 ? 0 : ((x - fromX) * alongX + (y - fromY) * alongY) / length;
      const on = share < 0 ? 0 : share > 1 ? 1 : share;
      const apartX = x - fromX - on * alongX;
      const apartY = y - fromY - on * alongY;
      const distance = apartX * apartX + apartY * apartY;
      if (distance < nearest[y * digitSize + x]!) nearest[y * digitSize + x] = distance;
    }
  }
}
