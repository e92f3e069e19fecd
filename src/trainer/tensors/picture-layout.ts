/**
 * Where the pictures of a tensor are in it: examples of a batch, the maps of one example, filters, the
 * matrices of its last two dimensions. A picture is a start, and steps to the next row, column and
 * colour. Knows shapes only.
 */
import { product } from './tensor-source.js';

export type PictureView = 'images' | 'featureMaps' | 'filters' | 'matrix';

export interface PictureLayout {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** From one value to the next, in values. */
  readonly row: number;
  readonly column: number;
  readonly channel: number;
  readonly total: number;
  /** Flat index of a picture's first value. */
  start(picture: number): number;
  /** For a person, from the batch's names where they are known. */
  title?(picture: number): string;
  /** What all of the pictures are in: they are shown on one scale. */
  readonly from: number;
  readonly length: number;
  /** Sides are made smaller together, for the pictures are of something. */
  readonly keepsShape: boolean;
}

/**
 * @param example of the batch, for feature maps; of the leading dimension, for filters in three dimensions
 * @throws Error in words where the tensor cannot be shown so
 */
export function pictureLayout(shape: readonly number[], view: PictureView, example: number): PictureLayout {
  const layout = layouts[view](shape, example);
  if (layout) return layout;
  const words = { images: 'images', featureMaps: 'feature maps', filters: 'filters', matrix: 'a matrix' }[view];
  throw new Error(`A tensor of shape ${shape.join('×') || 'scalar'} cannot be shown as ${words}.`);
}

type Layouts = Readonly<Record<PictureView, (shape: readonly number[], example: number) => PictureLayout | undefined>>;

const layouts: Layouts = {
  images(shape) {
    const [count = 0, height = 0, width = 0, last = 0] = shape;
    if (shape.length === 4 && [1, 3, 4].includes(last)) return imageLayout(count, height, width, last);
    // One image alone, colours last; or grey ones without a dimension for it.
    if (shape.length === 3 && (width === 1 || width === 3)) return imageLayout(1, count, height, width);
    if (shape.length === 3) return imageLayout(count, height, width, 1);
    const side = Math.round(Math.sqrt(height));
    return shape.length === 2 && side * side === height ? imageLayout(count, side, side, 1) : undefined;
  },

  featureMaps(shape, example) {
    const maps = shape.length === 3 ? { leading: shape.slice(0, 1), map: shape.slice(1) } : undefined;
    if (!maps && shape.length < 4) return undefined;
    const leading = maps?.leading ?? shape.slice(0, -3);
    checkExample(example, product(leading), 'examples');
    const [height, width, channels] = (maps ? [...maps.map, 1] : shape.slice(-3)) as [number, number, number];
    const length = height * width * channels;
    const from = example * length;
    return {
      width,
      height,
      channels: 1,
      row: width * channels,
      column: channels,
      channel: 0,
      total: channels,
      start: (picture) => from + picture,
      title: maps ? () => `example ${example}` : (picture) => `channel ${picture}`,
      from,
      length,
      // Steps down, channels across.
      keepsShape: !maps,
    };
  },

  filters(shape, example) {
    if (shape.length < 4) return undefined;
    const [height, width, ins, outs] = shape.slice(-4) as [number, number, number, number];
    const leading = product(shape.slice(0, -4));
    checkExample(example, leading, 'slices');
    const inColour = ins === 3;
    const length = height * width * ins * outs;
    const from = example * length;
    return {
      width,
      height,
      channels: inColour ? 3 : 1,
      row: width * ins * outs,
      column: ins * outs,
      channel: inColour ? outs : 0,
      total: inColour ? outs : ins * outs,
      start: (picture) => from + (inColour ? picture : (picture % ins) * outs + Math.floor(picture / ins)),
      title: (picture) =>
        inColour || ins === 1 ? `filter ${picture}` : `${picture % ins} → ${Math.floor(picture / ins)}`,
      from,
      length,
      keepsShape: true,
    };
  },

  matrix(shape) {
    if (shape.length < 2) return undefined;
    const [height, width] = shape.slice(-2) as [number, number];
    const leading = shape.slice(0, -2);
    const size = height * width;
    return {
      width,
      height,
      channels: 1,
      row: width,
      column: 1,
      channel: 0,
      total: product(leading),
      start: (picture) => picture * size,
      ...(leading.length > 0 ? { title: (picture: number) => `[${indexes(picture, leading).join(', ')}]` } : {}),
      from: 0,
      length: product(shape),
      keepsShape: false,
    };
  },
};

function imageLayout(total: number, height: number, width: number, depth: number): PictureLayout {
  const size = height * width * depth;
  return {
    width,
    height,
    // What is transparent is shown, too.
    channels: depth >= 3 ? 3 : 1,
    row: width * depth,
    column: depth,
    channel: depth >= 3 ? 1 : 0,
    total,
    start: (picture) => picture * size,
    title: (picture) => `example ${picture}`,
    from: 0,
    length: total * size,
    keepsShape: true,
  };
}

function checkExample(example: number, count: number, things: string): void {
  if (example < count) return;
  throw new Error(`There is no number ${example}: there are ${count} ${things}, counted from 0.`);
}

function indexes(flat: number, dimensions: readonly number[]): number[] {
  const found: number[] = [];
  let rest = flat;
  for (const dimension of dimensions.toReversed()) {
    found.unshift(rest % dimension);
    rest = Math.floor(rest / dimension);
  }
  return found;
}
