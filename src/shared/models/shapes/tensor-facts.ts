/**
 * What is known of a tensor before anything runs, and arithmetic of sizes of which some are not known. A symbol stands
 * for a size that is not known: one symbol is the same size wherever it is met. Pure.
 */
export type Size = number | symbol;
export type Sizes = readonly Size[];

export interface TensorFacts {
  /** None: not even how many dimensions it has. */
  readonly shape?: Sizes;
  readonly dtype?: string;
  /** Its numbers, row by row, of small tensors: what others are shaped, cut and turned by. */
  readonly values?: Sizes;
}

export type Known = TensorFacts | undefined;

/** More numbers than any shape, padding or permutation has. */
export const MOST_VALUES = 128;
/** TensorFlow's own limit is far above what anybody uses; work on a shape is bounded by it. */
export const MOST_DIMENSIONS = 32;

export function unknownSize(): Size {
  return Symbol('size');
}

export function unknownSizes(rank: number): Sizes {
  return Array.from({ length: rank }, unknownSize);
}

export function isNumber(size: Size | undefined): size is number {
  return typeof size === 'number';
}

export function areNumbers(sizes: Sizes | undefined): sizes is readonly number[] {
  return sizes !== undefined && sizes.every(isNumber);
}

/** By one rule where both are numbers. */
export function combined(a: Size, b: Size, rule: (a: number, b: number) => number): Size {
  return isNumber(a) && isNumber(b) ? rule(a, b) : unknownSize();
}

export function plus(a: Size, b: Size): Size {
  return b === 0 ? a : a === 0 ? b : combined(a, b, (one, other) => one + other);
}

export function times(sizes: Sizes): Size {
  const numbers = sizes.filter(isNumber);
  const known = numbers.reduce((product, size) => product * size, 1);
  if (known === 0 || numbers.length === sizes.length) return known;
  return known === 1 && numbers.length === sizes.length - 1 ? sizes.find((size) => !isNumber(size))! : unknownSize();
}

/** How many numbers it has. */
export function countOf(shape: Sizes | undefined): Size {
  return shape ? times(shape) : unknownSize();
}

/** From 0; `undefined` where there is no such axis. */
export function axisIn(axis: Size | undefined, rank: number): number | undefined {
  if (!isNumber(axis)) return undefined;
  const at = axis < 0 ? axis + rank : axis;
  return Number.isInteger(at) && at >= 0 && at < rank ? at : undefined;
}

/** All of them; `undefined` where one is none. */
export function axesIn(axes: Sizes | undefined, rank: number): readonly number[] | undefined {
  const all = axes?.map((axis) => axisIn(axis, rank));
  return all?.every((axis) => axis !== undefined) ? (all as number[]) : undefined;
}

/** As arrays are stretched over one another; `undefined` where that cannot be, or a rank is not known. */
export function broadcast(shapes: readonly (Sizes | undefined)[]): Sizes | undefined {
  if (shapes.length === 0 || !shapes.every((shape) => shape !== undefined)) return undefined;
  const rank = Math.max(...shapes.map(({ length }) => length));
  const result: Size[] = [];
  for (let at = 0; at < rank; at++) {
    const sizes = shapes.flatMap((shape) => shape[shape.length - rank + at] ?? []).filter((size) => size !== 1);
    const numbers = sizes.filter(isNumber);
    if (numbers.some((size) => size !== numbers[0])) return undefined;
    const [first = 1] = sizes;
    result.push(numbers[0] ?? (sizes.every((size) => size === first) ? first : unknownSize()));
  }
  return result;
}

/** What two say of one tensor: of each size what is known of it. */
export function agreed(given: Sizes | undefined, found: Sizes | undefined): Sizes | undefined {
  if (!given || !found || given.length !== found.length) return given ?? found;
  return given.map((size, at) => (isNumber(size) ? size : found[at]!));
}

/** A tensor of this shape alone. */
export function shaped(shape: Sizes | undefined): TensorFacts {
  return { shape };
}
