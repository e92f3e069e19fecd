/**
 * A batch as a person sees it: thumbnails or rows, true and predicted labels. Works on values read
 * from tensors; runs no kernel and draws nothing random.
 */
import type { StepLook } from '../../shared/protocol/training.js';

export type LookedAtBatch = StepLook['batch'];

/** Values with their shape, batch dimension first. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export interface BatchFacts {
  readonly size: number;
  readonly inputs: Values | undefined;
  readonly targets: Values | undefined;
  readonly predictions: Values | undefined;
  readonly names?: readonly string[];
  readonly classNames?: readonly string[];
  readonly featureNames?: readonly string[];
  /** Whether targets are classes, one-hot or by number; otherwise they are quantities. */
  readonly areClasses: boolean;
}

const MOST_PIXELS = 96;
const MOST_IMAGES = 64;
const MOST_ROWS = 256;
const MOST_COLUMNS = 32;

export function lookAtBatch(facts: BatchFacts): LookedAtBatch {
  const images = facts.inputs && imageShape(facts.inputs, facts.featureNames);
  return {
    size: facts.size,
    images: images && facts.inputs ? thumbnails(facts.inputs, images) : undefined,
    rows: facts.inputs && !images ? rows(facts.inputs, facts.featureNames) : undefined,
    names: facts.names ? [...facts.names] : undefined,
    ...labels(facts),
  };
}

interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

function imageShape({ shape }: Values, featureNames: readonly string[] | undefined): ImageShape | undefined {
  const [, height = 0, width = 0, channels] = shape;
  if (shape.length === 4 && (channels === 1 || channels === 3 || channels === 4)) return { height, width, channels };
  if (shape.length === 3 && height === width && height >= 8) return { height, width, channels: 1 };
  // A square grey image laid out flat, as MNIST often is; columns with names are no pixels.
  const side = Math.round(Math.sqrt(height));
  if (shape.length === 2 && !featureNames && side >= 8 && side * side === height)
    return { height: side, width: side, channels: 1 };
  return undefined;
}

/** RGBA, all images one after the other, shrunk by averaging where they are large. */
function thumbnails({ data, shape }: Values, image: ImageShape): NonNullable<LookedAtBatch['images']> {
  const count = Math.min(shape[0] ?? 0, MOST_IMAGES);
  const shrink = Math.min(1, MOST_PIXELS / Math.max(image.width, image.height));
  const width = Math.max(1, Math.round(image.width * shrink));
  const height = Math.max(1, Math.round(image.height * shrink));
  const toByte = byteScale(data, count * image.width * image.height * image.channels);
  const rgba = new Uint8ClampedArray(count * width * height * 4);
  const columns = Array.from({ length: width }, (_, x) => span(x, width, image.width));
  const { channels } = image;
  let target = 0;
  for (let index = 0; index < count; index++) {
    const start = index * image.height * image.width * channels;
    for (let y = 0; y < height; y++) {
      const [top, bottom] = span(y, height, image.height);
      for (let x = 0; x < width; x++, target += 4) {
        const [left, right] = columns[x]!;
        const share = 1 / ((bottom - top) * (right - left));
        for (let channel = 0; channel < channels; channel++) {
          let sum = 0;
          for (let row = top; row < bottom; row++) {
            let at = start + (row * image.width + left) * channels + channel;
            for (let column = left; column < right; column++, at += channels) sum += data[at]!;
          }
          rgba[target + channel] = toByte(sum * share);
        }
        if (channels === 1) rgba[target + 1] = rgba[target + 2] = rgba[target]!;
        if (channels !== 4) rgba[target + 3] = 255;
      }
    }
  }
  return { count, width, height, rgba: Buffer.from(rgba.buffer).toString('base64') };
}

/** Pixels of the large image that one of the small image's stands for. */
function span(position: number, small: number, large: number): readonly [number, number] {
  const from = Math.floor((position * large) / small);
  return [from, Math.max(from + 1, Math.floor(((position + 1) * large) / small))];
}

/** From the range that pixels are usually given in: [0, 1], [−1, 1] or [0, 255]; anything else is stretched. */
function byteScale(data: ArrayLike<number>, count: number): (value: number) => number {
  let min = Infinity;
  let max = -Infinity;
  for (let index = 0; index < count; index++) {
    const value = data[index]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const near = 0.001;
  if (min >= 0 && max <= 1 + near) return (value) => value * 255;
  if (min >= -1 - near && max <= 1 + near) return (value) => (value + 1) * 127.5;
  if (min >= 0 && max <= 255 + near) return (value) => value;
  return (value) => ((value - min) / (max - min || 1)) * 255;
}

function rows(
  { data, shape }: Values,
  featureNames: readonly string[] | undefined,
): NonNullable<LookedAtBatch['rows']> {
  const width = shape.slice(1).reduce((product, dimension) => product * dimension, 1);
  const columns = Math.min(width, MOST_COLUMNS);
  return {
    columns: Array.from({ length: columns }, (_, index) => featureNames?.[index] ?? `x${index + 1}`),
    values: Array.from({ length: Math.min(shape[0] ?? 0, MOST_ROWS) }, (_, row) =>
      Array.from({ length: columns }, (__, column) => data[row * width + column]!),
    ),
  };
}

type Labels = Pick<LookedAtBatch, 'trueLabels' | 'predictedLabels' | 'confidence'>;

function labels(facts: BatchFacts): Labels {
  const { targets, predictions, size } = facts;
  const perExample = (values: Values): number =>
    values.shape.slice(1).reduce((product, dimension) => product * dimension, 1);
  const isOneEach = (values: Values): boolean => perExample(values) === 1;
  const className = (number: number): string => facts.classNames?.[number] ?? String(number);
  const examples = Array.from({ length: size }, (_, index) => index);

  if (!facts.areClasses) {
    const asText = (values: Values | undefined): string[] | undefined =>
      values && isOneEach(values) ? examples.map((index) => quantity(values.data[index]!)) : undefined;
    return { trueLabels: asText(targets), predictedLabels: asText(predictions) };
  }
  const result: { -readonly [K in keyof Labels]: Labels[K] } = {};
  if (targets && targets.shape.length <= 2) {
    const width = perExample(targets);
    result.trueLabels = examples.map((index) =>
      className(width === 1 ? Math.round(targets.data[index]!) : largest(targets.data, index * width, width)),
    );
  }
  if (predictions?.shape.length === 2) {
    const width = perExample(predictions);
    const best = examples.map((index) => {
      // One sigmoid unit tells the second class from the first.
      const only = predictions.data[index]!;
      return width === 1 ? (only > 0.5 ? 1 : 0) : largest(predictions.data, index * width, width);
    });
    result.predictedLabels = best.map(className);
    result.confidence = best.map((number, index) => {
      const value = predictions.data[width === 1 ? index : index * width + number]!;
      return width === 1 && number === 0 ? 1 - value : value;
    });
  }
  return result;
}

function largest(data: ArrayLike<number>, from: number, count: number): number {
  let best = 0;
  for (let index = 1; index < count; index++) if (data[from + index]! > data[from + best]!) best = index;
  return best;
}

function quantity(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}
