/** From a histogram to what was counted in it: the training's tensor of that name, where it stands. */
import { moveCursor, notify } from '../../state/app-state.js';
import { stopView } from '../../state/stop-view.js';
import { viewTensor } from '../../state/tensor-tabs.js';
import type { TensorTarget } from '../../state/tensor-targets.js';
import type { SummaryRun } from './summary-groups.js';

/** Of the tags that training writes: `train/weights/conv2d_1/kernel`. Undefined of others'. */
export function tensorOfTag(name: string): TensorTarget | undefined {
  const [, what, of] = /^train\/(weights|gradients|activations)\/(.+)$/.exec(name) ?? [];
  if (of === undefined) return undefined;
  switch (what) {
    case 'weights':
      return { kind: 'place', place: { kind: 'weight', weight: of } };
    case 'gradients':
      return { kind: 'place', place: { kind: 'gradient', weight: of } };
    default:
      return { kind: 'place', place: { kind: 'activation', layer: of } };
  }
}

/** The window goes to that step; where training stands, its tensor is opened. */
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
