/**
 * Recognises an update that a script makes itself, without an optimizer: gradients are taken by variables, then
 * those variables are assigned. The update is whole with the last of them that had a gradient; those that an
 * earlier update has left alone are not waited for. Where some stay unassigned, the next gradient ends it.
 * Variables that an optimizer updates are the optimizer's: to clip or decay them is no update. Knows no steps.
 */
import type * as tf from '@tensorflow/tfjs';

export class HandUpdates {
  /** Have a gradient since the last update. */
  private readonly withGradient = new Set<tf.Variable>();
  private readonly assignedOnes = new Set<tf.Variable>();
  private readonly leftAlone = new WeakSet<tf.Variable>();
  private readonly optimized = new WeakSet<tf.Variable>();
  private madeBefore = false;
  private isExpected = false;

  /** Whether a variable has been assigned that had a gradient. */
  get isUnderWay(): boolean {
    return this.assignedOnes.size > 0;
  }

  /** @returns whether the update of these is most likely made by hand next: as the one before it was */
  gradientsTaken(variables: readonly tf.Variable[]): boolean {
    for (const variable of variables) if (!this.optimized.has(variable)) this.withGradient.add(variable);
    return (this.isExpected = this.madeBefore && this.withGradient.size > 0);
  }

  /** An optimizer updates these. */
  optimizerUpdates(variables: readonly tf.Variable[]): void {
    this.madeBefore = false;
    for (const variable of variables) this.optimized.add(variable);
    this.begin();
  }

  /** @returns what the assignment means: nothing, the unforeseen beginning of an update, a part of it, or its last one */
  assigned(variable: tf.Variable): 'no update' | 'begins' | 'goes on' | 'is whole' {
    if (!this.withGradient.has(variable)) return 'no update';
    const isKnown = this.isExpected || this.isUnderWay;
    this.assignedOnes.add(variable);
    this.madeBefore = true;
    for (const one of this.withGradient) {
      if (this.assignedOnes.has(one) || this.leftAlone.has(one)) continue;
      return isKnown ? 'goes on' : 'begins';
    }
    return 'is whole';
  }

  /** The step is over, or never was one. */
  begin(): void {
    if (this.isUnderWay) {
      for (const one of this.withGradient) if (!this.assignedOnes.has(one)) this.leftAlone.add(one);
    }
    this.isExpected = false;
    this.withGradient.clear();
    this.assignedOnes.clear();
  }
}
