/** Which views fit a tensor, the best one first: by its shape and by what it is in the training. Pure. */
import type { TensorView } from '../../shared/protocol/tensors.js';
import { product } from './tensor-source.js';

/** What is known of a tensor beside its shape: an input of the model or its targets, a layer's output, a weight or its like. */
export type TensorRole = 'batch' | 'activation' | 'weight';

interface Viewed {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly role?: TensorRole;
  /** Each row of a matrix, or a vector, sums up to one and is nowhere below zero. */
  readonly areProbabilities: boolean;
}

/** Bars beyond that are a curve. */
const MOST_BARS = 64;
/** A row that is longer than any picture is wide is a signal: sound, for example. */
const LEAST_SIGNAL = 8_000;
/** A row of pixels that is shorter is hardly an image. */
const LEAST_SIDE = 8;

export function viewsOf({ shape, dtype, role, areProbabilities }: Viewed): TensorView[] {
  if (dtype === 'string' || product(shape) < 2) return ['table'];
  const last = shape.at(-1)!;
  switch (shape.length) {
    case 1:
      return vectorViews(last, areProbabilities);
    case 2: {
      const [first] = shape as [number, number];
      if (first === 1 || last === 1) return [...vectorViews(first * last, areProbabilities && last > 1)];
      if (areProbabilities) return ['bars', 'matrix', 'table'];
      if (role === 'batch' && isFlatImage(last)) return ['images', 'matrix', 'table'];
      return role !== 'weight' && last >= LEAST_SIGNAL ? ['curve', 'matrix', 'table'] : ['matrix', 'table'];
    }
    case 3: {
      if (role === 'weight') return ['matrix', 'table'];
      const [first, second] = shape as [number, number, number];
      if (last === 1 && second > MOST_BARS) return ['curve', 'matrix', 'table'];
      const areImages = role === 'batch' && second === last && last >= LEAST_SIDE;
      const isImage = role === undefined && isColour(last) && Math.min(first, second) >= LEAST_SIDE;
      return [...(areImages || isImage ? (['images'] as const) : []), 'featureMaps', 'matrix', 'table'];
    }
    default: {
      if (role === 'weight') return ['filters', 'matrix', 'table'];
      const pixels = shape.at(-2)! * shape.at(-3)!;
      if (pixels === 1) return ['matrix', 'table'];
      const images = shape.length === 4 && (isColour(last) || (last === 4 && role === 'batch'));
      if (!images) return ['featureMaps', 'matrix', 'table'];
      return role === 'activation'
        ? ['featureMaps', 'images', 'matrix', 'table']
        : ['images', 'featureMaps', 'matrix', 'table'];
    }
  }
}

function vectorViews(length: number, areProbabilities: boolean): TensorView[] {
  return areProbabilities || length <= MOST_BARS ? ['bars', 'curve', 'table'] : ['curve', 'table'];
}

/** A grey image laid out flat, as MNIST often is. */
function isFlatImage(length: number): boolean {
  const side = Math.round(Math.sqrt(length));
  return side * side === length && side >= 2 * LEAST_SIDE;
}

function isColour(channels: number): boolean {
  return channels === 1 || channels === 3;
}
