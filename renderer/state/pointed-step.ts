/** The step under the pointer, wherever that is: charts and the timeline show one cross-hair. */
import { createStore } from 'zustand/vanilla';

export interface PointedStep {
  readonly step?: number;
  /** Where the pointer is. */
  readonly on?: 'chart' | 'timeline';
}

export const pointedStep = createStore<PointedStep>(() => ({}));

export function pointAtStep(step: number | undefined, on: 'chart' | 'timeline'): void {
  const before = pointedStep.getState();
  if (before.step === step) return;
  // Leaving the one after the other was entered must not take away what is pointed at now.
  if (step === undefined && before.on !== on) return;
  pointedStep.setState({ step, on });
}
