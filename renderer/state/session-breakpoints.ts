/** Training breakpoints: the list, what each is called, and keeping workspace and trainer told. */
import { describePlace } from '../../src/shared/breakpoints/describe-place.js';
import { parseCondition, type KnownNames } from '../../src/shared/conditions/condition.js';
import type { BreakpointPlace, TrainingBreakpoint } from '../../src/shared/protocol/training.js';
import { hasEnded, type SessionState } from '../../src/shared/session/session-state.js';
import { appStore } from './app-state.js';
import { server } from './server.js';

export type PlaceInput =
  { readonly kind: 'ok'; readonly at: BreakpointPlace } | { readonly kind: 'error'; readonly message: string };

/** Places that are typed as one line. */
export type TypedPlace = 'step' | 'epochEnd' | 'condition';

export function isTyped(kind: BreakpointPlace['kind']): kind is TypedPlace {
  return kind === 'step' || kind === 'epochEnd' || kind === 'condition';
}

/** What a person typed, as a place; an epoch may be left empty. */
export function readPlace(kind: TypedPlace, text: string, known: KnownNames = {}): PlaceInput {
  const trimmed = text.trim();
  switch (kind) {
    case 'step': {
      const step = wholeNumber(trimmed);
      return step === undefined
        ? { kind: 'error', message: 'Write the number of a step, from 1.' }
        : { kind: 'ok', at: { kind, step } };
    }
    case 'epochEnd': {
      if (trimmed === '') return { kind: 'ok', at: { kind } };
      const epoch = wholeNumber(trimmed);
      return epoch === undefined
        ? { kind: 'error', message: 'Write the number of an epoch, from 1, or leave it empty for every epoch.' }
        : { kind: 'ok', at: { kind, epoch } };
    }
    case 'condition': {
      const parsed = parseCondition(trimmed, known);
      return parsed.kind === 'error'
        ? { kind: 'error', message: parsed.message }
        : { kind: 'ok', at: { kind, condition: trimmed } };
    }
  }
}

/** What the field of a breakpoint's form shows for it. */
export function placeText(at: BreakpointPlace): string {
  switch (at.kind) {
    case 'step':
      return String(at.step);
    case 'epochEnd':
      return at.epoch === undefined ? '' : String(at.epoch);
    default:
      return describePlace(at);
  }
}

/** Names that conditions can use, where a run or an analysis says which there are. */
export function knownNames(session: SessionState | undefined): KnownNames {
  const start = session?.start;
  return start ? { metrics: start.metricNames, layers: start.layers.map((layer) => layer.layer) } : {};
}

export function withBreakpoint(
  list: readonly TrainingBreakpoint[],
  at: BreakpointPlace,
  id: string,
): readonly TrainingBreakpoint[] {
  const same = list.find((entry) => describePlace(entry.at) === describePlace(at) && entry.at.kind === at.kind);
  if (same) return list.map((entry) => (entry === same ? { ...entry, enabled: true } : entry));
  return [...list, { id, enabled: true, at }];
}

/** How often each breakpoint was hit in this session, and when last. */
export function hitsOf(
  session: SessionState | undefined,
): ReadonlyMap<string, { readonly count: number; readonly lastStep: number }> {
  const hits = new Map<string, { count: number; lastStep: number }>();
  for (const stop of session?.stops ?? []) {
    for (const id of stop.breakpointIds) hits.set(id, { count: (hits.get(id)?.count ?? 0) + 1, lastStep: stop.step });
  }
  return hits;
}

export function addBreakpoint(at: BreakpointPlace): Promise<void> {
  return saveBreakpoints(withBreakpoint(appStore.getState().breakpoints, at, newId()));
}

export function changeBreakpoint(id: string, change: Partial<Omit<TrainingBreakpoint, 'id'>>): Promise<void> {
  return saveBreakpoints(
    appStore.getState().breakpoints.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)),
  );
}

export function removeBreakpoint(id: string): Promise<void> {
  return saveBreakpoints(appStore.getState().breakpoints.filter((entry) => entry.id !== id));
}

/** Shown at once, then kept with the workspace and handed to the trainer. @throws RequestError */
export async function saveBreakpoints(breakpoints: readonly TrainingBreakpoint[]): Promise<void> {
  appStore.setState({ breakpoints });
  const { session } = appStore.getState();
  const list = [...breakpoints];
  const telling = [server().request('workspace/setBreakpoints', { breakpoints: list })] as Promise<unknown>[];
  if (session && !hasEnded(session) && session.status !== 'starting') telling.push(tellTrainer(list));
  await Promise.all(telling);
}

/** The list that the trainer last got. */
let told: readonly TrainingBreakpoint[] | undefined;

/** To be called with the list that a run is started with. */
export function breakpointsGiven(breakpoints: readonly TrainingBreakpoint[]): void {
  told = breakpoints;
}

/** Hands over what was changed between the request to start and the start. */
export async function tellChangedBreakpoints(): Promise<void> {
  const { breakpoints } = appStore.getState();
  if (told !== undefined && told !== breakpoints) await tellTrainer([...breakpoints]);
}

async function tellTrainer(breakpoints: TrainingBreakpoint[]): Promise<void> {
  told = appStore.getState().breakpoints;
  const answer = await server().backstep('backstep/setTrainingBreakpoints', { breakpoints });
  const messages = answer.breakpoints.flatMap(({ id, verified, message }) =>
    verified ? [] : [[id, message ?? 'The trainer cannot use this breakpoint.'] as const],
  );
  appStore.setState({ breakpointMessages: Object.fromEntries(messages) });
}

function wholeNumber(text: string): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function newId(): string {
  return `b${Date.now().toString(36)}${Math.floor(Math.random() * 1296).toString(36)}`;
}
