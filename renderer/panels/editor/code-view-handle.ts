/** The code editor for whoever has no business with Monaco: loads it once, and runs its actions by name. */
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

let current: CodeView | undefined;

export function setCodeView(view: CodeView | undefined): void {
  current = view;
}

export function hasCodeView(): boolean {
  return current !== undefined;
}

/** An action of Monaco's by its id, for example `actions.find`. */
export function runInEditor(action: string): void {
  current?.run(action);
}
