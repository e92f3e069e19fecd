/**
 * What a step request means, by where training stands and how far the person wants to go. Pure.
 */
import type { StepGranularity } from '../../shared/protocol/dap.js';
import type { StopPoint } from '../../shared/protocol/training.js';
import type { StopInStepWish } from './shared-flags.js';
import type { LineStep } from './thread-debugger.js';

export type StepCommand = 'next' | 'stepIn' | 'stepOut';

export interface StepPlan {
  /** Before what training is to stop in the middle of a step. */
  readonly inStep: StopInStepWish;
  /** Also where nothing else stops it first. */
  readonly afterStep: boolean;
  readonly atEpochEnd: boolean;
  readonly line: { readonly how: LineStep | 'any'; readonly intoLibrary: boolean } | undefined;
}

const nothing: StepPlan = { inStep: 'none', afterStep: false, atEpochEnd: false, line: undefined };

/** Whatever is stepped by within a step, the end of the step stops too: nobody means to run past it. */
export function planStep(
  command: StepCommand,
  stands: NonNullable<StopPoint['stands']> | 'step',
  wanted: StepGranularity | undefined,
): StepPlan {
  const { granularity, intoLibrary } = wanted
    ? { granularity: wanted, intoLibrary: false }
    : { granularity: naturalGranularity(command, stands), intoLibrary: command === 'stepIn' && stands === 'op' };
  switch (granularity) {
    case 'epoch':
      return { ...nothing, atEpochEnd: true };
    case 'step':
      return { ...nothing, afterStep: true };
    case 'op':
    case 'layer':
      return { ...nothing, inStep: granularity, afterStep: true };
    case 'line':
      return { ...nothing, afterStep: true, line: { how: lineStep(command, stands), intoLibrary } };
  }
}

/** A step in goes one level down, a step out one level up: step, layer, op, the library’s lines. */
function naturalGranularity(command: StepCommand, stands: NonNullable<StopPoint['stands']> | 'step'): StepGranularity {
  switch (stands) {
    case 'step':
      return command === 'stepIn' ? 'layer' : command === 'stepOut' ? 'epoch' : 'step';
    case 'layer':
      return command === 'stepIn' ? 'op' : command === 'stepOut' ? 'step' : 'layer';
    case 'op':
      return command === 'stepIn' ? 'line' : command === 'stepOut' ? 'layer' : 'op';
    case 'line':
      return 'line';
  }
}

/** From a stop that is on no line, the next line is wherever the person's code is entered. */
function lineStep(command: StepCommand, stands: NonNullable<StopPoint['stands']> | 'step'): LineStep | 'any' {
  if (stands !== 'line') return 'any';
  return command === 'next' ? 'over' : command === 'stepIn' ? 'into' : 'out';
}
