/** The form that breakpoints are written in: opened from wherever one is asked for, drawn by the breakpoints view. */
import { createStore } from 'zustand/vanilla';
import { appStore } from './app-state.js';
import { canRun, runCommand } from './commands.js';
import { draftOf, newDraft, type DraftField, type PlaceDraft, type PlaceKind } from './place-draft.js';

export interface OpenForm {
  /** Changes with each opening, so that the form starts anew. */
  readonly key: number;
  readonly draft: PlaceDraft;
  /** The breakpoint that is changed; a new one where there is none. */
  readonly id?: string;
  /** Has the keyboard first. */
  readonly focus?: DraftField;
}

export const breakpointForm = createStore<{ readonly open?: OpenForm }>(() => ({}));

let nextKey = 1;

export function openForm(kind: PlaceKind, more: Partial<PlaceDraft> = {}, focus?: DraftField): void {
  breakpointForm.setState({ open: { key: nextKey++, draft: newDraft(kind, more), focus } });
  show();
}

export function editBreakpoint(id: string, focus?: DraftField): void {
  const entry = appStore.getState().breakpoints.find((one) => one.id === id);
  if (!entry) return;
  breakpointForm.setState({ open: { key: nextKey++, draft: draftOf(entry), id, focus } });
  show();
}

export function closeForm(): void {
  breakpointForm.setState({ open: undefined });
}

function show(): void {
  // The form takes the keyboard itself, once it is drawn.
  if (canRun('view.show.debug')) void runCommand('view.show.debug', { focus: false });
}
