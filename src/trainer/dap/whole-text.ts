/** A value as text to keep elsewhere: everything of it, up to a size that a clipboard bears. */
import { inspect } from 'node:util';
import * as tf from '@tensorflow/tfjs';

const MOST_VALUES = 200_000;

export function wholeText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof tf.Tensor && !value.isDisposed && value.size <= MOST_VALUES) {
    return JSON.stringify(value.arraySync(), (_key, one: unknown) =>
      // JSON has no words for these.
      typeof one === 'number' && !Number.isFinite(one) ? String(one) : one,
    );
  }
  return inspect(value, { depth: 6, maxArrayLength: MOST_VALUES, maxStringLength: Infinity, breakLength: 120 });
}
