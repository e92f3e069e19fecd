/**
 * Turns paths that windows send into real paths, or refuses them: nothing outside the open folder is
 * touched, neither by `..`, nor by an absolute path, nor through a symbolic link. The one place for it.
 */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { about, errorCode, Failure } from '../failure.js';

/** A path with all links resolved that is inside the workspace, or the workspace itself. */
export interface InsidePath {
  readonly real: string;
  /** From the workspace's folder, with `/`; '' for the workspace itself. */
  readonly relative: string;
}

/** `root` must be real (all links resolved). `given` is absolute, or relative to it; it need not exist. */
export async function insideWorkspace(root: string, given: string): Promise<InsidePath> {
  const real = await about(given, () => realOrNew(lexicallyInside(root, given)));
  return { real: checkInside(root, real, given), relative: relativeTo(root, real) };
}

/**
 * For renaming and deleting: the entry itself, which may be a link to anywhere, in a folder that is inside.
 * The workspace's own folder is refused.
 */
export async function entryInside(root: string, given: string): Promise<InsidePath> {
  const lexical = lexicallyInside(root, given);
  if (lexical === root)
    throw new Failure('outside-workspace', 'The workspace’s own folder cannot be changed from inside it.');
  const folder = await about(given, () => realOrNew(path.dirname(lexical)));
  const real = path.join(checkInside(root, folder, given), path.basename(lexical));
  return { real, relative: relativeTo(root, real) };
}

export function isInside(root: string, real: string): boolean {
  return real === root || real.startsWith(root.endsWith(path.sep) ? root : root + path.sep);
}

export function relativeTo(root: string, real: string): string {
  return path.relative(root, real).split(path.sep).join('/');
}

/** A window knows the folder by the name it was opened with; that name and the real one are the same here. */
function lexicallyInside(root: string, given: string): string {
  if (given.includes('\0')) throw new Failure('invalid-params', 'A path cannot hold a zero character.');
  return checkInside(root, path.resolve(root, given), given);
}

function checkInside(root: string, full: string, given: string): string {
  if (!isInside(root, full)) {
    throw new Failure(
      'outside-workspace',
      `“${given}” is outside the open folder.`,
      'Open the folder that holds it, then try again.',
    );
  }
  return full;
}

/** Resolves all links; of what does not exist yet, those of the deepest folder that does. */
async function realOrNew(full: string): Promise<string> {
  try {
    return await realpath(full);
  } catch (error) {
    const parent = path.dirname(full);
    if (errorCode(error) !== 'ENOENT' || parent === full) throw error;
    return path.join(await realOrNew(parent), path.basename(full));
  }
}
