/**
 * What ONNX's ops give, each by the rule of its family. Ops of other domains, and those that are not here, are not
 * known.
 *
 * @see https://onnx.ai/onnx/operators/
 */
import { ownEntry } from '../own-entry.js';
import { flag, halves, named, valueOf, type GivenOp, type OpRule } from './given-op.js';
import { convolution, globalPooling, pooling, turnedConvolution } from './onnx-windows.js';
import * as rules from './shape-rules.js';
import {
  MOST_DIMENSIONS,
  areNumbers,
  axesIn,
  axisIn,
  broadcast,
  combined,
  plus,
  shaped,
  times,
  unknownSize,
  unknownSizes,
  type Known,
  type Size,
  type Sizes,
} from './tensor-facts.js';

/** What the op's outputs are, `undefined` where that is not known. */
export function onnxShapes(kind: string, op: GivenOp): readonly Known[] {
  const rule = ownEntry(onnxRules, kind);
  if (!rule) return [];
  const found = rule(op);
  const outputs: readonly Known[] = Array.isArray(found) ? (found as readonly Known[]) : [found as Known];
  return outputs.map((output, slot) => output && { ...output, dtype: output.dtype ?? dtypeOf(kind, op, slot) });
}

function dtypeOf(kind: string, { inputs, text }: GivenOp, slot: number): string | undefined {
  const fixed = ownEntry(dtypes, kind);
  if (fixed !== undefined) return fixed.split(' ')[slot] ?? fixed.split(' ')[0];
  return text('dtype') ?? inputs[ownEntry(likeInput, kind) ?? 0]?.dtype;
}

/** Of outputs that are of a type of their own; the first stands for those behind it. */
const dtypes: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    'Equal Greater Less GreaterOrEqual LessOrEqual And Or Xor Not IsNaN IsInf'.split(' ').map((kind) => [kind, 'bool']),
  ),
  ...Object.fromEntries('Shape Size ArgMax ArgMin NonZero NonMaxSuppression'.split(' ').map((kind) => [kind, 'int64'])),
  ConvInteger: 'int32',
  MatMulInteger: 'int32',
  DynamicQuantizeLinear: 'uint8 float32 uint8',
};

/** Which input an output is of the type of, where that is not the first. */
const likeInput: Readonly<Record<string, number>> = {
  Where: 1,
  OneHot: 2,
  DequantizeLinear: 1,
  QuantizeLinear: 2,
  QLinearConv: 7,
  QLinearMatMul: 7,
  ImageDecoder: 9,
};

const same: OpRule = ({ inputs }) => inputs[0];
const like =
  (place: number): OpRule =>
  ({ inputs }) =>
    shaped(inputs[place]?.shape);
const unary: OpRule = ({ inputs }) => shaped(inputs[0]?.shape);
/** Before version 7 an attribute said that the second is stretched over the first, from an axis on. */
const stretched: OpRule = ({ inputs, number }) =>
  number('broadcast') === undefined ? rules.elementwise(inputs) : shaped(inputs[0]?.shape);

/** Newer versions take as an input what was an attribute before. */
function listOf({ inputs, numbers }: GivenOp, name: string, place: number): Sizes | undefined {
  return numbers(name) ?? inputs[place]?.values;
}

const reduction: OpRule = (op) => {
  const axes = listOf(op, 'axes', 1);
  if (!axes && op.inputs[1]) {
    // Axes that are computed: how many remain is known where they are kept.
    const shape = op.inputs[0]?.shape;
    return (op.number('keepdims') ?? 1) !== 0 && shape ? shaped(unknownSizes(shape.length)) : undefined;
  }
  if (flag(op, 'noop_with_empty_axes') && (axes?.length ?? 0) === 0) return shaped(op.inputs[0]?.shape);
  return rules.reduced(op.inputs[0], axes?.length === 0 ? undefined : axes, (op.number('keepdims') ?? 1) !== 0);
};

const gemm: OpRule = (op) => {
  const [a, b] = op.inputs;
  return a?.shape?.length === 2 && b?.shape?.length === 2
    ? rules.matrixProduct(a, b, flag(op, 'transA'), flag(op, 'transB'))
    : undefined;
};

const flatten: OpRule = (op) => {
  const shape = op.inputs[0]?.shape;
  if (!shape) return undefined;
  const axis = op.number('axis') ?? 1;
  const at = axis === shape.length ? axis : axisIn(axis, shape.length);
  return at === undefined ? undefined : shaped([times(shape.slice(0, at)), times(shape.slice(at))]);
};

const reshape: OpRule = (op) => {
  const wanted = listOf(op, 'shape', 1);
  if (wanted) return rules.reshaped(op.inputs[0], wanted, !flag(op, 'allowzero'));
  return rules.ofShape(op.inputs[1] && { shape: op.inputs[1].shape });
};

const transpose: OpRule = (op) => {
  const shape = op.inputs[0]?.shape;
  return rules.transposed(op.inputs[0], op.numbers('perm') ?? shape?.map((_, at) => shape.length - 1 - at));
};

const pad: OpRule = (op) => {
  const shape = op.inputs[0]?.shape;
  const pads = halves(op.numbers('pads') ?? op.numbers('paddings') ?? op.inputs[1]?.values);
  const axes = op.inputs[3] ? op.inputs[3].values : undefined;
  if (!shape || !op.inputs[3]) return rules.padded(op.inputs[0], pads);
  const places = axesIn(axes, shape.length);
  if (!places || !pads) return shaped(unknownSizes(shape.length));
  return rules.padded(
    op.inputs[0],
    shape.map((_, at) => pads[places.indexOf(at)] ?? [0, 0]),
  );
};

const slice: OpRule = (op) => {
  const input = op.inputs[0];
  const shape = input?.shape;
  if (!shape) return undefined;
  const starts = listOf(op, 'starts', 1);
  const ends = listOf(op, 'ends', 2);
  const given = listOf(op, 'axes', 3);
  const steps = op.inputs[4] ? op.inputs[4].values : undefined;
  const count = starts?.length ?? ends?.length;
  const axes =
    given ?? (op.inputs[3] || count === undefined ? undefined : Array.from({ length: count }, (_, at) => at));
  const places = axesIn(axes, shape.length);
  if (!places) return shaped(unknownSizes(shape.length));
  const sizes = [...shape];
  let { values } = input;
  for (const [index, at] of places.entries()) {
    const step = op.inputs[4] ? (steps?.[index] ?? unknownSize()) : 1;
    const cut = { start: starts?.[index] ?? unknownSize(), end: ends?.[index] ?? unknownSize(), step };
    sizes[at] = rules.lengthOfCut(cut, sizes[at]!);
    values = shape.length === 1 ? rules.valuesOfCut(values, cut) : undefined;
  }
  return { shape: sizes, values };
};

const split: OpRule = (op) => {
  const sizes = listOf(op, 'split', 1);
  const count = op.number('num_outputs') ?? op.outputs;
  if (op.inputs[1] && !sizes) return rules.split(op.inputs[0], op.number('axis') ?? 0, op.outputs, []);
  return rules.split(op.inputs[0], op.number('axis') ?? 0, Math.min(count, op.outputs), sizes);
};

const expand: OpRule = ({ inputs }) => {
  const wanted = rules.ofShape(inputs[1]).shape;
  return shaped(broadcast([inputs[0]?.shape, wanted]));
};

const topK: OpRule = (op) => {
  const shape = op.inputs[0]?.shape;
  const at = shape && axisIn(op.number('axis') ?? -1, shape.length);
  if (at === undefined) return undefined;
  const best = shape!.with(at, rules.open(op.number('k') ?? valueOf(op.inputs[1])));
  return [shaped(best), { shape: best, dtype: 'int64' }];
};

const resize: OpRule = (op) => {
  const shape = op.inputs[0]?.shape;
  if (!shape) return undefined;
  const axes = axesIn(op.numbers('axes') ?? shape.map((_, at) => at), shape.length);
  if (!axes || (op.text('keep_aspect_ratio_policy') ?? 'stretch') !== 'stretch')
    return shaped(unknownSizes(shape.length));
  const wanted = op.inputs[3]?.values;
  // Before version 11 its second input were the scales; now the regions that it looks at are.
  const place = op.inputs.length === 2 ? 1 : 2;
  const scales = op.numbers('scales') ?? op.inputs[place]?.values;
  return shaped(
    shape.map((size, at) => {
      const index = axes.indexOf(at);
      if (index < 0) return size;
      if (wanted) return rules.open(wanted[index]);
      const scale = scales?.[index];
      return scale === 1
        ? size
        : scale === undefined
          ? unknownSize()
          : combined(size, scale, (a, b) => Math.floor(a * b));
    }),
  );
};

const upsample: OpRule = (op) => resize({ ...op, inputs: [op.inputs[0], op.inputs[1]] });

/** A sequence of directions: `Y`, `Y_h` and, of an LSTM, `Y_c`. */
const recurrent: OpRule = (op) => {
  const input = op.inputs[0]?.shape;
  const weights = op.inputs[2]?.shape;
  if (input?.length !== 3) return undefined;
  const hidden = op.number('hidden_size') ?? weights?.[2] ?? unknownSize();
  const directions = (op.text('direction') ?? 'forward') === 'bidirectional' ? 2 : 1;
  const [first, second] = input as readonly [Size, Size, Size];
  const isBatchFirst = flag(op, 'layout');
  const state = isBatchFirst ? [first, directions, hidden] : [directions, second, hidden];
  const all = isBatchFirst ? [first, second, directions, hidden] : [first, directions, second, hidden];
  return [shaped(all), shaped(state), shaped(state)].slice(0, op.outputs);
};

const normalization: OpRule = (op) => {
  const input = op.inputs[0]?.shape;
  const side = shaped(op.inputs[1]?.shape);
  return [shaped(input), ...Array<Known>(Math.max(0, op.outputs - 1)).fill(side)];
};

const layerNormalization: OpRule = (op) => {
  const shape = op.inputs[0]?.shape;
  const at = shape && axisIn(op.number('axis') ?? -1, shape.length);
  const means = shaped(at === undefined ? undefined : shape!.map((size, place) => (place < at ? size : 1)));
  return [shaped(shape), means, means].slice(0, op.outputs);
};

function depth(toDepth: boolean): OpRule {
  return (op) => {
    const shape = op.inputs[0]?.shape;
    const block = op.number('blocksize') ?? 0;
    if (shape?.length !== 4 || block <= 0) return undefined;
    const [batch, channels, ...spatial] = shape;
    const [shrink, grow] = [
      (size: Size): Size => combined(size, block, (a, b) => a / b),
      (size: Size): Size => times([size, block]),
    ];
    const wide = toDepth ? times([channels!, block * block]) : combined(channels!, block * block, (a, b) => a / b);
    return shaped([batch!, wide, ...spatial.map(toDepth ? shrink : grow)]);
  };
}

/** By heads, or with them side by side. */
const attention: OpRule = (op) => {
  const [query, key, value] = op.inputs.map((input) => input?.shape);
  if (query?.length === 4 && value?.length === 4) return shaped([...query.slice(0, 3), value[3]!]);
  const [heads, keyHeads] = [op.number('q_num_heads'), op.number('kv_num_heads')];
  if (query?.length !== 3 || key?.length !== 3 || value?.length !== 3 || !heads || !keyHeads) return undefined;
  return shaped([query[0]!, query[1]!, times([combined(value[2]!, keyHeads, (a, b) => a / b), heads])]);
};

const loss: OpRule = (op) => {
  const each = op.text('reduction') === 'none' ? op.inputs[1]?.shape : [];
  return [shaped(each), shaped(op.inputs[0]?.shape)].slice(0, op.outputs);
};

const gridSample: OpRule = ({ inputs: [input, grid] }) =>
  input?.shape && grid?.shape?.length === input.shape.length
    ? shaped([...input.shape.slice(0, 2), ...grid.shape.slice(1, -1)])
    : undefined;

const nonZero: OpRule = ({ inputs }) => shaped([inputs[0]?.shape?.length ?? unknownSize(), unknownSize()]);

const argument: OpRule = (op) =>
  rules.reduced(op.inputs[0], [op.number('axis') ?? 0], (op.number('keepdims') ?? 1) !== 0);

const drawn: OpRule = ({ numbers }) => {
  const shape = numbers('shape');
  return shape && shape.length <= MOST_DIMENSIONS ? shaped(shape.map(rules.open)) : undefined;
};

const arithmetic =
  (compute: (a: Size, b: Size) => Size): OpRule =>
  (op) =>
    op.number('broadcast') === undefined ? rules.elementwise(op.inputs, compute) : stretched(op);

const onnxRules: Readonly<Record<string, OpRule>> = {
  ...named(
    'Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Ceil Celu Clip Cos Cosh CumSum Elu Erf Exp EyeLike Floor Gelu ' +
      'HardSigmoid HardSwish Hardmax InstanceNormalization IsInf IsNaN LRN LeakyRelu Log LogSoftmax ' +
      'LpNormalization MeanVarianceNormalization Mish Neg Not Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin ' +
      'Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu Trilu Bernoulli RandomNormalLike ' +
      'RandomUniformLike ReverseSequence ScatterElements ScatterND Scatter TensorScatter GroupNormalization ' +
      'RMSNormalization CumProd QuantizeLinear DequantizeLinear PRelu RotaryEmbedding',
    unary,
  ),
  ...named('Identity', same),
  Cast: (op) => ({ shape: op.inputs[0]?.shape, values: wholeValues(op), dtype: op.text('to') }),
  CastLike: ({ inputs }) => ({ shape: inputs[0]?.shape, dtype: inputs[1]?.dtype }),
  Dropout: ({ inputs, outputs }) =>
    [shaped(inputs[0]?.shape), { shape: inputs[0]?.shape, dtype: 'bool' }].slice(0, outputs),
  ...named(
    'And Or Xor Equal Greater Less GreaterOrEqual LessOrEqual Pow Mod BitShift BitwiseAnd BitwiseOr BitwiseXor Max Min ' +
      'Mean Sum Where',
    stretched,
  ),
  Add: arithmetic(plus),
  Sub: arithmetic(rules.subtracted),
  Mul: arithmetic(rules.multiplied),
  Div: arithmetic(rules.divided),
  MatMul: ({ inputs }) => rules.matrixProduct(inputs[0], inputs[1]),
  MatMulInteger: ({ inputs }) => rules.matrixProduct(inputs[0], inputs[1]),
  QLinearMatMul: ({ inputs }) => rules.matrixProduct(inputs[0], inputs[3]),
  Gemm: gemm,
  Conv: convolution(1),
  ConvInteger: convolution(1),
  QLinearConv: convolution(3),
  ConvTranspose: turnedConvolution,
  ...named('MaxPool AveragePool LpPool', pooling),
  ...named('GlobalAveragePool GlobalMaxPool GlobalLpPool', globalPooling),
  ...named(
    'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare',
    reduction,
  ),
  ...named('ArgMax ArgMin', argument),
  Flatten: flatten,
  Reshape: reshape,
  Transpose: transpose,
  Concat: ({ inputs, number }) => rules.joined(inputs, number('axis') ?? 1),
  Pad: pad,
  Gather: ({ inputs, number }) => rules.gathered(inputs[0], inputs[1], number('axis') ?? 0),
  GatherElements: like(1),
  GatherND: ({ inputs, number }) => rules.gatheredAt(inputs[0], inputs[1], number('batch_dims') ?? 0),
  Squeeze: (op) =>
    op.inputs[1] && !op.inputs[1].values ? undefined : rules.squeezed(op.inputs[0], listOf(op, 'axes', 1)),
  Unsqueeze: (op) => rules.unsqueezed(op.inputs[0], listOf(op, 'axes', 1)),
  Slice: slice,
  Split: split,
  Expand: expand,
  Tile: ({ inputs }) => (inputs.length === 2 ? rules.tiled(inputs[0], inputs[1]) : undefined),
  Shape: ({ inputs, number }) => rules.shapeOf(inputs[0], number('start'), number('end')),
  Size: ({ inputs }) => rules.sizeOf(inputs[0]),
  ConstantOfShape: ({ inputs, text }) => ({ ...rules.ofShape(inputs[0]), dtype: text('value') ?? 'float32' }),
  Range: ({ inputs: [start, limit, step] }) => rules.range(valueOf(start), valueOf(limit), valueOf(step)),
  OneHot: ({ inputs, number }) => rules.oneHot(inputs[0], valueOf(inputs[1]), number('axis') ?? -1),
  TopK: topK,
  Attention: attention,
  ...named('SoftmaxCrossEntropyLoss NegativeLogLikelihoodLoss', loss),
  GridSample: gridSample,
  NonZero: nonZero,
  NonMaxSuppression: () => shaped([unknownSize(), 3]),
  Einsum: ({ inputs, text }) => rules.summedBy(text('equation') ?? '', inputs),
  DepthToSpace: depth(false),
  SpaceToDepth: depth(true),
  Resize: resize,
  Upsample: upsample,
  ...named('RNN LSTM GRU', recurrent),
  BatchNormalization: normalization,
  LayerNormalization: layerNormalization,
  DynamicQuantizeLinear: ({ inputs }) => [shaped(inputs[0]?.shape), shaped([]), shaped([])],
  ...named('RandomNormal RandomUniform', drawn),
};

/** Numbers stay what they are where they were and become whole. */
function wholeValues({ inputs: [input], text }: GivenOp): Sizes | undefined {
  return /^u?int/.test(text('to') ?? '') && areNumbers(input?.values) && !input.values.every(Number.isInteger)
    ? input.values.map(Math.trunc)
    : input?.values;
}
