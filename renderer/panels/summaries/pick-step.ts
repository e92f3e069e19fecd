/**
 * What a click on a histogram does: the window goes to its step; where training stands there, its tensor is opened.
 * Of other steps the counts were kept and not each value: it is said so, and how to come to them.
 */
import { appStore, dismissNotice, moveCursor, notify, type Notice } from '../../state/app-state.js';
import { stopView } from '../../state/stop-view.js';
import { viewTensor } from '../../state/tensor-tabs.js';
import { canTrainAgain, trainAgainTo } from '../../state/train-again.js';
import type { SummaryRun } from './summary-groups.js';
import { tensorOfTag } from './tensor-of-tag.js';

export function pickStep({ isLive, name: runName }: SummaryRun, name: string, step: number): void {
  moveCursor({ step });
  const target = tensorOfTag(name);
  // Only what training here writes has such names.
  if (!target) return;
  const { stop, old } = stopView.getState();
  const stands = isLive && stop && !old ? stop : undefined;
  if (stands) viewTensor(target);
  if (stands?.step === step) return;
  const kept = `Of step ${step} the histogram was kept, not each value`;
  if (!isLive) {
    tellInstead({
      severity: 'info',
      message: `${kept}, and “${runName}” is over.`,
      detail: 'Tensors can be looked at in a training that stands: run the experiment, and pause it.',
    });
    return;
  }
  const again = canTrainAgain();
  tellInstead({
    severity: 'info',
    message: stands ? `${kept}: shown are those of step ${stands.step}, where training stands.` : `${kept}.`,
    detail: again
      ? `Trained again with the same seed, it comes to the same values: it would stop after step ${step} and open them. What was trained beyond it stays in its run’s folder.`
      : 'This training was continued from saved weights, so that it cannot be trained again from its start to there.',
    ...(again
      ? {
          actions: [
            { label: `Train Again to Step ${step}`, run: () => void trainAgainTo(step, () => viewTensor(target)) },
          ],
        }
      : {}),
  });
}

let told: number | undefined;

/** Of clicks in a row, the last one's. */
function tellInstead(notice: Omit<Notice, 'id' | 'folder'>): void {
  if (told !== undefined) dismissNotice(told);
  notify(notice);
  told = appStore.getState().notices.at(-1)?.id;
}
