/** Files and folders of the workspace as entries: listed, made, renamed. Their text is another file's business. */
import { lstat, mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FileEntry } from '../../shared/protocol/rpc.js';
import { TEMPORARY_FILE } from '../atomic-file.js';
import { about, errorCode, Failure } from '../failure.js';
import type { InsidePath } from './workspace-paths.js';

/** Not for people to look into. */
const HIDDEN = new Set(['.git', '.backstep', '.DS_Store', 'Thumbs.db']);
const MOST_ENTRIES = 20_000;

/** One folder's entries: folders first, by name as people sort them. */
export async function listFolder(folder: InsidePath): Promise<FileEntry[]> {
  return about(folder.relative || folder.real, async () => {
    const found = await readdir(folder.real, { withFileTypes: true });
    const shown = found.filter(({ name }) => !HIDDEN.has(name) && !TEMPORARY_FILE.test(name)).slice(0, MOST_ENTRIES);
    const entries = await Promise.all(
      shown.map(async (entry): Promise<FileEntry> => {
        const relative = folder.relative ? `${folder.relative}/${entry.name}` : entry.name;
        const info = entry.isDirectory() ? undefined : await statOrUndefined(path.join(folder.real, entry.name));
        const isFolder = entry.isDirectory() || info?.isDirectory() === true;
        return {
          path: relative,
          name: entry.name,
          kind: isFolder ? 'folder' : 'file',
          ...(isFolder ? {} : { size: info?.size }),
        };
      }),
    );
    const order = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
    return entries.sort((a, b) => (a.kind === b.kind ? order.compare(a.name, b.name) : a.kind === 'folder' ? -1 : 1));
  });
}

export async function createEntry(entry: InsidePath, kind: 'file' | 'folder'): Promise<void> {
  await about(entry.relative, async () => {
    checkName(entry);
    await mkdir(path.dirname(entry.real), { recursive: true });
    if (kind === 'folder') await mkdir(entry.real);
    else await (await open(entry.real, 'wx')).close();
  });
}

export async function renameEntry(from: InsidePath, to: InsidePath): Promise<void> {
  await about(from.relative, async () => {
    checkName(to);
    const source = await lstat(from.real);
    const target = await lstatOrUndefined(to.real);
    // On disks that do not tell upper from lower case, a new spelling finds the same file.
    if (target && !(target.ino === source.ino && target.dev === source.dev)) {
      throw new Failure('exists', `“${to.relative}” exists already.`, 'Choose another name.');
    }
    await mkdir(path.dirname(to.real), { recursive: true });
    await rename(from.real, to.real);
  });
}

function checkName(entry: InsidePath): void {
  const name = path.basename(entry.real);
  // What Windows cannot store is refused everywhere: folders travel.
  if (/[<>:"|?*\\\p{Cc}]/u.test(name) || /[. ]$/.test(name)) {
    throw new Failure(
      'invalid-params',
      `“${name}” cannot be a name.`,
      'Leave out < > : " | ? * \\ and a dot or space at the end.',
    );
  }
}

async function statOrUndefined(file: string): Promise<{ readonly size: number; isDirectory(): boolean } | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    // A link to nowhere, a file deleted a moment ago, or one that this person may not look at: listed without a size.
    if (['ENOENT', 'EACCES', 'EPERM', 'ELOOP', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

async function lstatOrUndefined(file: string): Promise<{ readonly ino: number; readonly dev: number } | undefined> {
  try {
    return await lstat(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
