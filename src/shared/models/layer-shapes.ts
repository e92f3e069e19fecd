/**
 * Shapes and parameters of Keras's layers from their configuration, batch dimension included. What is
 * not known stays unknown: a guess would be worse than none.
 *
 * @see https://keras.io/api/layers/
 */
import { UNKNOWN } from './graph-builder.js';
import { manyRules } from './attention-shapes.js';
import type { LayerConfig } from './layer-config.js';
import { isRecord } from './is-record.js';
import { ownEntry } from './own-entry.js';
import { broadcast } from './shapes/tensor-facts.js';
import { biasOf, factsOf, knownShape, number, product, sizes } from './sizes.js';
import {
  convolution,
  depthwise,
  globalPooling,
  pooling,
  recurrentConvolution,
  resized,
  scaled,
  separable,
  transposed,
} from './window-shapes.js';

export type Shape = readonly number[];

export interface LayerShapes {
  /** One for each output; `undefined` where it is not known. */
  readonly outputs: readonly (Shape | undefined)[];
  readonly params?: number;
}

export type Config = LayerConfig['config'];

export function shapeAfter(layer: LayerConfig, inputs: readonly (Shape | undefined)[]): LayerShapes {
  const input = inputs[0] ?? layer.builtFor;
  const name = layer.className;
  if (name === 'InputLayer') {
    return { outputs: [inputShapeOf(layer.config['batch_shape'] ?? layer.config['batch_input_shape'])], params: 0 };
  }
  const merge = ownEntry(merges, name);
  if (merge && inputs.length > 0) return { outputs: [merge(layer.config, inputs)], params: 0 };
  const many = ownEntry(manyRules, name);
  if (many) return many(layer.config, inputs.length > 0 ? inputs : [input]);
  if (!input) return { outputs: [undefined] };
  const wrapper = ownEntry(wrappers, name.replace(/\(.*$/, ''));
  if (wrapper) return wrapper(layer, input);
  const rule = ownEntry(rules, name) ?? (sameShape.has(name) ? same : undefined);
  return rule ? rule(layer.config, input, layer) : { outputs: [undefined] };
}

/** `null` for a size that is not known becomes −1; a list of shapes gives its first. */
export function inputShapeOf(value: unknown): Shape | undefined {
  if (!Array.isArray(value)) return undefined;
  if (Array.isArray(value[0])) return inputShapeOf(value[0]);
  if (!value.every((size) => size === null || (Number.isSafeInteger(size) && (size as number) >= -1))) return undefined;
  return value.map((size) => (size === null ? UNKNOWN : (size as number)));
}

export type Rule = (config: Config, input: Shape, layer: LayerConfig) => LayerShapes;

const sameShape = new Set([
  'Activation',
  'ReLU',
  'LeakyReLU',
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
  'RandomFlip',
  'RandomRotation',
  'RandomZoom',
  'RandomContrast',
  'RandomTranslation',
  'RandomBrightness',
  'Identity',
  'UnitNormalization',
  'RandomHue',
  'RandomSaturation',
  'RandomGrayscale',
  'RandomShear',
  'StringLookup',
  'IntegerLookup',
  'Hashing',
  'Discretization',
]);
const same: Rule = (_config, input) => ({ outputs: [input], params: 0 });

const toSize: Rule = (config, input) => ({
  outputs: [[...input.slice(0, -3), number(config['height']), number(config['width']), input.at(-1) ?? UNKNOWN]],
  params: 0,
});

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
  DepthwiseConv1D: depthwise(1),
  DepthwiseConv2D: depthwise(2),
  SeparableConv1D: separable(1),
  SeparableConv2D: separable(2),
  ConvLSTM1D: recurrentConvolution(1),
  ConvLSTM2D: recurrentConvolution(2),
  ConvLSTM3D: recurrentConvolution(3),
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
  ZeroPadding3D: resized(3, (size, _index, pads) => size + pads),
  Cropping3D: resized(3, (size, _index, pads) => size - pads),
  Cropping2D: resized(2, (size, _index, pads) => size - pads),
  Cropping1D: resized(1, (size, _index, pads) => size - pads),
  UpSampling1D: scaled(1),
  UpSampling2D: scaled(2),
  UpSampling3D: scaled(3),
  Resizing: toSize,
  CenterCrop: toSize,
  RandomCrop: toSize,
  CategoryEncoding: (config, input) => {
    const rest = config['output_mode'] === 'one_hot' && input.at(-1) !== 1 ? input : input.slice(0, -1);
    return { outputs: [[...rest, number(config['num_tokens'])]], params: 0 };
  },
  TextVectorization: (config, input) => ({
    outputs: [config['output_mode'] === 'int' ? [input[0]!, number(config['output_sequence_length'])] : undefined],
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
  LayerNormalization: (config, input) => ({
    outputs: [input],
    params: product(scales(config), alongAxes(config, input)),
  }),
  GroupNormalization: (config, input) => ({
    outputs: [input],
    params: product(scales(config), alongAxes(config, input)),
  }),
  RMSNormalization: (config, input) => ({ outputs: [input], params: alongAxes(config, input) }),
  // It counts what it has seen, where it was not told.
  Normalization: (config, input) => {
    const learnt = config['mean'] === null || config['mean'] === undefined;
    const width = Array.isArray(config['axis']) && config['axis'].length === 0 ? 1 : alongAxes(config, input);
    return { outputs: [input], params: learnt && width !== UNKNOWN ? 2 * width + 1 : 0 };
  },
  PReLU: (config, input) => {
    const shared = Array.isArray(config['shared_axes']) ? (config['shared_axes'] as unknown[]) : [];
    return {
      outputs: [input],
      params: product(...input.slice(1).map((size, at) => (shared.includes(at + 1) ? 1 : size))),
    };
  },
  Sequential: (config, input) => chained(config, input),
  SimpleRNN: recurrent(1),
  LSTM: recurrent(4),
  GRU: recurrent(3),
};

/** How many numbers stand along the axes that are normalized. */
function alongAxes(config: Config, input: Shape): number {
  const axes = sizes(config['axis'] ?? -1, 1);
  return product(...axes.map((axis) => input.at(axis) ?? UNKNOWN));
}

function scales(config: Config): number {
  return (config['scale'] === false ? 0 : 1) + (config['center'] === false ? 0 : 1);
}

/** A chain of layers within a wrapper. */
function chained(config: Config, input: Shape): LayerShapes {
  let shape: Shape | undefined = input;
  let params = 0;
  for (const value of Array.isArray(config['layers']) ? (config['layers'] as unknown[]) : []) {
    const layer = plainLayer(value);
    if (!layer) return { outputs: [undefined] };
    if (layer.className === 'InputLayer') continue;
    const after = shapeAfter(layer, [shape]);
    shape = after.outputs[0];
    params += after.params ?? 0;
  }
  return { outputs: [shape], params };
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
  SpectralNormalization: ({ config }, input) => {
    const inner = innerOf(config);
    if (!inner) return { outputs: [undefined] };
    const { outputs, params } = shapeAfter(inner, [input]);
    // The vector that its power iteration goes on from.
    return { outputs, params: params === undefined ? undefined : params + Math.max(0, outputs[0]?.at(-1) ?? 0) };
  },
  TimeDistributed: ({ config }, input) => {
    const inner = innerOf(config);
    if (!inner) return { outputs: [undefined] };
    const { outputs, params } = shapeAfter(inner, [[input[0]!, ...input.slice(2)]]);
    return { outputs: outputs.map((shape) => shape && [shape[0]!, input[1] ?? UNKNOWN, ...shape.slice(1)]), params };
  },
};

function innerOf(config: Config): LayerConfig | undefined {
  return plainLayer(config['layer']);
}

function plainLayer(value: unknown): LayerConfig | undefined {
  if (!isRecord(value) || typeof value['class_name'] !== 'string' || !isRecord(value['config'])) return undefined;
  return { className: value['class_name'], name: '', config: value['config'], calls: [], isOperation: false };
}

type Merge = (config: Config, inputs: readonly (Shape | undefined)[]) => Shape | undefined;

const stretched: Merge = (_config, inputs) => knownShape(broadcast(inputs.map(factsOf).map(({ shape }) => shape)));
const merges: Readonly<Record<string, Merge>> = {
  Add: stretched,
  Subtract: stretched,
  Multiply: stretched,
  Average: stretched,
  Maximum: stretched,
  Minimum: stretched,
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
