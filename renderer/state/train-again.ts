/**
 * Back to a step that training has gone beyond: the experiment is trained again from its start, with the same seed,
 * and stops after that step. Runs of the same seed are the same to the bit. Knows no panel.
 */
import { hasEnded } from '../../src/shared/session/session-state.js';
import { appStore } from './app-state.js';
import { restartRun } from './session-actions.js';
import { saveBreakpoints } from './session-breakpoints.js';
import { stopView } from './stop-view.js';

const ONLY_STOP = 'train-again';

/** Whether the step can be come back to: what was continued from saved weights began in the middle. */
export function canTrainAgain(): boolean {
  return appStore.getState().session?.start?.startStep === 0;
}

/** @param reached called when training stands there and can be looked at */
export async function trainAgainTo(step: number, reached: () => void): Promise<void> {
  const before = appStore.getState().session;
  const ended = new AbortController();
  const watch = () => {
    const { session, breakpoints } = appStore.getState();
    if (!session || session.sessionId === before?.sessionId) return;
    const { stop, old } = stopView.getState();
    const stands = !old && stop !== undefined && session.stop === stop;
    if (!stands && !hasEnded(session)) return;
    ended.abort();
    // The person's own stops were left out on the way.
    void saveBreakpoints(breakpoints);
    if (stands && stop.step === step) reached();
  };
  for (const silent of [appStore.subscribe(watch), stopView.subscribe(watch)]) {
    ended.signal.addEventListener('abort', silent);
  }
  const started = await restartRun({
    seed: before?.start?.seed,
    breakpoints: [{ id: ONLY_STOP, enabled: true, at: { kind: 'step', step } }],
  });
  if (!started) ended.abort();
}
