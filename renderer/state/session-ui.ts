/** What the training side of the window remembers beside the session itself: choices for the next run, how curves are drawn. */
import { createStore } from 'zustand/vanilla';
import type { StepGranularity } from '../../src/shared/protocol/dap.js';
import type { RunOptions } from '../../src/shared/protocol/training.js';
import { readStored, writeStored } from './session-storage.js';

/** Chosen before Run; what is absent is as the experiment says. */
export interface RunChoices {
  readonly backend: RunOptions['backend'];
  readonly epochs?: number;
  readonly seed?: number;
  readonly summaries?: RunOptions['summaries'];
  readonly settings?: RunOptions['settings'];
}

/** From the shortest to the longest. */
export const granularities = ['auto', 'line', 'op', 'layer', 'step', 'epoch'] as const satisfies readonly (
  StepGranularity | 'auto'
)[];

export interface SessionUi {
  /** A start was asked for and is not answered yet. */
  readonly starting: boolean;
  /** Why the step that training stands after could not be looked at. */
  readonly lookFailure?: string;
  readonly choices: RunChoices;
  /** How far a step goes; `auto`: as far as what training stands at, a line by lines, a step by steps. */
  readonly granularity: StepGranularity | 'auto';
  /** Frames of TensorFlow.js are folded and stepped over. */
  readonly justMyCode: boolean;
  /** When a pause was asked for, on `performance.now()`'s clock; training has not stopped yet. */
  readonly pausingSince?: number;
  /** Of curves: TensorBoard's smoothing weight, 0 to 0.999. */
  readonly smoothing: number;
}

const kept = readStored<Partial<Pick<SessionUi, 'choices' | 'granularity' | 'justMyCode' | 'smoothing'>>>(
  'training',
  {},
);

export const sessionUi = createStore<SessionUi>(() => ({
  starting: false,
  choices: kept.choices ?? { backend: 'auto' },
  granularity: kept.granularity ?? 'auto',
  justMyCode: kept.justMyCode ?? true,
  smoothing: typeof kept.smoothing === 'number' ? kept.smoothing : 0.6,
}));

sessionUi.subscribe((state, before) => {
  const { choices, granularity, justMyCode, smoothing } = state;
  const same =
    choices === before.choices &&
    granularity === before.granularity &&
    justMyCode === before.justMyCode &&
    smoothing === before.smoothing;
  if (!same) writeStored('training', { choices, granularity, justMyCode, smoothing });
});
