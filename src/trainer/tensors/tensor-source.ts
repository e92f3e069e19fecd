/**
 * A tensor's values as what looks at it needs them: piece by piece, by flat index, wherever they lie.
 * Knows typed arrays only.
 */

/** Of bool: bytes of 0 and 1. Of complex numbers: magnitudes. */
export type NumericValues = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface TensorSource {
  readonly shape: readonly number[];
  readonly size: number;
  /** Each piece is a copy of its own, which takes time and may be kept. */
  readonly copies?: boolean;
  /** `length` values from flat index `from` on, all of them there. Not to be written to; stale at the next call. */
  range(from: number, length: number): NumericValues;
}

/** Values gone over in one go: few calls for backends that copy, and never much memory at once. */
const PIECE = 1 << 20;

/** Tells of all values between two flat indexes, in order, with the index that each piece begins at. */
export function forEachPiece(
  source: TensorSource,
  tell: (values: NumericValues, at: number) => void,
  from = 0,
  to = source.size,
): void {
  for (let at = from; at < to; at += PIECE) tell(source.range(at, Math.min(PIECE, to - at)), at);
}

/** The same for as long as one answer takes: pieces that are copies are not copied again for another pass. */
export function remembering(source: TensorSource): TensorSource {
  if (!source.copies) return source;
  const pieces = new Map<number, NumericValues>();
  const range = (from: number, length: number): NumericValues => {
    const known = pieces.get(from);
    if (known?.length === length) return known;
    const piece = source.range(from, length);
    if (length === PIECE && pieces.size < MOST_PIECES) pieces.set(from, piece);
    return piece;
  };
  return { ...source, range };
}
/** 256 MB in single precision. */
const MOST_PIECES = 64;

/** Of values that are in JavaScript already. */
export function sourceOfValues(values: NumericValues, shape: readonly number[]): TensorSource {
  return { shape, size: values.length, range: (from, length) => values.subarray(from, from + length) };
}

export function product(dimensions: readonly number[]): number {
  return dimensions.reduce((sum, dimension) => sum * dimension, 1);
}
