/**
 * Shapes and parameters of Keras's layers that slide over sizes, or stretch and cut them: convolutions, pooling,
 * padding. A batch comes first in each shape.
 *
 * @see https://keras.io/api/layers/convolution_layers/
 */
import { UNKNOWN } from './graph-builder.js';
import type { Config, Rule, Shape } from './layer-shapes.js';
import { biasOf, number, product, sizes } from './sizes.js';

export function convolution(rank: number): Rule {
  return (config, input) => {
    const { spatial, channels } = split(config, input, rank);
    const filters = number(config['filters']);
    const kernel = sizes(config['kernel_size'], rank);
    const groups = number(config['groups'] ?? 1);
    return {
      outputs: [join(config, input[0]!, windows(config, spatial, kernel), filters)],
      params: product(...kernel, channels === UNKNOWN ? UNKNOWN : channels / groups, filters) + biasOf(config, filters),
    };
  };
}

export function depthwise(rank: number): Rule {
  return (config, input) => {
    const { spatial, channels } = split(config, input, rank);
    const kernel = sizes(config['kernel_size'], rank);
    const outer = product(channels, number(config['depth_multiplier'] ?? 1));
    return {
      outputs: [join(config, input[0]!, windows(config, spatial, kernel), outer)],
      params: product(...kernel, outer) + biasOf(config, outer),
    };
  };
}

export function separable(rank: number): Rule {
  return (config, input) => {
    const { spatial, channels } = split(config, input, rank);
    const filters = number(config['filters']);
    const multiplier = number(config['depth_multiplier'] ?? 1);
    const kernel = sizes(config['kernel_size'], rank);
    return {
      outputs: [join(config, input[0]!, windows(config, spatial, kernel), filters)],
      params:
        product(...kernel, channels, multiplier) + product(channels, multiplier, filters) + biasOf(config, filters),
    };
  };
}

/** An LSTM whose products are convolutions; of each step an image. */
export function recurrentConvolution(rank: number): Rule {
  return (config, input) => {
    const { spatial, channels } = split(config, [input[0]!, ...input.slice(2)], rank);
    const filters = number(config['filters']);
    const kernel = sizes(config['kernel_size'], rank);
    const image = join(config, input[0]!, windows(config, spatial, kernel), filters);
    const output = config['return_sequences'] === true ? [image[0]!, input[1] ?? UNKNOWN, ...image.slice(1)] : image;
    const states = config['return_state'] === true ? [image, image] : [];
    const products = product(...kernel, channels === UNKNOWN ? UNKNOWN : channels + filters, filters, 4);
    return { outputs: [output, ...states], params: products + biasOf(config, 4 * filters) };
  };
}

export function transposed(rank: number): Rule {
  return (config, input) => {
    const { spatial, channels } = split(config, input, rank);
    const filters = number(config['filters']);
    const kernel = sizes(config['kernel_size'], rank);
    const strides = sizes(config['strides'] ?? 1, rank);
    const grown = spatial.map((size, index) => {
      if (size === UNKNOWN) return UNKNOWN;
      const whole = size * strides[index]!;
      return config['padding'] === 'same' ? whole : whole + Math.max(kernel[index]! - strides[index]!, 0);
    });
    return {
      outputs: [join(config, input[0]!, grown, filters)],
      params: product(...kernel, channels, filters) + biasOf(config, filters),
    };
  };
}

export function pooling(rank: number): Rule {
  return (config, input) => {
    const { spatial, channels } = split(config, input, rank);
    const pool = sizes(config['pool_size'] ?? 2, rank);
    const strides = config['strides'] ?? config['pool_size'] ?? 2;
    return { outputs: [join(config, input[0]!, windows({ ...config, strides }, spatial, pool), channels)], params: 0 };
  };
}

export function globalPooling(rank: number): Rule {
  return (config, input) => {
    const { channels } = split(config, input, rank);
    const kept = config['keepdims'] === true ? Array<number>(rank).fill(1) : [];
    return { outputs: [kept.length > 0 ? join(config, input[0]!, kept, channels) : [input[0]!, channels]], params: 0 };
  };
}

export function resized(rank: number, change: (size: number, index: number, pads: number) => number): Rule {
  return (config, input) => {
    const { spatial, channels } = split(config, input, rank);
    const given = config['padding'] ?? config['cropping'];
    const pads = spatial.map((_size, index) => {
      const one: unknown = Array.isArray(given) ? (given.length === rank ? given[index] : given) : given;
      return Array.isArray(one) ? Number(one[0]) + Number(one[1]) : 2 * Number(one ?? 1);
    });
    const after = spatial.map((size, index) => (size === UNKNOWN ? UNKNOWN : change(size, index, pads[index]!)));
    return { outputs: [join(config, input[0]!, after, channels)], params: 0 };
  };
}

export function scaled(rank: number): Rule {
  return (config, input) => {
    const { spatial, channels } = split(config, input, rank);
    const by = sizes(config['size'] ?? 2, rank);
    return {
      outputs: [
        join(
          config,
          input[0]!,
          spatial.map((size, index) => product(size, by[index]!)),
          channels,
        ),
      ],
      params: 0,
    };
  };
}

function split(config: Config, input: Shape, rank: number): { readonly spatial: Shape; readonly channels: number } {
  const first = config['data_format'] === 'channels_first';
  return first
    ? { channels: input[1] ?? UNKNOWN, spatial: input.slice(2, 2 + rank) }
    : { channels: input.at(-1) ?? UNKNOWN, spatial: input.slice(1, 1 + rank) };
}

function join(config: Config, batch: number, spatial: Shape, channels: number): Shape {
  return config['data_format'] === 'channels_first' ? [batch, channels, ...spatial] : [batch, ...spatial, channels];
}

/** What windows that slide over sizes give. */
function windows(config: Config, spatial: Shape, window: Shape): number[] {
  const strides = sizes(config['strides'] ?? 1, spatial.length);
  const dilations = sizes(config['dilation_rate'] ?? 1, spatial.length);
  return spatial.map((size, index) => {
    if (size === UNKNOWN) return UNKNOWN;
    const reach = (window[index]! - 1) * dilations[index]! + 1;
    const room = config['padding'] === 'valid' || config['padding'] === undefined ? size - reach + 1 : size;
    return Math.max(0, Math.ceil(room / strides[index]!));
  });
}
