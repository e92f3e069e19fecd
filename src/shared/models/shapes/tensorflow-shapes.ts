/**
 * What TensorFlow's ops give, each by the rule of its family; those that are not here are not known.
 *
 * @see https://www.tensorflow.org/api_docs/python/tf/raw_ops
 */
import { ownEntry } from '../own-entry.js';
import { flag, named, pairs, valueOf, type GivenOp, type OpRule } from './given-op.js';
import * as rules from './shape-rules.js';
import {
  areNumbers,
  axisIn,
  combined,
  isNumber,
  plus,
  shaped,
  times,
  unknownSize,
  unknownSizes,
  type Known,
  type Size,
  type Sizes,
} from './tensor-facts.js';
import { slid, type Windows } from './window-rules.js';

/** What the op's outputs are, `undefined` where that is not known. */
export function tensorflowShapes(kind: string, op: GivenOp): readonly Known[] {
  const found = ownEntry(tensorflowRules, kind)?.(op);
  return Array.isArray(found) ? (found as readonly Known[]) : [found as Known];
}

const unary: OpRule = ({ inputs }) => shaped(inputs[0]?.shape);
const same: OpRule = ({ inputs }) => inputs[0];
const stretched: OpRule = ({ inputs }) => rules.elementwise(inputs);
const arithmetic =
  (compute: (a: Size, b: Size) => Size): OpRule =>
  ({ inputs }) =>
    rules.elementwise(inputs, compute);
const like =
  (place: number): OpRule =>
  ({ inputs }) =>
    shaped(inputs[place]?.shape);
/** Of the shape that an input's numbers are. */
const ofInput =
  (place: number): OpRule =>
  ({ inputs }) =>
    rules.ofShape(inputs[place]);

/** Where the batch, the channels and what is between are: `NHWC`, `NCHW`, `NDHWC`. */
function layoutOf({ text }: GivenOp, rank: number): { readonly channels: number; readonly spatial: readonly number[] } {
  const isFirst = (text('data_format') ?? '').startsWith('NC');
  const spatial = Array.from({ length: rank - 2 }, (_, at) => at + (isFirst ? 2 : 1));
  return { channels: isFirst ? 1 : rank - 1, spatial };
}

function windowsOf(op: GivenOp, spatial: readonly number[], kernel: Sizes): Windows {
  const pick = (name: string): number[] => spatial.map((at) => op.numbers(name)?.[at] ?? 1);
  const way = op.text('padding');
  const explicit = pairs(op.numbers('explicit_paddings'));
  return {
    kernel,
    strides: pick('strides'),
    dilations: pick('dilations'),
    padding: way === 'SAME' ? 'same' : way === 'EXPLICIT' ? spatial.map((at) => explicit?.[at] ?? [0, 0]) : 'valid',
  };
}

/** @param isDeep whether each channel has filters of its own */
function convolution(isDeep = false): OpRule {
  return (op) => {
    const [input, filter] = [op.inputs[0]?.shape, op.inputs[1]?.shape];
    if (!input || input.length < 4 || filter?.length !== input.length) return undefined;
    const { channels, spatial } = layoutOf(op, input.length);
    const sizes = slid(
      spatial.map((at) => input[at]!),
      windowsOf(op, spatial, filter.slice(0, -2)),
    );
    return placed(input, spatial, sizes, channels, isDeep ? times(filter.slice(-2)) : filter.at(-1)!);
  };
}

function placed(input: Sizes, spatial: readonly number[], sizes: Sizes, channels: number, width: Size): Known {
  return shaped(
    input.map((size, at) => (at === channels ? width : spatial.includes(at) ? sizes[spatial.indexOf(at)]! : size)),
  );
}

const pooling: OpRule = (op) => {
  const input = op.inputs[0]?.shape;
  const kernel = op.numbers('ksize');
  if (!input || input.length < 4 || kernel?.length !== input.length) return undefined;
  const { channels, spatial } = layoutOf(op, input.length);
  const sizes = slid(
    spatial.map((at) => input[at]!),
    windowsOf(
      op,
      spatial,
      spatial.map((at) => kernel[at]!),
    ),
  );
  const pooled = placed(input, spatial, sizes, channels, input[channels]!);
  return Array<Known>(Math.max(1, op.outputs)).fill(pooled);
};

const matrices =
  (a: string, b: string): OpRule =>
  (op) =>
    rules.matrixProduct(op.inputs[0], op.inputs[1], flag(op, a), flag(op, b));

const reduction: OpRule = (op) => {
  const [input, axes] = op.inputs;
  const keeps = flag(op, 'keep_dims');
  if (axes?.values) {
    const result = rules.reduced(input, axes.values, keeps);
    const isProduct = !keeps && input?.shape?.length === 1 && axes.values.length === 1;
    return isProduct && input?.values ? { ...result, values: [times(input.values)] } : result;
  }
  return keeps && input?.shape ? shaped(unknownSizes(input.shape.length)) : undefined;
};

const argument: OpRule = ({ inputs: [input, axis] }) =>
  axis?.values ? rules.reduced(input, axis.values, false) : input?.shape?.length === 1 ? shaped([]) : undefined;

const gather: OpRule = (op) => {
  const axis = op.inputs.length > 2 ? valueOf(op.inputs[2]) : 0;
  return rules.gathered(op.inputs[0], op.inputs[1], axis, op.number('batch_dims') ?? 0);
};

const squeeze: OpRule = (op) => {
  const axes = op.numbers('squeeze_dims') ?? op.numbers('axis');
  return rules.squeezed(op.inputs[0], axes && axes.length > 0 ? axes : undefined);
};

const slice: OpRule = ({ inputs: [input, begin, size] }) => {
  const shape = input?.shape;
  const rank = shape?.length ?? begin?.values?.length ?? size?.values?.length;
  if (rank === undefined) return undefined;
  const sizes = Array.from({ length: rank }, (_, at): Size => {
    const [from, count] = [begin?.values?.[at], size?.values?.[at]];
    if (count !== -1) return rules.open(count);
    return from === 0
      ? (shape?.[at] ?? unknownSize())
      : combined(shape?.[at] ?? unknownSize(), from ?? unknownSize(), (a, b) => a - b);
  });
  const [start] = begin?.values ?? [];
  const end = isNumber(start) && isNumber(sizes[0]) ? start + sizes[0] : undefined;
  const values =
    rank === 1 && end !== undefined ? rules.valuesOfCut(input?.values, { start, end, step: 1 }) : undefined;
  return { shape: sizes.map(rules.open), values };
};

/** As `tensor[1:, ..., None, 0]`, of which masks say what each part is. */
const stridedSlice: OpRule = (op) => {
  const [input, begin, end, strides] = op.inputs;
  const shape = input?.shape;
  const parts = begin?.shape?.[0] ?? end?.shape?.[0] ?? strides?.shape?.[0];
  if (!shape || !isNumber(parts) || parts > 32) return undefined;
  const has = (name: string, part: number): boolean => (((op.number(name) ?? 0) >> part) & 1) === 1;
  const all = Array.from({ length: parts }, (_, part) => part);
  const taken = all.filter((part) => !has('ellipsis_mask', part) && !has('new_axis_mask', part)).length;
  const result: Size[] = [];
  let values: Sizes | undefined;
  let at = 0;
  const keep = (until: number): void => {
    while (at < Math.min(until, shape.length)) result.push(shape[at++]!);
  };
  for (const part of all) {
    if (has('ellipsis_mask', part)) {
      const behind = all.slice(part + 1).filter((one) => !has('new_axis_mask', one)).length;
      keep(shape.length - behind);
    } else if (has('new_axis_mask', part)) result.push(1);
    else {
      const size = shape[at++];
      if (size === undefined) return undefined;
      const step = strides?.values?.[part] ?? unknownSize();
      const start = has('begin_mask', part) ? undefined : (begin?.values?.[part] ?? unknownSize());
      const stop = has('end_mask', part) ? undefined : (end?.values?.[part] ?? unknownSize());
      const isOne = has('shrink_axis_mask', part);
      const cut = isOne ? single(start) : { start, end: stop, step };
      if (shape.length === 1 && parts === 1) values = rules.valuesOfCut(input.values, cut);
      if (!isOne) result.push(rules.lengthOfCut(cut, size));
    }
  }
  if (taken > shape.length) return undefined;
  keep(shape.length);
  return { shape: result, values };
};

function single(start: Size | undefined): rules.Cut {
  const end = isNumber(start) ? (start === -1 ? undefined : start + 1) : unknownSize();
  return { start, end, step: 1 };
}

const split: OpRule = (op) =>
  rules.split(op.inputs[1], valueOf(op.inputs[0]), op.number('num_split') ?? op.outputs, undefined);
const splitBySizes: OpRule = (op) => {
  const sizes = op.inputs[1]?.values;
  const count = op.number('num_split') ?? op.outputs;
  if (sizes?.includes(-1)) {
    // One that is −1 takes what the others leave.
    const shape = op.inputs[0]?.shape;
    const at = shape && axisIn(valueOf(op.inputs[2]), shape.length);
    const rest = sizes.filter((size) => size !== -1).reduce(plus, 0);
    const left = at === undefined ? unknownSize() : combined(shape![at]!, rest, (a, b) => a - b);
    return rules.split(
      op.inputs[0],
      valueOf(op.inputs[2]),
      count,
      sizes.map((size) => (size === -1 ? left : size)),
    );
  }
  return rules.split(op.inputs[0], valueOf(op.inputs[2]), count, sizes ?? []);
};

const normalization: OpRule = (op) => {
  const side = shaped(op.inputs[1]?.shape);
  return [shaped(op.inputs[0]?.shape), side, side, side, side].slice(0, op.outputs);
};

const topK: OpRule = (op) => {
  const shape = op.inputs[0]?.shape;
  if (!shape || shape.length === 0) return undefined;
  const best = shaped([...shape.slice(0, -1), rules.open(op.number('k') ?? valueOf(op.inputs[1]))]);
  return [best, best];
};

const resize: OpRule = ({ inputs: [input, size] }) => {
  const shape = input?.shape;
  if (shape?.length !== 4) return undefined;
  return shaped([shape[0]!, rules.open(size?.values?.[0]), rules.open(size?.values?.[1]), shape[3]!]);
};

function depth(toDepth: boolean): OpRule {
  return (op) => {
    const shape = op.inputs[0]?.shape;
    const block = op.number('block_size') ?? 0;
    if (shape?.length !== 4 || block <= 0) return undefined;
    if ((op.text('data_format') ?? 'NHWC') !== 'NHWC') return shaped(unknownSizes(4));
    const shrink = (size: Size, by: number): Size => combined(size, by, (a, b) => Math.floor(a / b));
    const [batch, height, width, channels] = shape as readonly [Size, Size, Size, Size];
    const turned = toDepth
      ? [shrink(height, block), shrink(width, block), times([channels, block * block])]
      : [times([height, block]), times([width, block]), shrink(channels, block * block)];
    return shaped([batch, ...turned]);
  };
}

/** Where ways meet, what is known of all of them. */
const merged: OpRule = ({ inputs, outputs }) => {
  const [first, ...others] = inputs.map((input) => input?.shape);
  const rank = first?.length;
  if (!first || others.length === 0 || others.some((shape) => shape?.length !== rank)) return undefined;
  const shape = first.map((size, at) => (others.every((other) => other![at] === size) ? size : unknownSize()));
  return [shaped(shape), shaped([])].slice(0, Math.max(1, outputs));
};

const listHandle: OpRule = () => shaped([]);

const listStack: OpRule = (op) => {
  const each = rules.ofShape(op.inputs[1]).shape;
  return each && shaped([rules.open(op.number('num_elements')), ...each]);
};

const lossByClass: OpRule = ({ inputs }) => [shaped(inputs[0]?.shape?.slice(0, 1)), shaped(inputs[0]?.shape)];

const segments: OpRule = ({ inputs: [data, ids, count] }) =>
  data?.shape && ids?.shape ? shaped([rules.open(valueOf(count)), ...data.shape.slice(ids.shape.length)]) : undefined;

const tensorflowRules: Readonly<Record<string, OpRule>> = {
  ...named(
    'Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Digamma Elu Erf Erfc Erfinv Exp Expm1 Floor Inv Invert IsFinite ' +
      'IsInf IsNan LeakyRelu Lgamma Log Log1p LogSoftmax LogicalNot Ndtri Neg OnesLike Reciprocal Relu Relu6 Rint Round ' +
      'Rsqrt Selu Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Square Tan Tanh ZerosLike BiasAdd BiasAddV1 ' +
      'Cumsum Cumprod ReverseV2 ReverseSequence ClipByValue CheckNumerics Bucketize LRN MatrixInverse Cholesky ' +
      'MatrixBandPart MatrixSetDiag MatrixSetDiagV3 FakeQuantWithMinMaxVars FakeQuantWithMinMaxArgs ' +
      'FakeQuantWithMinMaxVarsPerChannel QuantizeAndDequantizeV2 QuantizeAndDequantizeV3 QuantizeAndDequantizeV4 ' +
      'ReluGrad Relu6Grad EluGrad SeluGrad SigmoidGrad TanhGrad SoftplusGrad SqrtGrad RsqrtGrad LeakyReluGrad ' +
      'MaxPoolGrad MaxPool3DGrad Enter Exit RefEnter RefExit NextIteration LoopCond Real Imag Conj Angle ' +
      'TensorScatterUpdate TensorScatterAdd RandomShuffle HSVToRGB RGBToHSV AdjustContrastv2 AdjustHue ' +
      'AdjustSaturation FFT IFFT FFT2D IFFT2D',
    unary,
  ),
  ...named('Identity StopGradient PreventGradient Snapshot Cast ReadVariableOp PlaceholderWithDefault', same),
  IdentityN: ({ inputs }) => inputs,
  ...named('Switch RefSwitch', ({ inputs }) => [shaped(inputs[0]?.shape), shaped(inputs[0]?.shape)]),
  ...named('Merge RefMerge', merged),
  ...named(
    'RealDiv TruncateDiv DivNoNan MulNoNan Xdivy Xlogy Xlog1py Pow Mod FloorMod TruncateMod ' +
      'SquaredDifference Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr Atan2 BitwiseAnd ' +
      'BitwiseOr BitwiseXor LeftShift RightShift ApproximateEqual SelectV2 Igamma Igammac NextAfter Polygamma Zeta',
    stretched,
  ),
  ...named('Add AddV2', arithmetic(plus)),
  Sub: arithmetic(rules.subtracted),
  Mul: arithmetic(rules.multiplied),
  ...named('Div FloorDiv', arithmetic(rules.divided)),
  Maximum: arithmetic((a, b) => combined(a, b, Math.max)),
  Minimum: arithmetic((a, b) => combined(a, b, Math.min)),
  Select: like(1),
  AddN: ({ inputs }) => shaped(inputs.find((input) => input?.shape)?.shape),
  AccumulateNV2: like(0),
  ...named('MatMul _FusedMatMul', matrices('transpose_a', 'transpose_b')),
  ...named('BatchMatMul BatchMatMulV2 BatchMatMulV3', matrices('adj_x', 'adj_y')),
  ...named('Conv2D Conv3D _FusedConv2D', convolution()),
  ...named('DepthwiseConv2dNative FusedDepthwiseConv2dNative _FusedDepthwiseConv2dNative', convolution(true)),
  ...named('Conv2DBackpropInput Conv3DBackpropInputV2 DepthwiseConv2dNativeBackpropInput AvgPoolGrad', ofInput(0)),
  ...named('Conv2DBackpropFilter Conv3DBackpropFilterV2 DepthwiseConv2dNativeBackpropFilter', ofInput(1)),
  ...named('MaxPool AvgPool MaxPool3D AvgPool3D MaxPoolWithArgmax', pooling),
  BiasAddGrad: (op) => {
    const shape = op.inputs[0]?.shape;
    return shape && shape.length > 1 ? shaped([shape[layoutOf(op, shape.length).channels]!]) : undefined;
  },
  ...named('FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3', normalization),
  ...named('Mean Sum Prod Max Min All Any EuclideanNorm', reduction),
  ...named('ArgMax ArgMin', argument),
  Reshape: ({ inputs }) =>
    inputs[1]?.values
      ? rules.reshaped(inputs[0], inputs[1].values)
      : rules.ofShape(inputs[1] && { shape: inputs[1].shape }),
  ...named('Transpose ConjugateTranspose', ({ inputs }) =>
    rules.transposed(inputs[0], inputs[1]?.values ?? orderless(inputs)),
  ),
  ConcatV2: ({ inputs }) => rules.joined(inputs.slice(0, -1), valueOf(inputs.at(-1))),
  Concat: ({ inputs }) => rules.joined(inputs.slice(1), valueOf(inputs[0])),
  Pack: ({ inputs, number }) => rules.stacked(inputs, number('axis') ?? 0),
  Unpack: ({ inputs, number, outputs }) => rules.unstacked(inputs[0], number('axis') ?? 0, outputs),
  ...named('Pad PadV2 MirrorPad', ({ inputs }) => rules.padded(inputs[0], pairs(inputs[1]?.values))),
  ...named('GatherV2 Gather', gather),
  ResourceGather: ({ inputs, number }) => rules.gathered(inputs[0], inputs[1], 0, number('batch_dims') ?? 0),
  GatherNd: ({ inputs }) => rules.gatheredAt(inputs[0], inputs[1]),
  ScatterNd: ofInput(2),
  Squeeze: squeeze,
  ExpandDims: ({ inputs }) => rules.unsqueezed(inputs[0], inputs[1]?.values),
  Slice: slice,
  StridedSlice: stridedSlice,
  Split: split,
  SplitV: splitBySizes,
  Fill: ofInput(0),
  Tile: ({ inputs }) => rules.tiled(inputs[0], inputs[1]),
  BroadcastTo: ofInput(1),
  Range: ({ inputs: [start, limit, step] }) => rules.range(valueOf(start), valueOf(limit), valueOf(step)),
  LinSpace: ({ inputs }) => shaped([rules.open(valueOf(inputs[2]))]),
  OneHot: ({ inputs, number }) => rules.oneHot(inputs[0], valueOf(inputs[1]), number('axis') ?? -1),
  ...named('TopK TopKV2', topK),
  Shape: ({ inputs }) => rules.shapeOf(inputs[0]),
  ShapeN: ({ inputs }) => inputs.map((input) => rules.shapeOf(input)),
  Size: ({ inputs }) => rules.sizeOf(inputs[0]),
  Rank: ({ inputs }) => ({ shape: [], values: [inputs[0]?.shape?.length ?? unknownSize()] }),
  Where: ({ inputs }) => shaped([unknownSize(), inputs[0]?.shape?.length ?? unknownSize()]),
  ...named('TensorListReserve TensorListFromTensor TensorListSetItem EmptyTensorList TensorListPushBack', listHandle),
  TensorListStack: listStack,
  TensorListGetItem: ofInput(2),
  BroadcastGradientArgs: () => [shaped([unknownSize()]), shaped([unknownSize()])],
  L2Loss: () => shaped([]),
  ...named('SoftmaxCrossEntropyWithLogits SparseSoftmaxCrossEntropyWithLogits', lossByClass),
  ...named(
    'RandomUniform RandomStandardNormal RandomUniformInt TruncatedNormal StatelessRandomUniform StatelessRandomNormal ' +
      'StatelessTruncatedNormal StatelessRandomUniformV2 StatelessRandomNormalV2 StatelessRandomUniformInt ' +
      'StatelessRandomUniformIntV2 StatelessTruncatedNormalV2',
    ofInput(0),
  ),
  ...named('ResizeBilinear ResizeNearestNeighbor ResizeBicubic ResizeArea', resize),
  DepthToSpace: depth(false),
  SpaceToDepth: depth(true),
  Einsum: ({ inputs, text }) => rules.summedBy(text('equation') ?? '', inputs),
  ...named('UnsortedSegmentSum UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd', segments),
  MatrixDiag: ({ inputs: [input] }) => shaped(input?.shape && [...input.shape, input.shape.at(-1) ?? unknownSize()]),
  Bincount: ({ inputs }) => shaped([rules.open(valueOf(inputs[1]))]),
  InvertPermutation: ({ inputs: [input] }) => ({
    shape: input?.shape,
    values: areNumbers(input?.values) ? inverse(input.values) : undefined,
  }),
};

function inverse(order: readonly number[]): Sizes | undefined {
  const places = order.map((_, at) => order.indexOf(at));
  return places.includes(-1) ? undefined : places;
}

function orderless(inputs: readonly Known[]): Sizes | undefined {
  const rank = inputs[0]?.shape?.length ?? inputs[1]?.shape?.[0];
  return isNumber(rank) && rank <= 32 ? unknownSizes(rank) : undefined;
}
