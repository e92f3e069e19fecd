/** Layers that add or take away at the edges, or repeat, in one to three dimensions; what TensorFlow.js lacks of them. */
import * as tf from '@tensorflow/tfjs';
import type { GivenConfig } from './given-config.js';
import type { LayerMaker } from './layer-maker.js';
import { ownLayer, type Sizes } from './own-layer.js';
import { Refusal } from './refusal.js';

export type Margin = readonly [before: number, after: number];

/** `[[top, bottom], [left, right]]` and the like, of whichever form Keras takes: a number, one or two for each. */
export function marginsOf(given: GivenConfig, name: string, rank: number): Margin[] {
  const value = given.get(name);
  const pair = (one: unknown): Margin => {
    const [before, after] = Array.isArray(one) ? (one as unknown[]) : [one, one];
    const isMargin = (size: unknown): size is number => Number.isSafeInteger(size) && (size as number) >= 0;
    if (!isMargin(before) || !isMargin(after)) throw new Refusal(`its ${name} is ${JSON.stringify(value)}`);
    return [before, after];
  };
  // In one dimension two numbers are what comes before and after.
  if (rank === 1) return [pair(Array.isArray(value) && Array.isArray(value[0]) ? value[0] : value)];
  const each: readonly unknown[] = Array.isArray(value) ? value : Array<unknown>(rank).fill(value);
  return Array.from({ length: rank }, (_, at) => pair(each[at]));
}

/** Sizes of the inner dimensions changed one by one; batch and channels stay. */
function resized(change: (size: number, at: number) => number): (shapes: readonly Sizes[]) => Sizes {
  return ([shape = []]) =>
    shape.map((size, at) => (at === 0 || at === shape.length - 1 || size === null ? size : change(size, at - 1)));
}

export function padding(rank: 1 | 3): LayerMaker {
  return (given) => {
    given.channelsLast();
    const margins = marginsOf(given, 'padding', rank);
    return ownLayer(given, {
      shape: resized((size, at) => size + margins[at]![0] + margins[at]![1]),
      compute: ([input]) => tf.pad(input!, [[0, 0], ...margins.map(([a, b]): [number, number] => [a, b]), [0, 0]]),
    });
  };
}

export function cropping(rank: 1 | 3): LayerMaker {
  return (given) => {
    given.channelsLast();
    const margins = marginsOf(given, 'cropping', rank);
    const left = (size: number, at: number): number => {
      const rest = size - margins[at]![0] - margins[at]![1];
      if (rest < 1) throw new Refusal('it takes away more than comes in');
      return rest;
    };
    return ownLayer(given, {
      shape: resized(left),
      compute([input]) {
        const { shape } = input!;
        const begin = [0, ...margins.map(([before]) => before), 0];
        return tf.slice(input!, begin, [shape[0]!, ...shape.slice(1, -1).map(left), shape.at(-1)!]);
      },
    });
  };
}

export function upSampling(rank: 1 | 3): LayerMaker {
  return (given) => {
    given.channelsLast();
    const times = given.sizes('size', rank, 2);
    return ownLayer(given, {
      shape: resized((size, at) => size * times[at]!),
      compute([input]) {
        // Each of its sizes in turn: before it, itself and after it are three dimensions, of which tiles have gradients.
        let x = input!;
        for (const [at, count] of times.entries()) {
          if (count === 1) continue;
          const { shape } = x;
          const before = shape.slice(0, at + 2).reduce((product, size) => product * size, 1);
          const tiled = tf.tile(tf.reshape(x, [before, 1, x.size / before]), [1, count, 1]);
          x = tf.reshape(
            tiled,
            shape.map((size, place) => (place === at + 1 ? size * count : size)),
          );
        }
        return x;
      },
    });
  };
}

/** The middle of a picture. */
export const centerCrop: LayerMaker = (given) => {
  given.channelsLast();
  const wanted = [given.count('height'), given.count('width')];
  const begin = (size: number, at: number): number => {
    const rest = size - wanted[at]!;
    if (rest < 0) throw new Refusal('it makes a picture larger than what comes in');
    return Math.floor(rest / 2);
  };
  return ownLayer(given, {
    shape: ([shape = []]) => [...shape.slice(0, -3), ...wanted, shape.at(-1) ?? null],
    compute([input]) {
      const { shape } = input!;
      const outer = shape.slice(0, -3);
      const places = shape.slice(-3, -1).map(begin);
      return tf.slice(input!, [...outer.map(() => 0), ...places, 0], [...outer, ...wanted, shape.at(-1)!]);
    },
  });
};

/** What is left of three dimensions of each channel. */
export function globalPooling3d(reduce: (x: tf.Tensor, axis: number[], keepDims: boolean) => tf.Tensor): LayerMaker {
  return (given) => {
    const isFirst = given.get('data_format') === 'channels_first';
    const keeps = given.boolean('keepdims', false);
    const axes = isFirst ? [2, 3, 4] : [1, 2, 3];
    return ownLayer(given, {
      shape: ([shape = []]) => shape.flatMap((size, at) => (!axes.includes(at) ? [size] : keeps ? [1] : [])),
      compute: ([input]) => reduce(input!, axes, keeps),
    });
  };
}
