/**
 * How many threads a session computes with. Sharing an op between cores takes some tens of microseconds, which is more
 * than the ops of a small model take altogether. Judged by the graph alone, never by the clock: another number of
 * threads may add up in another order, and the same seed is to give the same bits.
 */
import { availableParallelism } from 'node:os';
import { typeOf, type Graph, type GraphNode } from './graph.js';
import { sizeOf } from './native.js';

export type SessionThreads = 'one' | 'as usual';

/** Multiplications and additions, in pairs, that sharing must save at least: about 0.2 ms of a core's time. */
const WORTH_SHARING = 5e6;
/** What each element of an op's largest tensor takes, in the same unit: memory is slower than arithmetic. */
const PER_ELEMENT = 10;

/** Of `cores`, sharing saves all but one part. A single op that is worth it is enough: they run one after the other. */
export function threadsFor({ nodes }: Graph, cores = availableParallelism()): SessionThreads {
  const saved = 1 - 1 / cores;
  return nodes.some((node) => workOf(node) * saved >= WORTH_SHARING) ? 'as usual' : 'one';
}

/** In pairs of a multiplication and an addition. */
function workOf(node: GraphNode): number {
  const elements = Math.max(0, ...[...node.inputs.map(typeOf), ...node.outputs].map(({ shape }) => sizeOf(shape)));
  return Math.max(productWork(node), elements * PER_ELEMENT);
}

function productWork({ op, inputs, outputs }: GraphNode): number {
  const shapeOf = (input: number): readonly number[] => typeOf(inputs[input]!).shape;
  /** Each number of the result (or of its gradient) meets the filter's numbers of one output channel. */
  const convolution = (result: readonly number[], filter: readonly number[], channels: number): number =>
    (sizeOf(result) * sizeOf(filter)) / channels;
  const result = outputs[0]?.shape ?? [];
  switch (op) {
    case 'MatMul':
    case '_FusedMatMul':
    case 'BatchMatMulV2': {
      // √(mk · kn · mn) is mkn, whichever of them are transposed; each of a batch of matrices by itself.
      const batch = Math.max(1, sizeOf(result.slice(0, -2)));
      const [a, b, c] = [shapeOf(0), shapeOf(1), result].map((shape) => sizeOf(shape) / batch);
      return Math.sqrt(a! * b! * c!) * batch;
    }
    case 'Conv2D':
    case '_FusedConv2D':
    case 'Conv3D':
      return convolution(result, shapeOf(1), shapeOf(1).at(-1)!);
    case 'Conv2DBackpropInput':
    case 'Conv3DBackpropInputV2':
      return convolution(shapeOf(2), shapeOf(1), shapeOf(1).at(-1)!);
    case 'Conv2DBackpropFilter':
    case 'Conv3DBackpropFilterV2':
      return convolution(shapeOf(2), result, result.at(-1)!);
    case 'DepthwiseConv2dNative':
      return convolution(result, shapeOf(1), sizeOf(shapeOf(1).slice(2)));
    case 'DepthwiseConv2dNativeBackpropInput':
      return convolution(shapeOf(2), shapeOf(1), sizeOf(shapeOf(1).slice(2)));
    case 'DepthwiseConv2dNativeBackpropFilter':
      return convolution(shapeOf(2), result, sizeOf(result.slice(2)));
    default:
      return 0;
  }
}

/** The addon's sessions take their settings from here (`assets/engine/session-options.h`). */
const CONFIG = 'BACKSTEP_SESSION_CONFIG';
/**
 * `tensorflow.ConfigProto` with `intra_op_parallelism_threads` (field 2) 1, and `inter_op_parallelism_threads` (field
 * 5) −1: ops run in the thread that asks for them.
 */
const ONE_THREAD = '100128ffffffffffffffffff01';

/** Sessions that `make` makes are to have so many. */
export function withSessionThreads<T>(threads: SessionThreads, make: () => T): T {
  if (threads === 'as usual') return make();
  process.env[CONFIG] = ONE_THREAD;
  try {
    return make();
  } finally {
    delete process.env[CONFIG];
  }
}
