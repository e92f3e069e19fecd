/** One installer at a time in a Backstep folder: a file that names the process. That of a process that is gone does not count. */
import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { enginePlaces } from '../../shared/base/places.js';
import { errorCode } from '../engine-failure.js';

const lockFile = z.object({ pid: z.number(), started: z.string().optional() });
export type LockHolder = z.infer<typeof lockFile>;

export interface Lock {
  release(): Promise<void>;
}

/** The live process that holds it, where one does. */
export async function lockHolder(engines: string): Promise<LockHolder | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(engines, enginePlaces.lock), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
  const holder = lockFile.safeParse(json(text));
  return holder.success && isThere(holder.data) ? holder.data : undefined;
}

/** @returns the lock, or who holds it. @throws errors of the disk */
export async function takeLock(engines: string): Promise<Lock | LockHolder> {
  await mkdir(engines, { recursive: true });
  const file = path.join(engines, enginePlaces.lock);
  for (;;) {
    try {
      const handle = await open(file, 'wx');
      try {
        await handle.writeFile(
          JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies LockHolder),
        );
      } finally {
        await handle.close();
      }
      return { release: () => rm(file, { force: true }) };
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const holder = await lockHolder(engines);
    if (holder) return holder;
    // Moved away first: of two that find it stale, one takes it, and neither takes the other's new one.
    const stale = `${file}.stale-${process.pid}`;
    try {
      await rename(file, stale);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    await rm(stale, { force: true });
  }
}

function isThere({ pid, started }: LockHolder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false;
  }
  // Ids are used again: the same id that began at another time is another process.
  const now = startOf(pid);
  return started === undefined || now === undefined || started === now;
}

/** On Linux: the boot and the clock tick at which a process began. */
function startOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ');
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
