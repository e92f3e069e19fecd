/** How far a training is and how long it still takes; pure arithmetic over the session. */
import { hasEnded, type SessionState } from '../../src/shared/session/session-state.js';

export interface Progress {
  readonly epoch: number;
  readonly epochs?: number;
  readonly stepInEpoch: number;
  readonly stepsPerEpoch?: number;
  /** Shares of 1 that are done; absent where the total is not known. */
  readonly epochShare?: number;
  readonly runShare?: number;
  /** Estimates; absent until there is something to go by. */
  readonly epochLeftMs?: number;
  readonly runLeftMs?: number;
}

export function progressOf(session: SessionState): Progress {
  const { start, stepInEpoch } = session;
  // 0 where nobody knows; a script may fit again after what its first call was for.
  const epochs = start?.epochs && session.epoch <= start.epochs ? start.epochs : undefined;
  const stepsPerEpoch = start?.stepsPerEpoch;
  // Before the first step `epoch` counts the epochs that are done.
  const epoch = Math.max(session.epoch, stepInEpoch > 0 ? session.epoch : Math.min(session.epoch + 1, epochs ?? 1));
  if (!epochs || !stepsPerEpoch) return { epoch, epochs, stepInEpoch, stepsPerEpoch };
  const done =
    session.status === 'completed'
      ? epochs * stepsPerEpoch
      : Math.min((epoch - 1) * stepsPerEpoch + stepInEpoch, epochs * stepsPerEpoch);
  const epochShare = Math.min(1, stepInEpoch / stepsPerEpoch);
  const runShare = done / (epochs * stepsPerEpoch);
  if (hasEnded(session) || session.stepMs === undefined) {
    return { epoch, epochs, stepInEpoch, stepsPerEpoch, epochShare, runShare };
  }
  const validationMs = lastValidationMs(session);
  const stepsLeft = Math.max(0, stepsPerEpoch - stepInEpoch);
  return {
    epoch,
    epochs,
    stepInEpoch,
    stepsPerEpoch,
    epochShare,
    runShare,
    epochLeftMs: stepsLeft * session.stepMs + validationMs,
    runLeftMs: (epochs * stepsPerEpoch - done) * session.stepMs + (epochs - epoch + 1) * validationMs,
  };
}

/** Time between the last step of the last whole epoch and the report of that epoch: validation and saving. */
function lastValidationMs(session: SessionState): number {
  const epochs = session.scalars['train/epoch_loss'];
  const steps = session.scalars['train/loss'];
  const step = epochs?.steps.at(-1);
  const reportedAt = epochs?.wallTimes.at(-1);
  if (!steps || step === undefined || reportedAt === undefined) return 0;
  let low = 0;
  let high = steps.steps.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (steps.steps[middle]! <= step) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, reportedAt - (steps.wallTimes[low] ?? reportedAt));
}

/** "Paused", "Running", …, with what it is busy with where that takes time. */
export function statusWords(session: SessionState): string {
  const { activity } = session;
  switch (session.status) {
    case 'starting':
      return busyWith(activity?.activity) ?? 'Starting';
    case 'running':
      return (
        busyWith(activity?.activity) ?? (activity?.activity === 'training' ? activity.message : undefined) ?? 'Running'
      );
    case 'paused':
      return 'Paused';
    case 'stopping':
      return activity?.activity === 'saving' ? 'Saving' : 'Stopping';
    case 'completed':
      return 'Done';
    case 'stopped':
      return 'Stopped';
    case 'failed':
      return 'Failed';
  }
}

function busyWith(activity: string | undefined): string | undefined {
  switch (activity) {
    case 'loading':
      return 'Loading the experiment';
    case 'data':
      return 'Preparing data';
    case 'model':
      return 'Building the model';
    case 'validating':
      return 'Validating';
    case 'saving':
      return 'Saving';
    default:
      return undefined;
  }
}

/** Value of a series at a step: the last one at or before it. */
export function valueAt(session: SessionState, series: string, step: number): number | undefined {
  const column = session.scalars[series];
  if (!column) return undefined;
  let low = 0;
  let high = column.steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (column.steps[middle]! <= step) low = middle + 1;
    else high = middle;
  }
  return low > 0 ? column.values[low - 1] : undefined;
}

/** Epoch of a global step, and the step within it. */
export function placeInEpoch(
  step: number,
  stepsPerEpoch: number | undefined,
): { epoch: number; stepInEpoch: number } | undefined {
  if (!stepsPerEpoch || step < 1) return undefined;
  const epoch = Math.ceil(step / stepsPerEpoch);
  return { epoch, stepInEpoch: step - (epoch - 1) * stepsPerEpoch };
}

/** "compiled: each step is one TensorFlow graph", "eager: op by op, because …". */
export function speedWords({ backend, speed, speedReason }: NonNullable<SessionState['start']>): string {
  if (speed === 'compiled') return 'compiled: each step runs as one TensorFlow graph; a stop looks at it op by op';
  if (speedReason !== undefined) return `eager, op by op: ${speedReason}`;
  return backend === 'tensorflow' ? 'eager: op by op' : `eager: op by op, the one speed of ${backend}`;
}
