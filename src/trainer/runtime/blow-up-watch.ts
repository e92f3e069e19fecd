/**
 * Whether losses look as if there will soon be no numbers: then the way back into the steps to come is worth
 * keeping, so that the first that has none can be told with its layer. Knows no step and no graph.
 */

/** A loss that is so many times the first one, and the usual one, is on its way up. */
const ABOVE_FIRST = 2;
const ABOVE_USUAL = 3;
/** How far the usual loss follows each. */
const FOLLOWS = 0.05;
/** Suspicion lasts for so many steps. */
const STEPS = 32;

export class BlowUpWatch {
  private first: number | undefined;
  private usual = 0;
  private left = 0;
  private isOver = false;

  get isSuspicious(): boolean {
    return this.left > 0;
  }

  /** After each step. `finite`: whether its gradients and weights are, too. */
  sees(loss: number, finite: boolean): void {
    if (!Number.isFinite(loss)) {
      // The step that this one comes of is what is asked for; whatever follows has no numbers either.
      this.left = this.isOver ? 0 : 1;
      this.isOver = true;
      return;
    }
    const size = Math.abs(loss);
    if (this.first === undefined) this.usual = this.first = size;
    const { first = 0, usual } = this;
    const grows = !finite || (size > ABOVE_FIRST * first && size > ABOVE_USUAL * usual);
    if (grows) this.left = STEPS;
    else {
      this.left = Math.max(0, this.left - 1);
      this.usual = usual + FOLLOWS * (size - usual);
    }
  }
}
