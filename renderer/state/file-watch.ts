/** Who wants to hear that files of the workspace changed on disk. Fed by workspace-actions.ts. */

const listeners = new Set<(paths: readonly string[]) => void>();

/** Paths relative to the workspace, with `/`. */
export function onFilesChanged(listener: (paths: readonly string[]) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function announceFilesChanged(paths: readonly string[]): void {
  for (const listener of listeners) listener(paths);
}
