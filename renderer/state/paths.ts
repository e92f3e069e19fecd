/** Paths as the server writes them: absolute, with the separators of its platform. Pure. */

export function joinPath(folder: string, relative: string): string {
  if (relative === '') return folder;
  const separator = folder.includes('\\') ? '\\' : '/';
  const tail = separator === '\\' ? relative.replaceAll('/', '\\') : relative;
  return folder.endsWith(separator) ? folder + tail : folder + separator + tail;
}

/** With `/`, relative to the folder; undefined where the path is outside of it. */
export function relativePath(folder: string, path: string): string | undefined {
  const from = withSlashes(folder).replace(/\/$/, '');
  const to = withSlashes(path);
  if (to === from) return '';
  return to.startsWith(`${from}/`) ? to.slice(from.length + 1) : undefined;
}

export function withSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}

export function baseName(path: string): string {
  return withSlashes(path).split('/').filter(Boolean).at(-1) ?? path;
}

export function folderName(path: string): string {
  const parts = withSlashes(path).split('/');
  parts.pop();
  return parts.join('/');
}

/** Whether a change of `changed` concerns `path`: the same, or a folder that holds it. */
export function concerns(changed: string, path: string): boolean {
  return changed === '' || changed === path || path.startsWith(`${changed}/`);
}

/** What is wrong with a name for a file or folder, or nothing. */
export function checkName(name: string, taken: readonly string[] = []): string | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'Give it a name.';
  // eslint-disable-next-line no-control-regex -- control characters are exactly what must not be in a name
  if (/[\\:*?"<>|\u0000-\u001f]/.test(trimmed)) return 'A name cannot hold \\ : * ? " < > |';
  const parts = trimmed.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return 'Parts of the path cannot be empty, “.” or “..”.';
  if (taken.includes(trimmed)) return `“${trimmed}” is already there.`;
  return undefined;
}
