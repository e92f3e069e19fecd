/**
 * What is wrong with the training, in plain words: asked of the trainer at every stop, told by it on the
 * way. Knows nothing of how it is shown.
 */
import { findingKey, type Finding } from '../../src/shared/protocol/diagnosis.js';
import type { Problem, StopPoint } from '../../src/shared/protocol/training.js';
import { hasEnded } from '../../src/shared/session/session-state.js';
import { appStore, type AppState } from './app-state.js';
import { server } from './server.js';

type Part = Pick<AppState, 'session' | 'explanation'>;

const gravity = { error: 0, warning: 1, info: 2 } as const;
const none: readonly Finding[] = [];

/**
 * At a stop what is known there, meanwhile and after the end what was told on the way; the gravest first.
 * The same list object for as long as nothing in it changed.
 */
export function currentFindings({ session, explanation }: Part): readonly Finding[] {
  if (!session) return none;
  // While the next stop is read, that of the one before stays: stepping must not make the bar jump.
  if (session.status === 'paused' && explanation) return explanation.findings;
  return session.findings ? sorted(session.findings) : none;
}

let lastFindings: readonly Finding[] | undefined;
let lastSorted: readonly Finding[] = none;

function sorted(findings: readonly Finding[]): readonly Finding[] {
  if (findings === lastFindings) return lastSorted;
  lastFindings = findings;
  lastSorted = [...findings].sort((one, other) => gravity[one.severity] - gravity[other.severity]);
  return lastSorted;
}

/** Findings as they stand in the list of problems; remarks that are no warnings are left out. */
export function problemsOf(findings: readonly Finding[]): Problem[] {
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ severity, title, advice, file, line }) => ({ severity, message: title, hint: advice[0], file, line }));
}

/** Whether a finding is to be read at this stop: it is an error, or had not been found at a stop before. */
export function isNews(finding: Finding, { session, explanation }: Part): boolean {
  if (finding.severity === 'info' || session?.status === 'running') return false;
  if (finding.severity === 'error' || session?.status !== 'paused') return true;
  // What is here is not known yet: what comes then opens once.
  return (
    explanation !== undefined && explanation.stop === session.stop && !explanation.earlier.has(findingKey(finding))
  );
}

/** Called once by the training side's start. */
export function startExplanation(): void {
  appStore.subscribe((state, before) => {
    const { session } = state;
    if (session?.sessionId !== before.session?.sessionId || (session && hasEnded(session))) {
      if (state.explanation) appStore.setState({ explanation: undefined });
    }
    const stop = session?.stop;
    if (stop && stop !== before.session?.stop) void explain(stop);
  });
}

async function explain(stop: StopPoint): Promise<void> {
  const isHere = () => appStore.getState().session?.stop === stop;
  try {
    const { findings } = await server().backstep('backstep/explain', {});
    if (!isHere()) return;
    const { explanation: before } = appStore.getState();
    const earlier = new Set([...(before?.earlier ?? []), ...(before?.findings ?? []).map(findingKey)]);
    appStore.setState({ explanation: { stop, findings, earlier } });
  } catch {
    // Training went on meanwhile, or cannot be asked here: what was told on the way is shown.
    if (isHere()) appStore.setState({ explanation: undefined });
  }
}
