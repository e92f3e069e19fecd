/** Names of folders, for the dialog that opens one. Not bound to the workspace; shows no files. */
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { RequestResult } from '../shared/protocol/rpc.js';
import { about, errorCode, Failure } from './failure.js';

/** `''` and `~` are the person's own folder. */
export async function listFolders(given: string): Promise<RequestResult<'folders/list'>> {
  const folder =
    given === '' || given === '~' ? homedir() : given.startsWith('~/') ? path.join(homedir(), given.slice(2)) : given;
  if (!path.isAbsolute(folder) || folder.includes('\0')) {
    throw new Failure(
      'invalid-params',
      `“${given}” is not a whole path.`,
      'Begin with / (on Windows, with a drive) or with ~.',
    );
  }
  const full = path.resolve(folder);
  return about(full, async () => {
    const entries = await readdir(full, { withFileTypes: true });
    const folders: string[] = [];
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(path.join(full, entry.name)))))
        folders.push(entry.name);
    }
    const order = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
    const parent = path.dirname(full);
    return { path: full, folders: folders.sort(order.compare), ...(parent === full ? {} : { parent }) };
  });
}

export async function isFolder(full: string): Promise<boolean> {
  try {
    return (await stat(full)).isDirectory();
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM', 'ELOOP', 'ENOTDIR'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}
