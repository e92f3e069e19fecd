/** The code editor for whoever has no business with Monaco: loads it once, and runs its actions by name. */
import { appStore } from '../../state/app-state.js';
import type { PaneIndex } from '../../state/editor-panes.js';
import type { CodeView } from './monaco/index.js';

let loading: Promise<typeof import('./monaco/index.js')> | undefined;

/** One chunk; the first caller starts the fetch. A failed one is tried again by the next. */
export function loadMonaco(): Promise<typeof import('./monaco/index.js')> {
  loading ??= import('./monaco/index.js').catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

const views = new Map<PaneIndex, CodeView>();

export function setCodeView(pane: PaneIndex, view: CodeView | undefined): void {
  if (view) views.set(pane, view);
  else views.delete(pane);
}

function active(): CodeView | undefined {
  return views.get(appStore.getState().activePane);
}

export function hasCodeView(): boolean {
  return active() !== undefined;
}

/** An action of Monaco's by its id, for example `actions.find`, in the active pane. */
export function runInEditor(action: string): void {
  active()?.run(action);
}

/** The breakpoints of the active pane. */
export function activeBreakpoints(): CodeView['breakpoints'] | undefined {
  return active()?.breakpoints;
}

/** Gives the keyboard to the active pane. */
export function focusEditor(): void {
  active()?.editor.focus();
}
