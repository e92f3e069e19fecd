/** What writing summaries took, for a person. Knows no sizes: those are said where they are shown. */
import type { SummaryCost } from '../protocol/training.js';

/** A share is rounded to a tenth of a percent. */
const ROUNDED = 0.0005;

/** `2.1 % of its time`; of a training that is too short to pay for its last set by a share of its time: `41 ms, 35 of them at its end`. */
export function summaryCostWords({ costMs, endMs = 0, share, budget = Infinity }: SummaryCost): string {
  if (share < budget + ROUNDED) return `${(share * 100).toFixed(1)} % of its time`;
  const whole = Math.round(costMs);
  return endMs < 1 ? `${whole} ms` : `${whole} ms, ${Math.min(whole, Math.round(endMs))} of them at its end`;
}
