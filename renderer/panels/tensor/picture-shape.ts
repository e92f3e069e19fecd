/** How large the pictures of a tensor are, before the first of them is here. Pure. */
import type { Shape } from '../../state/tensor-index.js';
import type { PictureView } from '../../state/tensor-reading.js';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly total: number;
}

export function pictureSize(shape: Shape, view: PictureView): PictureSize {
  const [a = 1, b = 1, c = 1] = shape.length < 3 ? [1, ...shape] : shape.slice(-3);
  switch (view) {
    case 'images':
      return imageSize(shape);
    case 'featureMaps':
      return shape.length === 3
        ? { height: b, width: c, channels: 1, total: 1 }
        : { height: a, width: b, channels: 1, total: c };
    case 'filters': {
      const [height = 1, width = 1, ins = 1, outs = 1] = shape.slice(-4);
      return { height, width, channels: ins === 3 ? 3 : 1, total: ins === 3 ? outs : ins * outs };
    }
    case 'matrix':
      return { height: b, width: c, channels: 1, total: product(shape.slice(0, -2)) };
  }
}

function imageSize(shape: Shape): PictureSize {
  const [first = 1, second = 1, third = 1, last = 1] = shape;
  if (shape.length === 4) return { height: second, width: third, channels: last >= 3 ? 3 : 1, total: first };
  if (shape.length === 2) {
    // Flat images are squares.
    const side = Math.max(1, Math.round(Math.sqrt(second)));
    return { height: side, width: side, channels: 1, total: first };
  }
  return third === 1 || third === 3
    ? { height: first, width: second, channels: third, total: 1 }
    : { height: second, width: third, channels: 1, total: first };
}

/** How many there are to choose from, each with pictures of its own; 1: no choice. */
export function examplesOf(shape: Shape, view: PictureView): number {
  if (view === 'featureMaps') return product(shape.slice(0, shape.length === 3 ? 1 : -3));
  return view === 'filters' ? product(shape.slice(0, -4)) : 1;
}

function product(lengths: Shape): number {
  return lengths.reduce((all, length) => all * length, 1);
}
