/** Whether a compiled step did what the eager one did: the same values, the same change of every variable. */
import * as tf from '@tensorflow/tfjs';
import { Refusal } from './refusal.js';

export interface Outcome {
  readonly values: readonly number[];
  /** After the step, one for each variable; the caller's. */
  readonly variables: readonly tf.Tensor[];
}

/** Sums in another order differ by this, relative to the larger of value and 1. */
const VALUE_TOLERANCE = 1e-3;
/** Of the length of a variable's change; where gradients are all but nothing their rounding is all there is … */
const CHANGE_TOLERANCE = 0.05;
/** … so this much of a variable's largest value is let pass too. */
const NEGLIGIBLE = 1e-4;

/**
 * @param names of the variables, for the reason
 * @param isNoise whether a variable's gradient is nothing but rounding
 * @throws Refusal where they differ
 */
export function proveEqual(
  before: readonly tf.Tensor[],
  eager: Outcome,
  compiled: Outcome,
  names: readonly string[],
  isNoise: (variable: number) => boolean,
): void {
  eager.values.forEach((value, index) => {
    const other = compiled.values[index]!;
    if (Number.isNaN(value) || Number.isNaN(other)) throw new Refusal('the step gives values that are not numbers');
    if (value !== other && !(Math.abs(value - other) <= VALUE_TOLERANCE * Math.max(1, Math.abs(value)))) {
      throw new Refusal(`the compiled step gave ${other} where the eager one gave ${value}`);
    }
  });
  before.forEach((old, index) => {
    const [one, two] = [eager.variables[index]!, compiled.variables[index]!];
    // Untouched at both speeds.
    if (one.dataId === two.dataId || old.size === 0) return;
    const { difference, change } = lengthsOf(old, one, two);
    if (difference <= CHANGE_TOLERANCE * change || isNoise(index) || isNegligible(one, two)) return;
    throw new Refusal(`the compiled step changed ${names[index]} otherwise than the eager one`);
  });
}

/** Of the difference between the two, and of the change that one of them is. */
function lengthsOf(old: tf.Tensor, one: tf.Tensor, two: tf.Tensor) {
  const numbers = tf.tidy(() => {
    const length = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
      tf.sqrt(tf.sum(tf.square(tf.sub(asFloat(a), asFloat(b)))));
    return tf.stack([length(one, two), length(one, old)]);
  });
  const [difference, change] = numbers.dataSync() as unknown as [number, number];
  numbers.dispose();
  return { difference, change };
}

function isNegligible(one: tf.Tensor, two: tf.Tensor): boolean {
  const numbers = tf.tidy(() => {
    const [a, b] = [asFloat(one), asFloat(two)];
    return tf.stack([tf.max(tf.abs(a)), tf.max(tf.abs(tf.sub(a, b)))]);
  });
  const [largest, most] = numbers.dataSync() as unknown as [number, number];
  numbers.dispose();
  return most <= NEGLIGIBLE * Math.max(largest, NEGLIGIBLE);
}

function asFloat(tensor: tf.Tensor): tf.Tensor {
  return tensor.dtype === 'float32' ? tensor : tf.cast(tensor, 'float32');
}
