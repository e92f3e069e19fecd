/**
 * Shapes and parameters of Keras's layers from their configuration, batch dimension included. What is
 * not known stays unknown: a guess would be worse than none.
 *
 * @see https://keras.io/api/layers/
 */
import { UNKNOWN } from './graph-builder.js';
import type { LayerConfig } from './layer-config.js';

export type Shape = readonly number[];

export interface LayerShapes {
  /** One for each output; `undefined` where it is not known. */
  readonly outputs: readonly (Shape | undefined)[];
  readonly params?: number;
}

type Config = LayerConfig['config'];

export function shapeAfter(layer: LayerConfig, inputs: readonly (Shape | undefined)[]): LayerShapes {
  const input = inputs[0] ?? layer.builtFor;
  const name = layer.className;
  if (name === 'InputLayer') {
    return { outputs: [inputShapeOf(layer.config['batch_shape'] ?? layer.config['batch_input_shape'])], params: 0 };
  }
  if (name in merges && inputs.length > 0) return { outputs: [merges[name]!(layer.config, inputs)], params: 0 };
  if (!input) return { outputs: [undefined] };
  const wrapper = wrappers[name.replace(/\(.*$/, '')];
  if (wrapper) return wrapper(layer, input);
  const rule = rules[name] ?? (sameShape.has(name) ? same : undefined);
  return rule ? rule(layer.config, input, layer) : { outputs: [undefined] };
}

/** `null` for a size that is not known becomes −1; a list of shapes gives its first. */
export function inputShapeOf(value: unknown): Shape | undefined {
  if (!Array.isArray(value)) return undefined;
  if (Array.isArray(value[0])) return inputShapeOf(value[0]);
  if (!value.every((size) => size === null || (Number.isSafeInteger(size) && (size as number) >= -1))) return undefined;
  return value.map((size) => (size === null ? UNKNOWN : (size as number)));
}

type Rule = (config: Config, input: Shape, layer: LayerConfig) => LayerShapes;

const sameShape = new Set([
  'Activation',
  'ReLU',
  'LeakyReLU',
  'PReLU',
  'ELU',
  'ThresholdedReLU',
  'Softmax',
  'Dropout',
  'SpatialDropout1D',
  'SpatialDropout2D',
  'SpatialDropout3D',
  'GaussianNoise',
  'GaussianDropout',
  'AlphaDropout',
  'ActivityRegularization',
  'Masking',
  'Rescaling',
  'Normalization',
  'RandomFlip',
  'RandomRotation',
  'RandomZoom',
  'RandomContrast',
  'RandomTranslation',
  'RandomBrightness',
  'Identity',
  'UnitNormalization',
]);
const same: Rule = (_config, input) => ({ outputs: [input], params: 0 });

const rules: Readonly<Record<string, Rule>> = {
  Dense: (config, input) => {
    const units = number(config['units']);
    const last = input.at(-1)!;
    return { outputs: [[...input.slice(0, -1), units]], params: product(last, units) + biasOf(config, units) };
  },
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  Conv3D: convolution(3),
  Conv1DTranspose: transposed(1),
  Conv2DTranspose: transposed(2),
  Conv3DTranspose: transposed(3),
  DepthwiseConv2D: (config, input) => {
    const { spatial, channels } = split(config, input, 2);
    const multiplier = number(config['depth_multiplier'] ?? 1);
    const kernel = sizes(config['kernel_size'], 2);
    const outer = product(channels, multiplier);
    return {
      outputs: [join(config, input[0]!, windows(config, spatial, kernel), outer)],
      params: product(...kernel, outer) + biasOf(config, outer),
    };
  },
  SeparableConv2D: (config, input) => {
    const { spatial, channels } = split(config, input, 2);
    const filters = number(config['filters']);
    const multiplier = number(config['depth_multiplier'] ?? 1);
    const kernel = sizes(config['kernel_size'], 2);
    return {
      outputs: [join(config, input[0]!, windows(config, spatial, kernel), filters)],
      params:
        product(...kernel, channels, multiplier) + product(channels, multiplier, filters) + biasOf(config, filters),
    };
  },
  MaxPooling1D: pooling(1),
  MaxPooling2D: pooling(2),
  MaxPooling3D: pooling(3),
  AveragePooling1D: pooling(1),
  AveragePooling2D: pooling(2),
  AveragePooling3D: pooling(3),
  GlobalAveragePooling1D: globalPooling(1),
  GlobalAveragePooling2D: globalPooling(2),
  GlobalAveragePooling3D: globalPooling(3),
  GlobalMaxPooling1D: globalPooling(1),
  GlobalMaxPooling2D: globalPooling(2),
  GlobalMaxPooling3D: globalPooling(3),
  Flatten: (_config, input) => ({ outputs: [[input[0]!, product(...input.slice(1))]], params: 0 }),
  Reshape: (config, input) => {
    const target = inputShapeOf(config['target_shape']);
    if (!target) return { outputs: [undefined] };
    const rest = product(...target.filter((size) => size !== UNKNOWN));
    const all = product(...input.slice(1));
    const missing = all === UNKNOWN || rest <= 0 ? UNKNOWN : all / rest;
    return { outputs: [[input[0]!, ...target.map((size) => (size === UNKNOWN ? missing : size))]], params: 0 };
  },
  Permute: (config, input) => {
    const dims = inputShapeOf(config['dims']);
    return { outputs: [dims && [input[0]!, ...dims.map((dim) => input[dim] ?? UNKNOWN)]], params: 0 };
  },
  RepeatVector: (config, input) => ({ outputs: [[input[0]!, number(config['n']), input[1] ?? UNKNOWN]], params: 0 }),
  ZeroPadding2D: resized(2, (size, _index, pads) => size + pads),
  ZeroPadding1D: resized(1, (size, _index, pads) => size + pads),
  Cropping2D: resized(2, (size, _index, pads) => size - pads),
  Cropping1D: resized(1, (size, _index, pads) => size - pads),
  UpSampling1D: scaled(1),
  UpSampling2D: scaled(2),
  UpSampling3D: scaled(3),
  Resizing: (config, input) => ({
    outputs: [[input[0]!, number(config['height']), number(config['width']), input[3] ?? UNKNOWN]],
    params: 0,
  }),
  Embedding: (config, input) => {
    const width = number(config['output_dim']);
    return { outputs: [[...input, width]], params: product(number(config['input_dim']), width) };
  },
  BatchNormalization: (config, input) => {
    const axis = Array.isArray(config['axis']) ? Number(config['axis'][0]) : Number(config['axis'] ?? -1);
    const channels = input.at(axis) ?? UNKNOWN;
    const kinds = 2 + (config['scale'] === false ? 0 : 1) + (config['center'] === false ? 0 : 1);
    return { outputs: [input], params: product(channels, kinds) };
  },
  LayerNormalization: (config, input) => {
    const kinds = (config['scale'] === false ? 0 : 1) + (config['center'] === false ? 0 : 1);
    return { outputs: [input], params: product(input.at(-1)!, kinds) };
  },
  SimpleRNN: recurrent(1),
  LSTM: recurrent(4),
  GRU: recurrent(3),
};

function convolution(rank: number): Rule {
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

function transposed(rank: number): Rule {
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

function pooling(rank: number): Rule {
  return (config, input) => {
    const { spatial, channels } = split(config, input, rank);
    const pool = sizes(config['pool_size'] ?? 2, rank);
    const strides = config['strides'] ?? config['pool_size'] ?? 2;
    return { outputs: [join(config, input[0]!, windows({ ...config, strides }, spatial, pool), channels)], params: 0 };
  };
}

function globalPooling(rank: number): Rule {
  return (config, input) => {
    const { channels } = split(config, input, rank);
    const kept = config['keepdims'] === true ? Array<number>(rank).fill(1) : [];
    return { outputs: [kept.length > 0 ? join(config, input[0]!, kept, channels) : [input[0]!, channels]], params: 0 };
  };
}

function recurrent(gates: number): Rule {
  return (config, input, layer) => {
    const units = number(config['units']);
    const sequence = config['return_sequences'] === true;
    const output: Shape = sequence ? [input[0]!, input[1] ?? UNKNOWN, units] : [input[0]!, units];
    const states = config['return_state'] === true ? Array<Shape>(gates === 4 ? 2 : 1).fill([input[0]!, units]) : [];
    const features = input.at(-1)!;
    // Keras gives a GRU two biases where its gate is reset after the product.
    const biases =
      config['use_bias'] === false ? 0 : layer.className === 'GRU' && config['reset_after'] === true ? 2 : 1;
    const each = features === UNKNOWN ? UNKNOWN : features * units + units * units + biases * units;
    return { outputs: [output, ...states], params: each === UNKNOWN ? 0 : gates * each };
  };
}

function resized(rank: number, change: (size: number, index: number, pads: number) => number): Rule {
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

function scaled(rank: number): Rule {
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

/** Around another layer. */
const wrappers: Readonly<Record<string, (layer: LayerConfig, input: Shape) => LayerShapes>> = {
  Bidirectional: ({ config }, input) => {
    const inner = innerOf(config);
    if (!inner) return { outputs: [undefined] };
    const { outputs, params } = shapeAfter(inner, [input]);
    const double = config['merge_mode'] === undefined || config['merge_mode'] === 'concat';
    const [first] = outputs;
    const merged = first && [...first.slice(0, -1), double ? product(first.at(-1)!, 2) : first.at(-1)!];
    return { outputs: [merged], params: params === undefined ? undefined : 2 * params };
  },
  TimeDistributed: ({ config }, input) => {
    const inner = innerOf(config);
    if (!inner) return { outputs: [undefined] };
    const { outputs, params } = shapeAfter(inner, [[input[0]!, ...input.slice(2)]]);
    return { outputs: outputs.map((shape) => shape && [shape[0]!, input[1] ?? UNKNOWN, ...shape.slice(1)]), params };
  },
};

function innerOf(config: Config): LayerConfig | undefined {
  const layer = config['layer'] as { readonly class_name?: unknown; readonly config?: unknown } | null | undefined;
  if (typeof layer?.class_name !== 'string' || typeof layer.config !== 'object' || layer.config === null)
    return undefined;
  return { className: layer.class_name, name: '', config: layer.config as Config, calls: [] };
}

type Merge = (config: Config, inputs: readonly (Shape | undefined)[]) => Shape | undefined;

const firstShape: Merge = (_config, inputs) => inputs[0];
const merges: Readonly<Record<string, Merge>> = {
  Add: firstShape,
  Subtract: firstShape,
  Multiply: firstShape,
  Average: firstShape,
  Maximum: firstShape,
  Minimum: firstShape,
  Concatenate: (config, inputs) => {
    const [first] = inputs;
    if (!first) return undefined;
    const axis = Number(config['axis'] ?? -1);
    const at = axis < 0 ? first.length + axis : axis;
    const lengths = inputs.map((shape) => shape?.[at] ?? UNKNOWN);
    const total = lengths.includes(UNKNOWN) ? UNKNOWN : lengths.reduce((sum, length) => sum + length, 0);
    return first.map((size, index) => (index === at ? total : size));
  },
};

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

function sizes(value: unknown, rank: number): number[] {
  return Array.isArray(value) ? value.map(number) : Array<number>(rank).fill(number(value));
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : UNKNOWN;
}

/** Unknown where a factor is. */
function product(...factors: readonly number[]): number {
  return factors.includes(UNKNOWN) ? UNKNOWN : factors.reduce((result, factor) => result * factor, 1);
}

function biasOf(config: Config, width: number): number {
  return config['use_bias'] === false || width === UNKNOWN ? 0 : width;
}
