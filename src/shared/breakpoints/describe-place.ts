/** What a breakpoint's place is called, the same in lists, marks and stops. Knows neither trainer nor window. */
import type { BreakpointPlace, DataEvent, SummaryNumber } from '../protocol/training.js';

/** "step 40", "end of epoch 3", "loss > 2", "before conv2d_1", "Conv2D in conv2d_1", "gradient of dense_1/kernel not finite". */
export function describePlace(at: BreakpointPlace): string {
  switch (at.kind) {
    case 'step':
      return `step ${at.step}`;
    case 'epochEnd':
      return at.epoch === undefined ? 'end of every epoch' : `end of epoch ${at.epoch}`;
    case 'condition':
      return at.condition;
    case 'phase':
      return at.phase === 'loss'
        ? 'before the loss'
        : `before the ${at.phase} ${at.phase === 'optimizer' ? 'update' : 'pass'}`;
    case 'layer':
      return `${at.when} ${at.layer}${at.pass === 'gradient' ? '’s gradient' : ''}`;
    case 'op': {
      const nth = at.occurrence === undefined ? '' : ` #${at.occurrence}`;
      const phase = at.phase === undefined ? '' : ` (${at.phase})`;
      return `${at.op}${nth}${at.layer === undefined ? '' : ` in ${at.layer}`}${phase}`;
    }
    case 'data': {
      const whose = at.of === 'metric' ? (at.name ?? 'any metric') : `${at.of} of ${at.name ?? 'any layer'}`;
      // A metric is one number, whichever of a tensor's is asked for.
      if (at.of === 'metric' && at.event.kind === 'crosses') return `${whose} crosses ${at.event.value}`;
      return `${whose} ${describeDataEvent(at.event)}`;
    }
    case 'rule':
      return at.threshold === undefined ? at.rule : `${at.rule} (${at.threshold})`;
  }
}

export const numberWords: Readonly<Record<SummaryNumber, string>> = {
  norm: 'norm',
  min: 'minimum',
  max: 'maximum',
  mean: 'mean',
  spread: 'spread',
  zeros: 'share of zeros',
  notFinite: 'share not finite',
};

function describeDataEvent(event: DataEvent): string {
  switch (event.kind) {
    case 'notFinite':
      return 'not finite';
    case 'crosses':
      return `${numberWords[event.number]} crosses ${event.value}`;
    case 'unchanged':
      return `unchanged for ${event.steps} ${event.steps === 1 ? 'step' : 'steps'}`;
  }
}
