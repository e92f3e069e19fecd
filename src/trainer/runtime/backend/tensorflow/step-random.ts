/**
 * Random numbers of a training step on native TensorFlow: by its stateless ops, from a key that is a
 * tensor and the number of the draw within the step, so that a step draws the same whether it runs op
 * by op or as a compiled graph that is fed the key. Outside of steps the library draws as ever.
 */
import * as tf from '@tensorflow/tfjs';
import { AsyncLocalStorage } from 'node:async_hooks';
import { isBesideSteps } from '../../aside.js';
import { drawRandomsBy, type RandomOp } from './random-hook.js';

interface StepDraws {
  readonly key: tf.Tensor1D;
  count: number;
}

export interface Draw {
  /** int32, two numbers. */
  readonly key: tf.Tensor1D;
  /** How many came before it in this step. */
  readonly number: number;
}

const kernels: Readonly<Record<RandomOp, string>> = {
  randomUniform: 'StatelessRandomUniform',
  randomNormal: 'StatelessRandomNormal',
  truncatedNormal: 'StatelessTruncatedNormal',
};

/** Follows the step across its awaits, and leaves work that runs meanwhile alone. */
const steps = new AsyncLocalStorage<StepDraws>();

/** The key of step `step` (counted from 0), for `withStepKey`; the caller's to dispose. Huge or negative numbers count by their lower 32 bits. */
export function makeStepKey(seed: number, step: number): tf.Tensor1D {
  return tf.tensor1d([seed | 0, step | 0], 'int32');
}

/** Runs a step, whose draws follow from `key`; without one, or on another backend, as if it were called directly. */
export function withStepKey<T>(key: tf.Tensor1D | undefined, work: () => T): T {
  return key ? steps.run({ key, count: 0 }, work) : work();
}

/** The next draw of the step under way; none outside of steps. */
export function nextDraw(): Draw | undefined {
  const step = isBesideSteps() ? undefined : steps.getStore();
  return step && { key: step.key, number: step.count++ };
}

/** From here on the library's random ops draw so within steps. */
export function drawStepRandoms(): void {
  drawRandomsBy((op, shape, first, second, dtype = 'float32', seed) => {
    if (tf.getBackend() !== 'tensorflow') return undefined;
    const draw = nextDraw();
    if (!draw) return undefined;
    if (dtype === 'bool' && op !== 'randomUniform') throw new Error(`Unsupported data type ${dtype}`);
    return tf.tidy(() => {
      const standard = tf
        .engine()
        .runKernel(kernels[op], { key: draw.key }, { shape, draw: draw.number, seed: seedNumber(seed) }) as tf.Tensor;
      const [scale, shift] = op === 'randomUniform' ? [second - first, first] : [second, first];
      const scaled = scale === 1 ? standard : tf.mul(standard, scale);
      const values = shift === 0 ? scaled : tf.add(scaled, shift);
      if (dtype === 'float32') return values;
      // As when an array of that type is filled with them: cut off, not rounded.
      const whole = tf.cast(values, 'int32');
      return dtype === 'int32' ? whole : tf.cast(whole, dtype);
    });
  });
}

function seedNumber(seed: number | string | undefined): number {
  if (typeof seed !== 'string') return (seed ?? 0) | 0;
  let hash = 0;
  for (let i = 0; i < seed.length; i++) hash = (Math.imul(hash, 31) + seed.charCodeAt(i)) | 0;
  return hash;
}
