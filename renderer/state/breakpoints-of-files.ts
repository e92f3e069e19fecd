/** Breakpoints on lines go with their files: on to a new name, and away with what is deleted. Knows no explorer. */
import { appStore, notify } from './app-state.js';
import { setAllLines } from './debugging.js';
import { baseName, joinPath, relativePath } from './paths.js';

/** A file or folder has a new name. */
export async function breakpointsRenamed(from: string, to: string): Promise<void> {
  if (linesIn(from).length === 0) return;
  await setAllLines((lines) =>
    lines.map((line) => {
      const relative = relativePath(from, line.file);
      return relative === undefined ? line : { ...line, file: joinPath(to, relative) };
    }),
  );
}

/** A file or folder is gone, though it may come back. */
export async function breakpointsDeleted(path: string): Promise<void> {
  const gone = linesIn(path);
  if (gone.length === 0) return;
  await setAllLines((lines) => lines.filter((line) => !gone.includes(line)));
  const count = gone.length === 1 ? 'The breakpoint' : `The ${gone.length} breakpoints`;
  notify({
    severity: 'info',
    message: `${count} in ${baseName(path)} went with it.`,
    actions: [{ label: 'Keep Breakpoints', run: () => void setAllLines((lines) => [...lines, ...gone]) }],
  });
}

function linesIn(path: string) {
  return appStore.getState().debugging.lines.filter(({ file }) => relativePath(path, file) !== undefined);
}
