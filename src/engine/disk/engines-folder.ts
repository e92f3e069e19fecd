/**
 * The folder of all engines: which one is in use, switching over by one rename, and taking away what is
 * no longer needed. A folder that `current.json` does not name is never picked up by anybody.
 */
import { randomBytes } from 'node:crypto';
import { lstat, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { enginePlaces } from '../../shared/base/places.js';
import { currentEngine } from '../../shared/engine/find-engine.js';
import { errorCode } from '../engine-failure.js';
import { readOptional } from './read-optional.js';

/** Folders that are being made; what is left of them is taken away by the next installation. */
const UNFINISHED = '.new-';

export function unfinishedFolder(engines: string): string {
  return path.join(engines, `${UNFINISHED}${process.pid}-${randomBytes(3).toString('hex')}`);
}

/** The folder's name; undefined where none is in use, or the file is damaged. */
export function currentName(engines: string): string | undefined {
  const text = readOptional(path.join(engines, enginePlaces.current));
  if (text === undefined) return undefined;
  try {
    return currentEngine.parse(JSON.parse(text)).engine;
  } catch {
    // Damaged: nothing is in use, and the trainer says so.
    return undefined;
  }
}

/** On the disk before it returns, and never half there. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** From now on trainers that start use this engine. */
export function switchTo(engines: string, name: string): Promise<void> {
  return writeWhole(path.join(engines, enginePlaces.current), JSON.stringify({ engine: name }));
}

/** A name for a finished engine's folder that nothing has yet. */
export async function freeName(engines: string, wanted: string): Promise<string> {
  for (let i = 1; ; i++) {
    const name = i === 1 ? wanted : `${wanted}-${i}`;
    if (!(await exists(path.join(engines, name)))) return name;
  }
}

/** Takes away everything but the engine in use, the lock and the downloads. Held files (Windows) stay until the next time. */
export async function sweep(engines: string): Promise<void> {
  const current = currentName(engines);
  const keep = new Set<string | undefined>([current, enginePlaces.current, enginePlaces.downloads, enginePlaces.lock]);
  for (const name of await namesIn(engines)) if (!keep.has(name)) await removeHeld(path.join(engines, name));
}

/** Only what an earlier installation left half made. */
export async function sweepUnfinished(engines: string): Promise<void> {
  for (const name of await namesIn(engines)) {
    if (name.startsWith(UNFINISHED)) await rm(path.join(engines, name), { recursive: true, force: true });
  }
}

/** @returns whether it is gone */
export async function removeHeld(target: string): Promise<boolean> {
  try {
    await rm(target, { recursive: true, force: true, maxRetries: 2 });
    return true;
  } catch (error) {
    if (['EBUSY', 'EPERM', 'ENOTEMPTY', 'EACCES'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}

export async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await lstat(path.join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

/** Bytes free for this person where the folder is, or will be. */
export async function freeBytes(folder: string): Promise<number> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    try {
      const { bavail, bsize } = await statfs(at);
      return bavail * bsize;
    } catch (error) {
      const up = errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR';
      if (!up || path.dirname(at) === at) throw error;
    }
  }
}

export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
