/** Which examples are kept aside for validation: the same ones whatever the run's seed, so that runs compare. */
import { mixText, shuffledOrder } from './random.js';

/**
 * About `share` of the items at random, at least one and not all where there are two or more; each half in
 * its old order. `name` tells one group's draw from another's.
 */
export function splitOff<T>(
  items: readonly T[],
  share: number,
  name: string,
): { readonly kept: readonly T[]; readonly taken: readonly T[] } {
  const wanted = Math.max(1, Math.min(items.length - 1, Math.round(items.length * share)));
  if (items.length < 2) return { kept: items, taken: [] };
  const taken = new Set(shuffledOrder(items.length, mixText(name)).subarray(0, wanted));
  return {
    kept: items.filter((_, index) => !taken.has(index)),
    taken: items.filter((_, index) => taken.has(index)),
  };
}
