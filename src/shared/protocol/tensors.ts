/**
 * How a front end looks at one tensor of a stopped training: summed up, as pictures, as numbers in
 * pages. Nothing leaves the trainer that is not on the screen. References are good for one stop.
 */
import { z } from 'zod';

const real = z.custom<number>((value) => typeof value === 'number');

/** Which tensor. Layers by their label, weights as `dense_1/kernel`. */
export const tensorPlace = z.discriminatedUnion('kind', [
  /** A variable of the protocol that is a tensor, by its `variablesReference`. */
  z.object({ kind: z.literal('variable'), reference: z.number().int().positive() }),
  z.object({ kind: z.literal('activation'), layer: z.string() }),
  z.object({ kind: z.literal('weight'), weight: z.string() }),
  z.object({ kind: z.literal('gradient'), weight: z.string() }),
  z.object({ kind: z.literal('batch'), part: z.enum(['xs', 'ys']), index: z.number().int().nonnegative().default(0) }),
]);
export type TensorPlace = z.infer<typeof tensorPlace>;

/** How a tensor can be shown; the first of a tensor's list fits it best. */
export const tensorView = z.enum(['images', 'featureMaps', 'filters', 'matrix', 'bars', 'curve', 'table']);
export type TensorView = z.infer<typeof tensorView>;

export const tensorFacts = z.object({
  name: z.string(),
  shape: z.array(z.number()),
  dtype: z.string(),
  /** Where it lives: `CPU`, `GPU 0`. */
  device: z.string(),
  size: z.number(),
  bytes: z.number(),
  /** Not there for text, for no values at all and where nothing was asked of a large tensor. Shares are 0 to 1; not-finite values are left out of the first five. */
  numbers: z
    .object({ min: real, max: real, mean: real, spread: real, norm: real, zeros: z.number(), notFinite: z.number() })
    .optional(),
  /** Counts of equal bins from `min` to `max`, of finite values. */
  histogram: z.array(z.number()).optional(),
  /** What the entries of the last dimension stand for, where that is known: classes of predictions and labels. */
  columnNames: z.array(z.string()).optional(),
  views: z.array(tensorView),
});
export type TensorFacts = z.infer<typeof tensorFacts>;

/** Grey pictures side by side: feature maps of an example, filters, examples of a batch, one matrix. */
export const tensorPictures = z.object({
  width: z.number(),
  height: z.number(),
  /** 1: grey, to be coloured by the front end; 3: red, green, blue. */
  channels: z.union([z.literal(1), z.literal(3)]),
  /** Of all there are, not of those given here, which may be fewer than were asked for. */
  total: z.number(),
  first: z.number(),
  /** What each picture's 0 and 255 stand for. */
  ranges: z.array(z.object({ min: real, max: real })),
  titles: z.array(z.string()).optional(),
  /**
   * Where the pictures are in the tensor: the value in row `y`, column `x`, channel `c` of the picture as large as it
   * really is, is at the flat index `starts[picture] + y * row + x * column + c * channel`. Counts values, not bytes.
   */
  source: z.object({
    width: z.number(),
    height: z.number(),
    starts: z.array(z.number()),
    row: z.number(),
    column: z.number(),
    channel: z.number(),
  }),
  /** Bytes of all pictures, one after the other, row by row; base64. 0 and 255 by the range. Not-finite: see `notFiniteRuns`. */
  pixels: z.string(),
  /** Runs of bytes in `pixels` that stand for not-finite values: place, length, place, length, … */
  notFiniteRuns: z.array(z.number()).optional(),
});
export type TensorPictures = z.infer<typeof tensorPictures>;

export const tensorNumbers = z.object({
  /** Little-endian float64 of the window, row by row; base64, so that NaN and infinities survive. Text: `texts`. */
  values: z.string(),
  texts: z.array(z.string()).optional(),
  rows: z.number(),
  columns: z.number(),
});
export type TensorNumbers = z.infer<typeof tensorNumbers>;

/** Custom requests of the debug adapter, all of them while training is stopped. */
export const tensorRequests = {
  'backstep/tensor': {
    args: z.object({
      tensor: tensorPlace,
      bins: z.number().int().min(1).max(512).default(64),
      /** False: at once, without `numbers` and `histogram` of a large tensor, whose values take a moment to go over. */
      numbers: z.boolean().default(true),
    }),
    result: tensorFacts,
  },
  'backstep/tensorPictures': {
    args: z.object({
      tensor: tensorPlace,
      view: z.enum(['images', 'featureMaps', 'filters', 'matrix']),
      /** Example of the batch, for feature maps; otherwise the index over all leading dimensions. */
      example: z.number().int().nonnegative().default(0),
      first: z.number().int().nonnegative().default(0),
      count: z.number().int().min(1).max(1024).default(64),
      /** Longer sides are made smaller by means of blocks. */
      maxSide: z.number().int().min(1).max(2048).default(256),
      /** One range for all pictures, or each its own. */
      scale: z.enum(['all', 'each']).default('all'),
    }),
    result: tensorPictures,
  },
  /**
   * A window of the tensor as a table: its last dimension across (a vector: one column), all others
   * down in order.
   */
  'backstep/tensorNumbers': {
    args: z.object({
      tensor: tensorPlace,
      row: z.number().int().nonnegative(),
      rows: z.number().int().min(1).max(1000),
      column: z.number().int().nonnegative(),
      columns: z.number().int().min(1).max(1000),
    }),
    result: tensorNumbers,
  },
  /** The next place, after index `from` (−1: from the start), round the end, of what is looked for. */
  'backstep/tensorFind': {
    args: z.object({
      tensor: tensorPlace,
      for: z.enum(['max', 'min', 'largest', 'notFinite', 'zero', 'value']),
      value: z.number().optional(),
      from: z.number().int().min(-1).default(-1),
    }),
    /** Flat index; none where there is no such value. */
    result: z.object({ index: z.number().optional(), value: real.optional(), count: z.number().optional() }),
  },
} as const;
