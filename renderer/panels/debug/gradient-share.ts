/** Length of a gradient norm's bar: logarithmic from 1e-6 (vanished) to 1e3 (exploded). Pure. */
const LOWEST = -6;
const HIGHEST = 3;

export function gradientShare(norm: number): number {
  if (Number.isNaN(norm) || norm === Infinity) return 1;
  if (!(norm > 0)) return 0;
  return Math.min(1, Math.max(0.02, (Math.log10(norm) - LOWEST) / (HIGHEST - LOWEST)));
}
