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
    const { largest, difference, change } = compare(old, one, two);
    const isSame =
      difference.length <= CHANGE_TOLERANCE * change || difference.most <= NEGLIGIBLE * Math.max(largest, NEGLIGIBLE);
    if (!isSame && !isNoise(index))
      throw new Refusal(`the compiled step changed ${names[index]} otherwise than the eager one`);
  });
}

function compare(old: tf.Tensor, one: tf.Tensor, two: tf.Tensor) {
  const numbers = tf.tidy(() => {
    const [a, b, c] = [old, one, two].map((tensor) => tf.cast(tensor, 'float32')) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const difference = tf.sub(b, c);
    const norm = (tensor: tf.Tensor): tf.Tensor => tf.sqrt(tf.sum(tf.square(tensor)));
    return tf.stack([tf.max(tf.abs(b)), norm(difference), tf.max(tf.abs(difference)), norm(tf.sub(b, a))]);
  });
  const [largest, length, most, change] = numbers.dataSync() as unknown as [number, number, number, number];
  numbers.dispose();
  return { largest, difference: { length, most }, change };
}
