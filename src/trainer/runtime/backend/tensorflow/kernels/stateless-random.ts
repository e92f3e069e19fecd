/**
 * TensorFlow's stateless random ops: all that they draw follows from their seed, which is made of a
 * step's key, the draw's number in the step and the layer's own seed. The package's multinomial draws
 * from a clock; here it is one of them.
 */
import * as tf from '@tensorflow/tfjs';
import { addKernel, type NativeOps } from '../kernel.js';
import { nextDraw } from '../step-random.js';

interface Attributes {
  readonly shape: readonly number[];
  /** The number of the draw within its step. */
  readonly draw: number;
  readonly seed: number;
}

/** 2³² over the golden ratio: neighbouring draws come from seeds far apart. */
const GOLDEN = 0x9e3779b1;

export function registerStatelessRandom(): void {
  for (const name of ['StatelessRandomUniform', 'StatelessRandomNormal', 'StatelessTruncatedNormal']) {
    addKernel<{ readonly key: tf.TensorInfo }, Attributes>(name, ({ inputs, attrs: { shape, draw, seed }, ops }) =>
      tf.tidy(() =>
        ops.run(
          name,
          [ops.vector(shape), drawSeed(ops, inputs.key, draw, seed)],
          [ops.type('dtype', 'float32'), ops.type('T', 'int32'), ops.type('Tseed', 'int32')],
        ),
      ),
    );
  }

  addKernel<
    { readonly logits: tf.Tensor2D },
    { readonly numSamples: number; readonly seed: number; readonly normalized: boolean }
  >('Multinomial', ({ inputs: { logits }, attrs: { numSamples, seed, normalized }, ops }) =>
    tf.tidy(() => {
      const draw = nextDraw();
      // The library puts a fraction of its own where the person gives no seed.
      const own = Number.isInteger(seed) ? seed : 0;
      const seeds = draw
        ? drawSeed(ops, draw.key, draw.number, own)
        : ops.vector([own | 0, Math.floor((seed - own) * 2 ** 31)]);
      return ops.run(
        'StatelessMultinomial',
        [normalized ? tf.log(logits) : logits, ops.scalar(numSamples, 'int32'), seeds],
        [ops.type('T', logits.dtype), ops.type('Tseed', 'int32'), ops.type('output_dtype', 'int32')],
      );
    }),
  );
}

function drawSeed(ops: NativeOps, key: tf.TensorInfo, draw: number, seed: number): tf.TensorInfo {
  return ops.run('AddV2', [key, ops.vector([Math.imul(draw + 1, GOLDEN), seed | 0])], [ops.type('T', 'int32')]);
}
