/** What the debug side bar says above everything else. Pure. */
import type { StopPoint, TrainingBreakpoint } from '../../../src/shared/protocol/training.js';
import type { SessionState } from '../../../src/shared/session/session-state.js';
import { baseName } from '../../state/paths.js';
import { FIRST_STEP } from '../../state/session-breakpoints.js';
import { toEditor } from '../../state/training-texts.js';
import { progressOf, statusWords } from '../../state/session-progress.js';

export interface Headline {
  /** Set in capitals: "Paused on step breakpoint". */
  readonly title: string;
  /** "epoch 1 › step 41". */
  readonly place?: string;
  /** Which breakpoint or condition it was, where that says more than the title. */
  readonly detail?: string;
}

export function headlineOf(
  session: SessionState,
  breakpoints: readonly TrainingBreakpoint[],
  pausing?: 'asked' | 'long',
): Headline {
  const { stop } = session;
  if (session.status === 'paused' && stop) {
    return {
      title: reasonOf(stop, breakpoints),
      place: stop.stands && stop.path?.length ? stop.path.join(' › ') : placeOf(stop.epoch, stop.stepInEpoch),
      detail: detailOf(stop, breakpoints),
    };
  }
  const { epoch, stepInEpoch } = progressOf(session);
  if (pausing !== undefined && session.status === 'running') {
    return {
      title: 'Pausing…',
      place: session.start && session.step > 0 ? placeOf(epoch, stepInEpoch) : undefined,
      detail: pausing === 'long' ? whyNotPaused(session) : undefined,
    };
  }
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

/** Nothing of the training's code is run meanwhile, so nothing can stop it. */
function whyNotPaused({ start }: SessionState): string {
  return start?.speed === 'compiled'
    ? 'The step under way is computed natively, as one graph: training stops as soon as it is done.'
    : 'An op is being computed natively, or a line waits: training stops as soon as that is done.';
}

/** "before conv2d_1 (forward)", "after MatMul in dense_1 (gradient)", "on a line". */
export function standingWords({ stands, when = 'before', place }: StopPoint): string {
  if (stands === 'line') return 'on a line';
  if (!place || stands === undefined) return stands === 'op' ? `${when} an op` : `${when} a layer`;
  const { op, layer, phase } = place;
  const what = stands === 'op' && op !== undefined ? (layer === undefined ? op : `${op} in ${layer}`) : layer;
  return what === undefined ? `${when} the ${phase} pass` : `${when} ${what} (${phase})`;
}

function reasonOf(stop: StopPoint, breakpoints: readonly TrainingBreakpoint[]): string {
  switch (stop.reason) {
    case 'step':
      return stop.stands ? `Paused ${standingWords(stop)}` : 'Paused after one step';
    case 'pause':
      return stop.stands ? `Paused ${standingWords(stop)}` : 'Paused';
    case 'epochEnd':
      return 'Paused at end of epoch';
    case 'exception':
      return 'Paused on exception';
    case 'breakpoint': {
      if (stop.stands === 'layer' || stop.stands === 'op') return `Paused ${standingWords(stop)}`;
      const hit = hitBreakpoint(stop, breakpoints);
      if (hit?.at.kind === 'data') return 'Paused on a value';
      if (hit?.at.kind === 'rule') return 'Paused by a rule';
      if (hit?.at.kind === 'condition') return 'Paused on condition';
      if (hit?.at.kind === 'epochEnd') return 'Paused at end of epoch';
      if (isFirstStep(stop)) return 'Paused after one step';
      return hit && !stop.stands ? 'Paused on step breakpoint' : 'Paused on breakpoint';
    }
  }
}

function detailOf(stop: StopPoint, breakpoints: readonly TrainingBreakpoint[]): string | undefined {
  // The path says which layer or op; a line is in no path.
  if (stop.stands === 'line') return lineOf(stop);
  if (stop.reason !== 'breakpoint' || isFirstStep(stop)) return undefined;
  const hit = hitBreakpoint(stop, breakpoints);
  const isSaid = hit && (stop.stands ? ['layer', 'op', 'phase'] : ['step', 'epochEnd']).includes(hit.at.kind);
  if (isSaid) return hit.condition;
  return hit === undefined && stop.stands ? undefined : stop.description;
}

/** "experiment.ts:12", by the editor's text, which may have moved on from the one that trains. */
function lineOf({ file, line, description }: StopPoint): string {
  if (file === undefined || line === undefined) return description;
  const shown = toEditor(file, line);
  return shown === line ? description : `${baseName(file)}:${shown}`;
}

function isFirstStep(stop: StopPoint): boolean {
  return stop.breakpointIds.length === 1 && stop.breakpointIds[0] === FIRST_STEP;
}

function hitBreakpoint(stop: StopPoint, breakpoints: readonly TrainingBreakpoint[]): TrainingBreakpoint | undefined {
  return breakpoints.find((entry) => stop.breakpointIds.includes(entry.id));
}
