/** The step under the pointer, wherever that is: charts and the timeline show one cross-hair. */
import { createStore } from 'zustand/vanilla';

export const pointedStep = createStore<{ readonly step?: number }>(() => ({}));

export function pointAtStep(step: number | undefined): void {
  if (pointedStep.getState().step !== step) pointedStep.setState({ step });
}
