/** The numbers of tensors in conditions, and what they are over several tensors taken together. Knows no tensors. */
import type { TensorNumber } from './reach.js';

export type TensorNumbers = Readonly<Record<TensorNumber, number>>;

export const tensorNumbers = ['norm', 'min', 'max', 'mean', 'spread', 'zeros', 'notFinite', 'size'] as const;

/** What people call them elsewhere. */
const otherNames: Readonly<Record<string, TensorNumber>> = { std: 'spread', average: 'mean', length: 'size' };

export function tensorNumberCalled(name: string): TensorNumber | undefined {
  const own = tensorNumbers.find((one) => one === name);
  return own ?? (Object.hasOwn(otherNames, name) ? otherNames[name] : undefined);
}

/** As if all of them were one tensor. Not-finite values are left out of norm, minimum, maximum, mean and spread. */
export function together(parts: readonly TensorNumbers[]): TensorNumbers {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  let [size, finite, notFinite, zeros, squares, sum, powers] = [0, 0, 0, 0, 0, 0, 0];
  let [min, max] = [NaN, NaN];
  for (const part of parts) {
    const here = part.size * (1 - part.notFinite);
    size += part.size;
    finite += here;
    notFinite += part.notFinite * part.size;
    zeros += part.zeros * part.size;
    if (here === 0) continue;
    squares += part.norm * part.norm;
    sum += part.mean * here;
    powers += (part.spread * part.spread + part.mean * part.mean) * here;
    min = Number.isNaN(min) ? part.min : Math.min(min, part.min);
    max = Number.isNaN(max) ? part.max : Math.max(max, part.max);
  }
  const mean = finite > 0 ? sum / finite : NaN;
  return {
    size,
    norm: Math.sqrt(squares),
    min,
    max,
    mean,
    spread: finite > 0 ? Math.sqrt(Math.max(0, powers / finite - mean * mean)) : NaN,
    zeros: size > 0 ? zeros / size : 0,
    notFinite: size > 0 ? notFinite / size : 0,
  };
}
