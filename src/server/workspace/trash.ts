/** Deleting means moving into the workspace's `.backstep/trash`: nothing that a person made is erased. */
import { cp, mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { workspacePlaces } from '../../shared/base/places.js';
import { errorCode, Failure } from '../failure.js';
import { renameEntry } from './entries.js';
import { entryInside, type InsidePath } from './workspace-paths.js';

/** Returns where the entry lies now. */
export async function moveToTrash(root: string, entry: InsidePath): Promise<string> {
  if (isOrHolds(entry.relative, workspacePlaces.trash)) {
    throw new Failure(
      'exists',
      'The trash itself, and what is in it, is deleted outside Backstep.',
      `It is the folder ${workspacePlaces.trash}.`,
    );
  }
  const trash = path.join(root, workspacePlaces.trash);
  await mkdir(trash, { recursive: true });
  await keepOutOfGit(path.join(root, path.dirname(workspacePlaces.trash)));
  const stamp = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  for (let number = 1; ; number++) {
    const target = path.join(trash, `${stamp}${number > 1 ? `-${number}` : ''}-${path.basename(entry.real)}`);
    try {
      // Of its own: a rename replaces a file that happens to have the name.
      await mkdir(target);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue;
      throw error;
    }
    const inside = path.join(target, path.basename(entry.real));
    try {
      await move(entry.real, inside);
    } catch (error) {
      await rm(target, { recursive: true, force: true });
      throw error;
    }
    return inside;
  }
}

/**
 * Back to where it came from, or elsewhere in the workspace. Nothing that stands there is replaced.
 * @param trashed what `moveToTrash` gave, from the workspace's folder on
 */
export async function takeFromTrash(root: string, trashed: string, target: InsidePath): Promise<void> {
  const entry = await entryInside(root, trashed);
  if (!entry.relative.startsWith(`${workspacePlaces.trash}/`)) {
    throw new Failure('invalid-params', `“${trashed}” is not in the trash.`);
  }
  await renameEntry(entry, target);
  // The place that it had in the trash; another entry may be there by now.
  await rmdir(path.dirname(entry.real)).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOTEMPTY') throw error;
  });
}

/** A rename, or a copy where the trash is on another disk (a mounted sub-folder). */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error;
    await cp(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    await rm(from, { recursive: true });
  }
}

async function keepOutOfGit(folder: string): Promise<void> {
  try {
    await writeFile(path.join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

function isOrHolds(relative: string, place: string): boolean {
  return relative === place || place.startsWith(`${relative}/`) || relative.startsWith(`${place}/`);
}
