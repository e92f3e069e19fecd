/**
 * TensorBoard's smoothing: an exponential moving average whose start at zero is corrected for, so
 * that the first point is the first value. Source of the formula: `classicSmoothing` in TensorBoard's
 * line chart. Not-finite values pass through and leave the average as it is.
 */
export class Smoothing {
  private sum = 0;
  private count = 0;
  private first = Number.NaN;
  /** TensorBoard leaves a constant curve as it is, free of rounding. */
  private constant = true;
  /** What is missing of the average's weights; 1 as soon as nothing is, which rounding brings about. */
  private debias = 0;

  /** @param weight 0: none, up to (not including) 1. */
  constructor(readonly weight: number) {}

  /** The smoothed value that belongs to the next raw one. */
  next(value: number): number {
    if (this.weight <= 0 || !Number.isFinite(value)) return value;
    if (this.count === 0) this.first = value;
    else if (value !== this.first) this.constant = false;
    this.sum = this.sum * this.weight + (1 - this.weight) * value;
    this.count++;
    // The power costs more than all the rest, and is lost in rounding soon.
    if (this.debias !== 1) this.debias = 1 - this.weight ** this.count;
    return this.constant ? value : this.sum / this.debias;
  }
}
