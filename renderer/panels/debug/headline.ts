/** What the debug side bar says above everything else. Pure. */
import type { StopPoint, TrainingBreakpoint } from '../../../src/shared/protocol/training.js';
import type { SessionState } from '../../../src/shared/session/session-state.js';
import { progressOf, statusWords } from '../../state/session-progress.js';

export interface Headline {
  /** Set in capitals: "Paused on step breakpoint". */
  readonly title: string;
  /** "epoch 1 › step 41". */
  readonly place?: string;
  /** Which breakpoint or condition it was, where that says more than the title. */
  readonly detail?: string;
}

export function headlineOf(session: SessionState, breakpoints: readonly TrainingBreakpoint[]): Headline {
  const { stop } = session;
  if (session.status === 'paused' && stop) {
    return {
      title: reasonOf(stop, breakpoints),
      place: stop.stands && stop.path?.length ? stop.path.join(' › ') : placeOf(stop.epoch, stop.stepInEpoch),
      detail: detailOf(stop, breakpoints),
    };
  }
  const { epoch, stepInEpoch } = progressOf(session);
  const title = statusWords(session);
  const doing = session.activity?.message;
  return {
    title,
    place: session.start && session.step > 0 ? placeOf(epoch, stepInEpoch) : undefined,
    detail: session.status === 'failed' ? failureOf(session) : doing === title ? undefined : doing,
  };
}

/** The last error is the one that ended it. */
function failureOf({ problems }: SessionState): string | undefined {
  return problems.findLast((problem) => problem.severity === 'error')?.message;
}

function placeOf(epoch: number, stepInEpoch: number): string {
  if (epoch === 0) return 'before the first step';
  return `epoch ${epoch} › step ${stepInEpoch}`;
}

const standsWords = { line: 'on a line', layer: 'before a layer', op: 'before an op' } as const;

function reasonOf(stop: StopPoint, breakpoints: readonly TrainingBreakpoint[]): string {
  switch (stop.reason) {
    case 'step':
      return stop.stands ? `Paused ${standsWords[stop.stands]}` : 'Paused after one step';
    case 'pause':
      return stop.stands ? `Paused ${standsWords[stop.stands]}` : 'Paused';
    case 'epochEnd':
      return 'Paused at end of epoch';
    case 'exception':
      return 'Paused on exception';
    case 'breakpoint': {
      const hit = hitBreakpoint(stop, breakpoints);
      if (hit?.at.kind === 'condition') return 'Paused on condition';
      if (hit?.at.kind === 'epochEnd') return 'Paused at end of epoch';
      return hit && !stop.stands ? 'Paused on step breakpoint' : 'Paused on breakpoint';
    }
  }
}

function detailOf(stop: StopPoint, breakpoints: readonly TrainingBreakpoint[]): string | undefined {
  // The path says which layer or op; a line is in no path.
  if (stop.stands) return stop.stands === 'line' ? stop.description : undefined;
  const hit = hitBreakpoint(stop, breakpoints);
  return stop.reason === 'breakpoint' && (hit === undefined || hit.at.kind === 'condition')
    ? stop.description
    : undefined;
}

function hitBreakpoint(stop: StopPoint, breakpoints: readonly TrainingBreakpoint[]): TrainingBreakpoint | undefined {
  return breakpoints.find((entry) => stop.breakpointIds.includes(entry.id));
}
