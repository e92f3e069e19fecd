/**
 * Histograms as they are drawn: all of a file's bins, as densities, and what share of the values lies below a
 * value. Steps in file order, newest last. Pure.
 */
import type { LogHistogram } from '../../../src/shared/protocol/summaries.js';

export interface Bins {
  readonly step: number;
  /** One more than `densities`, ascending and finite. */
  readonly edges: readonly number[];
  /** Values a unit of the axis. */
  readonly densities: readonly number[];
  readonly counts: readonly number[];
  readonly total: number;
}

/** Beyond this an edge stands for “and everything above”. */
const LARGEST = 1e300;

/** Without the empty bins at both ends, and with ends that can be drawn; none where it counts nothing. */
export function binsOf({ step, limits, counts }: LogHistogram): Bins | undefined {
  let first = 0;
  let last = counts.length - 1;
  while (first <= last && !(counts[first]! > 0)) first++;
  while (last >= first && !(counts[last]! > 0)) last--;
  if (first > last) return undefined;
  const edges = [...limits.subarray(first, last + 2)];
  const inner = edges.filter((edge) => Number.isFinite(edge) && Math.abs(edge) < LARGEST);
  const [low = 0, high = 0] = [inner[0], inner.at(-1)];
  const width = inner.length > 1 ? (high - low) / (inner.length - 1) : 1;
  for (const [index, edge] of edges.entries()) {
    if (Number.isFinite(edge) && Math.abs(edge) < LARGEST) continue;
    edges[index] = index === 0 ? low - width : high + width;
  }
  const shown = [...counts.subarray(first, last + 1)].map((count) => (count > 0 ? count : 0));
  const densities = shown.map((count, index) => {
    const wide = edges[index + 1]! - edges[index]!;
    return wide > 0 ? count / wide : 0;
  });
  return { step, edges, densities, counts: shown, total: shown.reduce((sum, count) => sum + count, 0) };
}

/** The value below which this share of all values lies, values being spread evenly in a bin. */
export function quantile({ edges, counts, total }: Bins, share: number): number {
  let below = 0;
  const wanted = share * total;
  for (const [index, count] of counts.entries()) {
    if (count > 0 && below + count >= wanted) {
      const [from, to] = [edges[index]!, edges[index + 1]!];
      return from + (to - from) * Math.min(1, Math.max(0, (wanted - below) / count));
    }
    below += count;
  }
  return edges.at(-1)!;
}

/** Of a normal distribution: the ends, then −1.5, −1, −0.5, 0, 0.5, 1 and 1.5 standard deviations; TensorBoard's. */
export const bandShares = [0, 0.0668, 0.1587, 0.3085, 0.5, 0.6915, 0.8413, 0.9332, 1] as const;

export interface Extent {
  readonly low: number;
  readonly high: number;
  readonly density: number;
}

export function extentOf(all: readonly Bins[]): Extent {
  let [low, high, density] = [Infinity, -Infinity, 0];
  for (const { edges, densities } of all) {
    low = Math.min(low, edges[0]!);
    high = Math.max(high, edges.at(-1)!);
    for (const one of densities) density = Math.max(density, one);
  }
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  return { low, high, density };
}

/** The same values in bins of equal width from `low` to `high`, spread evenly in what was one bin. Keeps their number. */
export function rebinned({ step, edges, counts, total }: Bins, low: number, high: number, bins: number): Bins {
  const width = (high - low) / bins;
  const shares = new Array<number>(bins).fill(0);
  const binOf = (value: number): number => Math.min(bins - 1, Math.max(0, Math.floor((value - low) / width)));
  for (const [index, count] of counts.entries()) {
    const [from, to] = [edges[index]!, edges[index + 1]!];
    const last = binOf(to);
    for (let bin = binOf(from); bin <= last; bin++) {
      const inside = Math.min(to, low + (bin + 1) * width) - Math.max(from, low + bin * width);
      // Of a bin without width all is where it stands.
      shares[bin]! += to > from ? (count * Math.max(0, inside)) / (to - from) : count;
    }
  }
  const even = Array.from({ length: bins + 1 }, (_, index) => (index === bins ? high : low + index * width));
  return { step, edges: even, counts: shares, densities: shares.map((count) => count / width), total };
}
