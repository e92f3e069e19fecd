/** Training breakpoints: the list, and keeping workspace and trainer told. */
import { describePlace } from '../../src/shared/breakpoints/describe-place.js';
import type { BreakpointPlace, TrainingBreakpoint } from '../../src/shared/protocol/training.js';
import { hasEnded, type SessionState } from '../../src/shared/session/session-state.js';
import { appStore } from './app-state.js';
import type { Breakpoint } from './place-draft.js';
import { server } from './server.js';

/** Id of the stop that a training is started with to stand after its first step: of the window's own, in no list. */
export const FIRST_STEP = 'first-step';

/** Whether two places are one, whatever else is set at them. */
export function isSamePlace(one: BreakpointPlace, other: BreakpointPlace): boolean {
  return one.kind === other.kind && describePlace(one) === describePlace(other);
}

/** A place is in the list once: what is added there again is switched on, and takes what was written with it. */
export function withBreakpoint(
  list: readonly TrainingBreakpoint[],
  added: Breakpoint,
  id: string,
): readonly TrainingBreakpoint[] {
  const same = list.find((entry) => isSamePlace(entry.at, added.at));
  if (same) return list.map((entry) => (entry === same ? { ...entry, ...added, enabled: true } : entry));
  return [...list, { id, enabled: true, ...added }];
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

export function addBreakpoint(at: BreakpointPlace, more: Omit<Breakpoint, 'at'> = {}): Promise<void> {
  return saveBreakpoints(withBreakpoint(appStore.getState().breakpoints, { at, ...more }, newId()));
}

/** Sets a plain one at the place, or takes away what is there. */
export function togglePlace(at: BreakpointPlace): Promise<void> {
  const { breakpoints } = appStore.getState();
  const others = breakpoints.filter((entry) => !isSamePlace(entry.at, at));
  return others.length < breakpoints.length ? saveBreakpoints(others) : addBreakpoint(at);
}

/** In place of what it was; what is not in `breakpoint` is taken away. */
export function replaceBreakpoint(id: string, breakpoint: Breakpoint): Promise<void> {
  return saveBreakpoints(
    appStore
      .getState()
      .breakpoints.map((entry) => (entry.id === id ? { id, enabled: entry.enabled, ...breakpoint } : entry)),
  );
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

function newId(): string {
  return `b${Date.now().toString(36)}${Math.floor(Math.random() * 1296).toString(36)}`;
}
