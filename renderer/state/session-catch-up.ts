/**
 * Joins a snapshot of a session with the messages that arrived while it was on its way. Whether the
 * snapshot holds them already depends on the server's timing, so what it has is told by content:
 * steps by their number, lines by their time. Pure.
 */
import { foldDapMessage, foldTrainingEvent, type SessionState } from '../../src/shared/session/session-state.js';
import type { TrainingEvent } from '../../src/shared/protocol/training.js';

interface Message {
  readonly type: string;
  readonly event?: unknown;
  readonly body?: unknown;
}

export function catchUp(snapshot: SessionState, messages: readonly Message[]): SessionState {
  let state = snapshot;
  for (const message of messages) {
    if (message.event === 'backstep/training') {
      const { events } = message.body as { readonly events: readonly TrainingEvent[] };
      for (const event of events) if (isNews(state, event)) state = foldTrainingEvent(state, event);
    } else state = foldDapMessage(state, message);
  }
  return state;
}

function isNews(state: SessionState, event: TrainingEvent): boolean {
  switch (event.kind) {
    case 'step':
      return event.step > (state.scalars['train/loss']?.steps.at(-1) ?? 0);
    case 'epoch':
      return event.step > (state.scalars['train/epoch_loss']?.steps.at(-1) ?? 0);
    case 'log':
      return event.wallTime > (state.logs.at(-1)?.wallTime ?? 0);
    case 'notice':
    case 'error':
      return !state.problems.some((problem) => problem.message === event.message && problem.line === event.line);
    case 'finding':
      return !state.findings?.some(({ title, step }) => title === event.finding.title && step === event.finding.step);
    case 'start':
      return state.start === undefined;
    case 'activity':
    case 'memory':
    case 'speed':
    case 'end':
      return true;
  }
}
