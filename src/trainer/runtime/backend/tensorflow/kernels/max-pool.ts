/**
 * Max pooling by oneDNN, which notes in the forward pass where each maximum came from: its gradient
 * then takes a tenth of the time of TensorFlow's own, which searches again. Same values, ties
 * included. While somebody records the ops that run, TensorFlow's public ones are used: a graph of
 * them can be read everywhere.
 */
import * as tf from '@tensorflow/tfjs';
import { replaceKernel, type NativeOps } from '../kernel.js';

interface Attributes {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode: 'floor' | 'round' | 'ceil' | undefined;
}

const FORWARD = '_MklNativeMaxPool';
const BACKWARD = '_MklNativeMaxPoolGrad';

export function registerMaxPool(): void {
  replaceKernel<{ readonly x: tf.Tensor4D }, Attributes>('MaxPool', ({ inputs: { x }, attrs, ops }) => {
    const pooling = poolingOf(ops, x, attrs);
    if (!pooling) return undefined;
    const { backend } = ops;
    const [output, winners] = backend.binding.executeOp(FORWARD, pooling, backend.handlesOf([x]), 2);
    const y = backend.tensorOf(output!);
    backend.keepWith(y, winners!.id);
    return y;
  });

  interface GradientInputs {
    readonly dy: tf.Tensor4D;
    readonly input: tf.Tensor4D;
    readonly output: tf.Tensor4D;
  }
  replaceKernel<GradientInputs, Attributes>('MaxPoolGrad', ({ inputs: { dy, input, output }, attrs, ops }) => {
    const { backend } = ops;
    const winners = backend.keptWith(output);
    const pooling = winners === undefined ? undefined : poolingOf(ops, input, attrs);
    if (winners === undefined || !pooling) return undefined;
    const handles = [...backend.handlesOf([input, output, dy]), winners];
    return backend.tensorOf(backend.binding.executeOp(BACKWARD, pooling, handles, 1)[0]!);
  });
}

/** The op's attributes; `undefined` where the public one is to run. */
function poolingOf(ops: NativeOps, x: tf.Tensor4D, { filterSize, strides, pad, dimRoundingMode }: Attributes) {
  if (ops.backend.isObserved || x.dtype !== 'float32' || x.size === 0 || !hasOneDnn(ops)) return undefined;
  const info = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
  const padding = info.padInfo.type;
  if (padding !== 'VALID' && padding !== 'SAME') return undefined;
  return attributesOf(ops, [info.filterHeight, info.filterWidth], [info.strideHeight, info.strideWidth], padding);
}

type Pair = readonly [number, number];

function attributesOf(ops: NativeOps, filterSize: Pair, strides: Pair, padding: 'VALID' | 'SAME') {
  return [
    ops.type('T', 'float32'),
    ops.ints('ksize', [1, ...filterSize, 1]),
    ops.ints('strides', [1, ...strides, 1]),
    ops.string('padding', padding),
    ops.string('data_format', 'NHWC'),
    ops.bool('workspace_enabled', true),
    // As TensorFlow's own rewriting of ops has it, so that the registry finds the kernel.
    ops.string('_kernel', 'MklNameChangeOp'),
  ];
}

const answers = new WeakMap<NativeOps, boolean>();

/** Whether this library has these kernels and lets them run; asked of it once. */
function hasOneDnn(ops: NativeOps): boolean {
  let answer = answers.get(ops);
  if (answer === undefined) answers.set(ops, (answer = tryOneDnn(ops)));
  return answer;
}

function tryOneDnn(ops: NativeOps): boolean {
  if (ops.backend.isUsingGpuDevice || process.env['TF_ENABLE_ONEDNN_OPTS'] === '0') return false;
  const { binding } = ops.backend;
  const x = tf.tensor4d([1, 3, 2, 0], [1, 2, 2, 1]);
  try {
    const made = binding.executeOp(FORWARD, attributesOf(ops, [2, 2], [2, 2], 'VALID'), ops.backend.handlesOf([x]), 2);
    const [largest] = binding.tensorDataSync(made[0]!.id);
    for (const { id } of made) binding.deleteTensor(id);
    return largest === 3;
  } catch (error) {
    // TensorFlow says so where it has no such op, or no kernel of it for this machine.
    if (error instanceof Error) return false;
    throw error;
  } finally {
    x.dispose();
  }
}
