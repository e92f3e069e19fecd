/** How large the pictures of a tensor are, before the first of them is here. Pure. */
import type { Shape } from '../../state/tensor-index.js';
import type { PictureView } from '../../state/tensor-reading.js';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** None where only the answer tells. */
  readonly total?: number;
}

export function pictureSize(shape: Shape, view: PictureView): PictureSize {
  const [a = 1, b = 1, c = 1] = shape.slice(-3);
  switch (view) {
    case 'images':
      return { height: a, width: b, channels: c === 3 ? 3 : 1, total: shape[0] };
    case 'featureMaps':
      return shape.length === 3
        ? { height: b, width: c, channels: 1, total: 1 }
        : { height: a, width: b, channels: 1, total: c };
    case 'filters':
      return { height: shape[0] ?? 1, width: shape[1] ?? 1, channels: b === 3 ? 3 : 1 };
    case 'matrix':
      return { height: shape.length < 2 ? 1 : b, width: c, channels: 1, total: shape.length <= 2 ? 1 : undefined };
  }
}

/** How many there are to choose from; 1: no choice. */
export function examplesOf(shape: Shape, view: PictureView): number {
  if (view === 'featureMaps') return shape[0] ?? 1;
  if (view === 'matrix' && shape.length > 2) return shape.slice(0, -2).reduce((product, length) => product * length, 1);
  return 1;
}
