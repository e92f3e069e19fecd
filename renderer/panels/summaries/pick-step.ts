/** What a click on a histogram does: the window goes to its step; where training stands, its tensor is opened. */
import { moveCursor, notify } from '../../state/app-state.js';
import { stopView } from '../../state/stop-view.js';
import { viewTensor } from '../../state/tensor-tabs.js';
import type { SummaryRun } from './summary-groups.js';
import { tensorOfTag } from './tensor-of-tag.js';

export function pickStep({ isLive }: SummaryRun, name: string, step: number): void {
  moveCursor({ step });
  const target = isLive ? tensorOfTag(name) : undefined;
  const { stop, old } = stopView.getState();
  if (!target || !stop || old) return;
  viewTensor(target);
  if (stop.step === step) return;
  notify({
    severity: 'info',
    message: `Of step ${step} the histogram was kept, not each value: shown are those of step ${stop.step}, where training stands.`,
  });
}
