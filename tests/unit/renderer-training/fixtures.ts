/** Small pieces of a training, for the tests of this folder. */
import type { StepEvent, TrainingEvent } from '../../../src/shared/protocol/training.js';
import { foldTrainingEvent, newSession, type SessionState } from '../../../src/shared/session/session-state.js';

export const startEvent: Extract<TrainingEvent, { kind: 'start' }> = {
  kind: 'start',
  runDir: '/w/runs/1',
  name: 'demo',
  experiment: '/w/experiment.ts',
  seed: 7,
  epochs: 3,
  stepsPerEpoch: 10,
  batchSize: 4,
  params: 12,
  trainableParams: 12,
  backend: 'wasm',
  device: 'CPU',
  precision: 'float32',
  speed: 'eager',
  notInUse: [],
  data: { name: 'iris', source: 'memory', description: 'iris', skipped: [], skippedCount: 0 },
  layers: [{ layer: 'dense_1', type: 'Dense', outputShape: [3], params: 12, trainable: true }],
  metricNames: ['accuracy'],
  startEpoch: 0,
  startStep: 0,
  learningRate: 0.01,
  wallTime: 1000,
};

export function stepEvent(step: number, more: Partial<StepEvent> = {}): StepEvent {
  return {
    kind: 'step',
    epoch: Math.ceil(step / 10),
    step,
    stepInEpoch: ((step - 1) % 10) + 1,
    loss: 1 / step,
    metrics: { accuracy: 1 - 1 / step },
    learningRate: 0.01,
    stepMs: 100,
    dataWaitMs: 5,
    overheadMs: 1,
    examples: 4,
    wallTime: 1000 + step * 100,
    ...more,
  };
}

export function epochEvent(epoch: number, validationMs = 0): TrainingEvent {
  return {
    kind: 'epoch',
    epoch,
    step: epoch * 10,
    loss: 0.5,
    metrics: { accuracy: 0.7 },
    validation: { loss: 0.6, accuracy: 0.6 },
    stateHash: `hash-${epoch}`,
    epochMs: 1000,
    wallTime: 1000 + epoch * 1000 + validationMs,
  };
}

/** A session that has trained so many steps, epochs reported. */
export function sessionAfter(steps: number, sessionId = 's1'): SessionState {
  let session = foldTrainingEvent(newSession(sessionId, '/w/experiment.ts'), startEvent);
  for (let step = 1; step <= steps; step++) {
    session = foldTrainingEvent(session, stepEvent(step));
    if (step % 10 === 0) session = foldTrainingEvent(session, epochEvent(step / 10));
  }
  return session;
}

export function trainingMessage(...events: readonly TrainingEvent[]) {
  return { type: 'event', event: 'backstep/training', body: { events } };
}

export function stoppedMessage(step: number, reason = 'breakpoint', breakpointIds: readonly string[] = []) {
  return {
    type: 'event',
    event: 'stopped',
    body: {
      reason,
      threadId: 1,
      backstep: {
        reason,
        description: `step ${step}`,
        breakpointIds,
        epoch: Math.ceil(step / 10),
        step,
        stepInEpoch: ((step - 1) % 10) + 1,
      },
    },
  };
}
