/**
 * How a layer's output shape and parameters follow from its input, written out for a person:
 * `⌊(150 − 3) / 1⌋ + 1 = 148; weights 3×3×3×64 + 64 = 1,792`. Pure; shapes are without the batch
 * dimension. Formulas are those of `computeOutputShape` in tfjs-layers.
 */

export type Shape = readonly (number | null)[];

export interface LayerFacts {
  /** Class name, for example `Conv2D`. */
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly params: number;
}

export function layerArithmetic(facts: LayerFacts): string | undefined {
  const parts = [shapeArithmetic(facts), weightArithmetic(facts)].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join('; ') : undefined;
}

/** Why a layer cannot have the output that it would have; `undefined` where it can. */
export function impossibleShape({
  type,
  config,
  inputShape,
  outputShape,
}: LayerFacts): { message: string; hint: string } | undefined {
  if (type === 'Reshape') return impossibleReshape(inputShape, outputShape);
  if (!outputShape.some((size) => size !== null && size <= 0)) return undefined;
  const window = windowOf(type, config);
  const spatial = spatialDimensions(config, inputShape);
  if (!window || !spatial) {
    return {
      message: `The output of this layer would be ${shapeText(outputShape)}, which cannot be`,
      hint: `Its input is ${shapeText(inputShape)}.`,
    };
  }
  const what = window.name === 'pool' ? 'pooling window' : 'kernel';
  const dilated = window.dilation.some((one) => one > 1)
    ? `, dilated to ${shapeText(window.size.map((one, axis) => reach(one, window.dilation[axis]!)))}`
    : '';
  return {
    message: `The ${shapeText(window.size)} ${what}${dilated} is larger than its ${shapeText(spatial)} input: the output would be ${shapeText(outputShape)}`,
    hint: `Use a smaller ${what}, \`padding: 'same'\`, fewer layers that shrink before it, or larger inputs.`,
  };
}

function impossibleReshape(inputShape: Shape, outputShape: Shape): { message: string; hint: string } | undefined {
  const given = valueCount(inputShape);
  const wanted = valueCount(outputShape);
  if (given === undefined || wanted === undefined || given === wanted) return undefined;
  return {
    message: `${shapeText(inputShape)} is ${given.toLocaleString('en-US')} values, which cannot be reshaped to ${shapeText(outputShape)}, ${wanted.toLocaleString('en-US')} values`,
    hint: 'Change `targetShape` so that both are equally many; one of its sizes can be −1, to be worked out.',
  };
}

/** `undefined` where a dimension is not known. */
function valueCount(shape: Shape): number | undefined {
  return shape.reduce<number | undefined>(
    (product, size) => (product === undefined || size === null ? undefined : product * size),
    1,
  );
}

interface Window {
  readonly name: 'kernel' | 'pool';
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: string;
}

function windowOf(type: string, config: LayerFacts['config']): Window | undefined {
  const rank = Number(/(\d)D/.exec(type)?.[1] ?? 0);
  const convolution = /^(Separable|Depthwise)?Conv\dD$/.test(type);
  const pooling = /^(Max|Average)Pooling\dD$/.test(type);
  if (rank === 0 || (!convolution && !pooling)) return undefined;
  const size = numbers(pooling ? config['poolSize'] : config['kernelSize'], rank);
  return {
    name: pooling ? 'pool' : 'kernel',
    size,
    strides: config['strides'] == null ? (pooling ? size : numbers(1, rank)) : numbers(config['strides'], rank),
    dilation: config['dilationRate'] == null ? numbers(1, rank) : numbers(config['dilationRate'], rank),
    padding: typeof config['padding'] === 'string' ? config['padding'] : 'valid',
  };
}

function numbers(value: unknown, count: number): number[] {
  if (Array.isArray(value)) return (value as number[]).length === 1 ? numbers(value[0], count) : (value as number[]);
  return new Array<number>(count).fill(Number(value));
}

/** Length of a kernel with the gaps that dilation puts into it. */
function reach(size: number, dilation: number): number {
  return size + (size - 1) * (dilation - 1);
}

function spatialDimensions(config: LayerFacts['config'], shape: Shape): Shape | undefined {
  if (shape.length < 2) return undefined;
  return config['dataFormat'] === 'channelsFirst' ? shape.slice(1) : shape.slice(0, -1);
}

function channels(config: LayerFacts['config'], shape: Shape): number | null {
  return (config['dataFormat'] === 'channelsFirst' ? shape[0] : shape.at(-1)) ?? null;
}

function shapeArithmetic({ type, config, inputShape, outputShape }: LayerFacts): string | undefined {
  const window = windowOf(type, config);
  const input = spatialDimensions(config, inputShape);
  const output = spatialDimensions(config, outputShape);
  if (window && input && output) {
    return dimensionByDimension(input, (size, axis) => {
      const stride = window.strides[axis]!;
      const kernel = window.size[axis]!;
      const dilation = window.dilation[axis]!;
      if (window.padding === 'same') return `⌈${size} / ${stride}⌉ = ${output[axis]}`;
      const wide =
        dilation > 1 ? `${reach(kernel, dilation)} (${kernel} dilated by ${dilation})` : `${reach(kernel, dilation)}`;
      return `⌊(${size} − ${wide}) / ${stride}⌋ + 1 = ${output[axis]}`;
    });
  }
  if (/^Conv\dDTranspose$/.test(type) && input && output) {
    const rank = input.length;
    const kernels = numbers(config['kernelSize'], rank);
    const strides = numbers(config['strides'] ?? 1, rank);
    return dimensionByDimension(input, (size, axis) =>
      config['padding'] === 'same'
        ? `${size} × ${strides[axis]} = ${output[axis]}`
        : `${size} × ${strides[axis]} + max(${kernels[axis]} − ${strides[axis]}, 0) = ${output[axis]}`,
    );
  }
  switch (type) {
    case 'Flatten':
      return inputShape.length > 1 ? `${shapeText(inputShape)} = ${shapeText(outputShape)}` : undefined;
    case 'Reshape':
      return `${shapeText(inputShape)} = ${shapeText(outputShape)} values`;
    case 'UpSampling2D': {
      const size = numbers(config['size'] ?? 2, 2);
      return input && output
        ? dimensionByDimension(input, (one, axis) => `${one} × ${size[axis]} = ${output[axis]}`)
        : undefined;
    }
    case 'GlobalAveragePooling2D':
    case 'GlobalMaxPooling2D':
    case 'GlobalAveragePooling1D':
    case 'GlobalMaxPooling1D':
      return `${shapeText(inputShape)} → ${shapeText(outputShape)}: one ${type.includes('Max') ? 'maximum' : 'mean'} a channel`;
    default:
      return undefined;
  }
}

/** One formula where all dimensions agree, else one for each. */
function dimensionByDimension(sizes: Shape, formula: (size: number, axis: number) => string): string | undefined {
  if (sizes.some((size) => size === null)) return undefined;
  const formulas = sizes.map((size, axis) => formula(size!, axis));
  if (new Set(formulas).size === 1) return formulas[0];
  const names =
    sizes.length === 2 ? ['height', 'width'] : sizes.length === 3 ? ['depth', 'height', 'width'] : ['length'];
  return formulas.map((text, axis) => `${names[axis]} ${text}`).join(', ');
}

function weightArithmetic({ type, config, inputShape, outputShape, params }: LayerFacts): string | undefined {
  if (params === 0) return undefined;
  const total = `= ${params.toLocaleString('en-US')}`;
  const bias = config['useBias'] === false ? 0 : 1;
  const into = channels(config, inputShape);
  const outOf = channels(config, outputShape);
  const plus = (count: number | null): string => (bias ? ` + ${count}` : '');
  const rank = Number(/(\d)D/.exec(type)?.[1] ?? 0);
  if (/^Conv\dD(Transpose)?$/.test(type))
    return `weights ${shapeText(numbers(config['kernelSize'], rank))}×${into}×${outOf}${plus(outOf)} ${total}`;
  switch (type) {
    case 'Dense':
      return `weights ${inputShape.at(-1)}×${outputShape.at(-1)}${plus(outputShape.at(-1)!)} ${total}`;
    case 'DepthwiseConv2D':
      return `weights ${shapeText(numbers(config['kernelSize'], 2))}×${into}×${String(config['depthMultiplier'] ?? 1)}${plus(outOf)} ${total}`;
    case 'SeparableConv2D': {
      const depth = Number(config['depthMultiplier'] ?? 1);
      return `weights ${shapeText(numbers(config['kernelSize'], 2))}×${into}×${depth} + ${into! * depth}×${outOf}${plus(outOf)} ${total}`;
    }
    case 'BatchNormalization':
      return `${params / outputShape.at(-1)!} × ${outputShape.at(-1)} ${total}, the moving mean and variance not trained`;
    case 'LayerNormalization':
      return `2 × ${outputShape.at(-1)} ${total}`;
    case 'Embedding':
      return `weights ${String(config['inputDim'])}×${String(config['outputDim'])} ${total}`;
    case 'LSTM':
    case 'GRU':
    case 'SimpleRNN': {
      const gates = { LSTM: 4, GRU: 3, SimpleRNN: 1 }[type];
      const units = Number(config['units']);
      const one = `(${inputShape.at(-1)} + ${units}) × ${units}${bias ? ` + ${units}` : ''}`;
      return gates === 1 ? `weights ${one} ${total}` : `weights ${gates} × (${one}) ${total}`;
    }
    default:
      return `${params.toLocaleString('en-US')} parameters`;
  }
}

/** `150×150×3`; unknown dimensions as `?`. */
export function shapeText(shape: Shape): string {
  if (shape.length === 0) return 'a single number';
  return shape.map((size) => (size === null ? '?' : size < 0 ? `−${-size}` : String(size))).join('×');
}
