/** Writing a file so that a reader, a crash or a full disk never leaves half of it. */
import { randomBytes } from 'node:crypto';
import { chmod, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from './failure.js';
import { log } from './log.js';

/** How the temporary files look that `writeFileAtomically` makes beside its target for a moment. */
export const TEMPORARY_FILE = /^\..*\.[0-9a-f]{8}\.backstep-tmp$/;

/** Keeps the mode of the file that was there. The target must not be a symbolic link: the link would be replaced. */
export async function writeFileAtomically(file: string, data: string | Uint8Array): Promise<void> {
  const temporary = path.join(
    path.dirname(file),
    `.${path.basename(file).slice(0, 200)}.${randomBytes(4).toString('hex')}.backstep-tmp`,
  );
  try {
    const mode = await modeOf(file);
    const handle = await open(temporary, 'wx', mode ?? 0o666);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // The mode given to open() goes through the umask.
    if (mode !== undefined) await chmod(temporary, mode);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch((cause: unknown) => log('files', `left ${temporary} behind`, cause));
    throw error;
  }
}

async function modeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mode & 0o7777;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Undefined where there is no such file. @throws SyntaxError where it is not JSON */
export async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
