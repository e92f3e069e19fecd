/**
 * How the shapes of what ops give follow from what goes into them: one rule for each family of ops, whatever a format
 * calls them. A rule that cannot know says nothing, for a guess would be worse. Of small tensors of whole numbers it
 * gives the numbers as well, for shapes are computed from shapes. Pure.
 */
import {
  MOST_DIMENSIONS,
  MOST_VALUES,
  areNumbers,
  axesIn,
  axisIn,
  broadcast,
  combined,
  countOf,
  isNumber,
  plus,
  shaped,
  times,
  unknownSize,
  unknownSizes,
  type Known,
  type Size,
  type Sizes,
  type TensorFacts,
} from './tensor-facts.js';

export function elementwise(inputs: readonly Known[], compute?: (a: Size, b: Size) => Size): TensorFacts {
  const shape = broadcast(inputs.map((input) => input?.shape));
  const [a, b] = inputs;
  const values =
    compute && inputs.length === 2 && shape && shape.length <= 1 ? paired(a?.values, b?.values) : undefined;
  return { shape, values: compute && values?.map(([one, other]) => compute(one, other)) };
}

function paired(a: Sizes | undefined, b: Sizes | undefined): readonly (readonly [Size, Size])[] | undefined {
  if (!a || !b || (a.length !== b.length && a.length !== 1 && b.length !== 1)) return undefined;
  return Array.from({ length: Math.max(a.length, b.length) }, (_, at) => [
    a.length === 1 ? a[0]! : a[at]!,
    b.length === 1 ? b[0]! : b[at]!,
  ]);
}

export function subtracted(a: Size, b: Size): Size {
  return b === 0 ? a : a === b ? 0 : combined(a, b, (one, other) => one - other);
}

export function multiplied(a: Size, b: Size): Size {
  return times([a, b]);
}

/** Towards zero, as whole numbers are divided; both formats leave the rest of negative ones to the machine. */
export function divided(a: Size, b: Size): Size {
  return b === 1 ? a : b === 0 ? unknownSize() : combined(a, b, (one, other) => Math.trunc(one / other));
}

export function matrixProduct(a: Known, b: Known, turnA = false, turnB = false): TensorFacts {
  if (!a?.shape || !b?.shape || a.shape.length === 0 || b.shape.length === 0) return {};
  const [left, right] = [
    a.shape.length === 1 ? [1, ...a.shape] : a.shape,
    b.shape.length === 1 ? [...b.shape, 1] : b.shape,
  ];
  const batch = broadcast([left.slice(0, -2), right.slice(0, -2)]);
  const rows = left.at(turnA ? -1 : -2)!;
  const columns = right.at(turnB ? -2 : -1)!;
  return shaped(
    batch && [...batch, ...(a.shape.length === 1 ? [] : [rows]), ...(b.shape.length === 1 ? [] : [columns])],
  );
}

/**
 * To a shape of which one size may be −1. What goes in and what comes out are the same numbers: sizes that are on
 * both sides, known or not, leave the rest.
 */
export function reshaped(input: Known, wanted: Sizes | undefined, zeroKeeps = false): TensorFacts {
  if (!wanted || wanted.length > MOST_DIMENSIONS) return {};
  const given = input?.shape;
  const target = wanted.map((size, at) => (size === 0 && zeroKeeps ? (given?.[at] ?? unknownSize()) : size));
  const open = target.flatMap((size, at) => (size === -1 ? [at] : []));
  const values = input?.values;
  if (open.length > 1) return {};
  const strange: number[] = [];
  const left = given ? [...given] : [];
  for (const [at, size] of target.entries()) {
    if (isNumber(size)) continue;
    const same = left.indexOf(size);
    if (same >= 0) left.splice(same, 1);
    else strange.push(at);
  }
  // What a file computes may be −1 as well: a size of its own stands for it.
  const shape = target.map((size, at) => (strange.includes(at) || size === -1 ? unknownSize() : size));
  const places = [...open, ...strange];
  if (given && places.length === 1) {
    const total = times(left);
    const known = target.reduce<number>(
      (product, size) => (isNumber(size) && size !== -1 ? product * size : product),
      1,
    );
    const rest = known > 0 ? ratio(left, total, known) : undefined;
    if (rest !== undefined) shape[places[0]!] = rest;
  }
  return { shape, values };
}

function ratio(left: Sizes, total: Size, known: number): Size | undefined {
  if (isNumber(total)) return Number.isInteger(total / known) ? total / known : undefined;
  const symbols = left.filter((size) => !isNumber(size));
  const numbers = times(left.filter(isNumber)) as number;
  return symbols.length === 1 && numbers === known ? symbols[0] : undefined;
}

export function transposed(input: Known, order: Sizes | undefined): TensorFacts {
  const shape = input?.shape;
  if (!shape) return order ? shaped(unknownSizes(order.length)) : {};
  const axes = axesIn(order, shape.length);
  if (!axes) return shaped(unknownSizes(shape.length));
  return axes.length === shape.length ? shaped(axes.map((axis) => shape[axis]!)) : {};
}

export function joined(inputs: readonly Known[], axis: Size | undefined): TensorFacts {
  const shapes = inputs.map((input) => input?.shape);
  const rank = shapes.find((shape) => shape !== undefined)?.length;
  if (rank === undefined || shapes.some((shape) => shape && shape.length !== rank)) return {};
  const at = axisIn(axis, rank);
  if (at === undefined) return shaped(unknownSizes(rank));
  const shape = Array.from({ length: rank }, (_, place) => {
    const sizes = shapes.map((one) => one?.[place] ?? unknownSize());
    if (place !== at) return sizes.find(isNumber) ?? sizes[0]!;
    return sizes.reduce(plus);
  });
  const values =
    rank === 1 && inputs.every((input) => input?.values) ? inputs.flatMap((input) => input!.values!) : undefined;
  return { shape, values: fewEnough(values) };
}

export function stacked(inputs: readonly Known[], axis: Size | undefined): TensorFacts {
  const known = inputs.find((input) => input?.shape)?.shape;
  if (!known || inputs.some((input) => input?.shape && input.shape.length !== known.length)) return {};
  const at = axisIn(axis, known.length + 1);
  const sizes = known.map((_, place) => {
    const all = inputs.map((input) => input?.shape?.[place] ?? unknownSize());
    return all.find(isNumber) ?? all[0]!;
  });
  if (at === undefined) return shaped(unknownSizes(known.length + 1));
  const values = known.length === 0 ? inputs.map((input) => input?.values?.[0] ?? unknownSize()) : undefined;
  return { shape: sizes.toSpliced(at, 0, inputs.length), values: fewEnough(values) };
}

export function unstacked(input: Known, axis: Size | undefined, count: number): readonly TensorFacts[] {
  const shape = input?.shape;
  const at = shape && axisIn(axis, shape.length);
  const values = shape?.length === 1 ? input?.values : undefined;
  return Array.from({ length: count }, (_, index) =>
    at === undefined ? {} : { shape: shape!.toSpliced(at, 1), values: values && [values[index] ?? unknownSize()] },
  );
}

/** @param pads before and behind of each dimension */
export function padded(input: Known, pads: readonly (readonly [Size, Size])[] | undefined): TensorFacts {
  const shape = input?.shape;
  if (!shape) return pads ? shaped(unknownSizes(pads.length)) : {};
  if (pads?.length !== shape.length) return shaped(unknownSizes(shape.length));
  return shaped(shape.map((size, at) => plus(size, plus(...pads[at]!))));
}

/** @param axes none: over all */
export function reduced(input: Known, axes: Sizes | undefined, keepsAxes: boolean): TensorFacts {
  const shape = input?.shape;
  if (!shape) return {};
  const all = axes && axesIn(axes, shape.length);
  if (axes && !all) return keepsAxes ? shaped(unknownSizes(shape.length)) : {};
  const gone = new Set(all ?? shape.keys());
  return shaped(
    keepsAxes ? shape.map((size, at) => (gone.has(at) ? 1 : size)) : shape.filter((_, at) => !gone.has(at)),
  );
}

export function gathered(input: Known, indices: Known, axis: Size | undefined, batch = 0): TensorFacts {
  const [data, places] = [input?.shape, indices?.shape];
  const at = data && axisIn(axis, data.length);
  if (!data || !places || at === undefined || batch < 0 || batch > Math.min(at, places.length)) return {};
  const shape = [...data.slice(0, at), ...places.slice(batch), ...data.slice(at + 1)];
  const [values, picked] = [data.length === 1 ? input?.values : undefined, indices?.values];
  if (!values || !areNumbers(picked)) return { shape };
  return { shape, values: picked.map((index) => values.at(index) ?? unknownSize()) };
}

export function gatheredAt(input: Known, indices: Known, batch = 0): TensorFacts {
  const [data, places] = [input?.shape, indices?.shape];
  const depth = places?.at(-1);
  if (!data || !places || !isNumber(depth) || batch + depth > data.length) return {};
  return shaped([...places.slice(0, -1), ...data.slice(batch + depth)]);
}

/** @param axes none: all that are 1 */
export function squeezed(input: Known, axes: Sizes | undefined): TensorFacts {
  const shape = input?.shape;
  if (!shape) return {};
  if (!axes && !areNumbers(shape)) return {};
  const gone = axes ? axesIn(axes, shape.length) : shape.flatMap((size, at) => (size === 1 ? [at] : []));
  return gone ? { shape: shape.filter((_, at) => !gone.includes(at)), values: input.values } : {};
}

export function unsqueezed(input: Known, axes: Sizes | undefined): TensorFacts {
  const shape = input?.shape;
  if (!shape || !axes || axes.length > MOST_DIMENSIONS) return {};
  const rank = shape.length + axes.length;
  const places = axesIn(axes, rank);
  if (!places || new Set(places).size !== places.length) return {};
  const sizes = [...shape];
  for (const at of [...places].sort((a, b) => a - b)) sizes.splice(at, 0, 1);
  return { shape: sizes, values: input.values };
}

export interface Cut {
  /** `undefined`: as far as it goes; a symbol: not known. */
  readonly start: Size | undefined;
  readonly end: Size | undefined;
  readonly step: Size;
}

/** What exporters write for "to the end", or more. */
const FARTHEST = 2 ** 31 - 1;

/** How many there are from `start` to before `end`, as Python counts. */
export function lengthOfCut({ start, end, step }: Cut, size: Size): Size {
  const isWhole = (start === undefined || start === 0) && (end === undefined || (isNumber(end) && end >= FARTHEST));
  if (isWhole && step === 1) return size;
  if (!isNumber(step) || step === 0 || !isNumber(size)) return unknownSize();
  if (typeof start === 'symbol' || typeof end === 'symbol') return unknownSize();
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const placed = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const from = start === undefined ? (step > 0 ? 0 : size - 1) : placed(start);
  const to = end === undefined ? (step > 0 ? size : -1) : placed(end);
  return Math.max(0, Math.ceil((to - from) / step));
}

/** Numbers of a row from `start` to before `end`. */
export function valuesOfCut(values: Sizes | undefined, cut: Cut): Sizes | undefined {
  const { start, end, step } = cut;
  if (!values || typeof start === 'symbol' || typeof end === 'symbol' || !isNumber(step) || step === 0)
    return undefined;
  const length = lengthOfCut(cut, values.length) as number;
  const last = values.length - 1;
  const from = start === undefined ? (step > 0 ? 0 : last) : start < 0 ? start + values.length : start;
  const first = Math.min(Math.max(from, 0), step > 0 ? values.length : last);
  return Array.from({ length }, (_, index) => values[first + index * step] ?? unknownSize());
}

/** @param sizes none: as equal as can be. */
export function split(
  input: Known,
  axis: Size | undefined,
  count: number,
  sizes: Sizes | undefined,
): readonly TensorFacts[] {
  const shape = input?.shape;
  const at = shape && axisIn(axis, shape.length);
  return Array.from({ length: count }, (_, index) => {
    if (at === undefined) return shape ? shaped(unknownSizes(shape.length)) : {};
    return shaped(shape!.with(at, sizes ? open(sizes[index]) : share(shape![at]!, count, index)));
  });
}

function share(size: Size, count: number, index: number): Size {
  if (!isNumber(size) || count === 0) return count === 1 ? size : unknownSize();
  const each = Math.ceil(size / count);
  return Math.max(0, Math.min(each, size - index * each));
}

/** A size that a file gives; what is below 0 stands for one that is not known. */
export function open(size: Size | undefined): Size {
  return size === undefined || (isNumber(size) && !(size >= 0)) ? unknownSize() : size;
}

/** Of the shape that a tensor's values are; one that is not known may be anything, its length alone is known. */
export function ofShape(target: Known): TensorFacts {
  if (target?.shape?.length !== 1) return {};
  if (target.values) return shaped(target.values.map(open));
  const [length] = target.shape;
  return isNumber(length) && length <= MOST_DIMENSIONS ? shaped(unknownSizes(length)) : {};
}

export function shapeOf(input: Known, start?: number, end?: number): TensorFacts {
  const shape = input?.shape?.slice(start, end);
  return shape ? { shape: [shape.length], values: fewEnough(shape) } : shaped([unknownSize()]);
}

export function sizeOf(input: Known): TensorFacts {
  return { shape: [], values: [countOf(input?.shape)] };
}

export function tiled(input: Known, repeats: Known): TensorFacts {
  const shape = input?.shape;
  if (!shape) return {};
  const factors = repeats?.values;
  if (factors?.length !== shape.length) return shaped(unknownSizes(shape.length));
  return shaped(shape.map((size, at) => times([size, factors[at]!])));
}

export function range(start: Size | undefined, limit: Size | undefined, step: Size | undefined): TensorFacts {
  if (start === 0 && step === 1 && limit !== undefined) {
    const count = isNumber(limit) ? Math.max(0, Math.ceil(limit)) : limit;
    const values = isNumber(count) && count <= MOST_VALUES ? Array.from({ length: count }, (_, at) => at) : undefined;
    return { shape: [count], values };
  }
  if (!isNumber(start) || !isNumber(limit) || !isNumber(step) || step === 0) return shaped([unknownSize()]);
  const count = Math.max(0, Math.ceil((limit - start) / step));
  const values = count <= MOST_VALUES ? Array.from({ length: count }, (_, at) => start + at * step) : undefined;
  return { shape: [count], values };
}

export function oneHot(indices: Known, depth: Size | undefined, axis: Size | undefined): TensorFacts {
  const shape = indices?.shape;
  const at = shape && axisIn(axis, shape.length + 1);
  return at === undefined ? {} : shaped(shape!.toSpliced(at, 0, open(depth)));
}

/** `ab,bc->ac`, with dots for dimensions that are stretched over one another. */
export function summedBy(equation: string, inputs: readonly Known[]): TensorFacts {
  const [from = '', to] = equation.replaceAll(/\s/g, '').split('->');
  const terms = from.split(',');
  if (equation.length > 1000 || terms.length !== inputs.length) return {};
  const sizes = new Map<string, Size>();
  const dots: Sizes[] = [];
  for (const [index, term] of terms.entries()) {
    const shape = inputs[index]?.shape;
    const [before = '', after] = term.split('...');
    const letters = before.length + (after?.length ?? 0);
    if (!shape || (after === undefined ? shape.length !== letters : shape.length < letters)) return {};
    const extra = shape.length - letters;
    for (const [at, letter] of [...before].entries()) note(sizes, letter, shape[at]!);
    for (const [at, letter] of [...(after ?? '')].entries()) note(sizes, letter, shape[before.length + extra + at]!);
    if (after !== undefined) dots.push(shape.slice(before.length, before.length + extra));
  }
  const stretched = dots.length > 0 ? broadcast(dots) : [];
  if (!stretched) return {};
  const once = [...sizes.keys()].filter((letter) => from.split(letter).length === 2).sort();
  const [head = '', tail] = (to ?? `${from.includes('...') ? '...' : ''}${once.join('')}`).split('...');
  const named = (letters: string): Size[] => [...letters].map((letter) => sizes.get(letter) ?? unknownSize());
  return shaped([...named(head), ...(tail === undefined ? [] : [...stretched, ...named(tail)])]);
}

function note(sizes: Map<string, Size>, letter: string, size: Size): void {
  const before = sizes.get(letter);
  if (before === undefined || before === 1 || !isNumber(before)) sizes.set(letter, size);
}

function fewEnough(values: Sizes | undefined): Sizes | undefined {
  return values && values.length <= MOST_VALUES ? values : undefined;
}
