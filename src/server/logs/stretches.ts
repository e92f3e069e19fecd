/**
 * What of a series stands and what was superseded by a training started anew: stretches of its points. TensorBoard
 * forgets the latter; here they are kept and marked. Pure.
 */
import type { SeriesStretch } from '../../shared/protocol/summaries.js';
import type { ScalarColumn } from './scalar-column.js';

/** In the order of the points; those that stand have ascending steps from one to the next, too. */
export function stretchesOf(column: ScalarColumn): SeriesStretch[] {
  const { restarts, steps, length } = column;
  if (length === 0) return [];
  const found: SeriesStretch[] = [];
  let from = Infinity;
  let end = length;
  for (let part = restarts.length; part >= 0; part--) {
    const begin = part === 0 ? 0 : restarts[part - 1]!.index;
    // Of this part stands what is before the earliest step that anything later was written from.
    const stands = firstAtLeast(steps, begin, end, from);
    if (stands < end) found.push({ from: stands, to: end, superseded: true });
    if (stands > begin) found.push({ from: begin, to: stands, superseded: false });
    if (end > begin) from = Math.min(from, steps[begin]!);
    if (part > 0) from = Math.min(from, restarts[part - 1]!.step);
    end = begin;
  }
  return found.reverse();
}

/** The first index from `from` on, before `to`, whose number is not less than `wanted`; numbers ascend. */
export function firstAtLeast(
  numbers: { readonly [index: number]: number },
  from: number,
  to: number,
  wanted: number,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
