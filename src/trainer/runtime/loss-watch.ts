/** Says once that the loss has stopped being a number: curves end there, and nobody may be looking. Knows no host. */
import type { Problem, StepEvent } from '../../shared/protocol/training.js';

/** @returns of each step in its order, the notice to give after it */
export function watchLoss(): (step: StepEvent) => Problem | undefined {
  let before: number | undefined;
  let told = false;
  return ({ loss, step, learningRate }) => {
    const last = before;
    before = loss;
    if (told || Number.isFinite(loss)) return undefined;
    told = true;
    const came = last === undefined ? '' : ` (it was ${short(last)} a step before)`;
    const rate = learningRate === undefined ? '' : ` than ${short(learningRate)}`;
    const stop = Number.isNaN(loss) ? 'isNaN(loss)' : '!isFinite(loss)';
    return {
      severity: 'warning',
      message: `The loss is ${Number.isNaN(loss) ? 'NaN, not a number,' : short(loss)} after step ${step}${came}. Training goes on, but will hardly recover.`,
      hint: `Try a smaller learning rate${rate}, and look for values in the data that are huge or not finite. A breakpoint on ${stop} stops at the step where it happens.`,
    };
  };
}

const short = (value: number): string =>
  Number.isFinite(value)
    ? String(Number(value.toPrecision(4)))
    : String(value).replace('Infinity', '∞').replace('-', '−');
