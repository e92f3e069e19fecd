/** The dock's layout as the person left it, by workspace. What cannot be read is the same as nothing saved. */
import type { SerializedDockview } from 'dockview-react';

const VERSION = 1;

export interface SavedLayout {
  readonly version: typeof VERSION;
  /** Panels that existed when this was saved: one that came later is added in its place. */
  readonly known: readonly string[];
  readonly layout: SerializedDockview;
}

const keyOf = (workspace: string) => `backstep.layout:${workspace}`;

export function readLayout(workspace: string, storage: Storage = localStorage): SavedLayout | undefined {
  const text = storage.getItem(keyOf(workspace));
  if (!text) return undefined;
  try {
    const saved = JSON.parse(text) as SavedLayout;
    return saved.version === VERSION && Array.isArray(saved.known) && saved.layout?.grid ? saved : undefined;
  } catch (error) {
    console.warn('a saved layout is damaged and was left aside', error);
    return undefined;
  }
}

export function writeLayout(
  workspace: string,
  known: readonly string[],
  layout: SerializedDockview,
  storage: Storage = localStorage,
): void {
  try {
    storage.setItem(keyOf(workspace), JSON.stringify({ version: VERSION, known, layout } satisfies SavedLayout));
  } catch (error) {
    console.warn('the layout could not be saved', error);
  }
}

export function forgetLayout(workspace: string, storage: Storage = localStorage): void {
  storage.removeItem(keyOf(workspace));
}
