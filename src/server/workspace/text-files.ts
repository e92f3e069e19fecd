/** Text files of the workspace: read and written whole, with a version that tells whether somebody else wrote in between. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { RequestResult } from '../../shared/protocol/rpc.js';
import { writeFileAtomically } from '../atomic-file.js';
import { about, errorCode, Failure } from '../failure.js';

/** More than this is no source file; editors grow slow on it. */
const LARGEST_TEXT = 10 * 2 ** 20;
/** Where Git, too, looks for a zero byte. */
const SNIFFED_BYTES = 8000;

interface DiskText {
  readonly text: string;
  readonly version: string;
}

/** `real` comes from `insideWorkspace`. */
export async function readTextFile(real: string): Promise<RequestResult<'file/read'>> {
  return about(real, async () => ({ ...(await readText(real)), readOnly: await isReadOnly(real) }));
}

/** The caller runs the writes of one file one after the other. */
export async function writeTextFile(
  real: string,
  text: string,
  baseVersion: string | undefined,
): Promise<RequestResult<'file/write'>> {
  return about(real, async () => {
    const version = versionOf(Buffer.from(text, 'utf8'));
    const bytes = Buffer.byteLength(text);
    if (bytes > LARGEST_TEXT) throw tooLarge(real, bytes);
    const found = await versionOnDisk(real);
    if (found === version) return { kind: 'written', version };
    // A file that is gone was deleted by somebody, perhaps by mistake: saving brings it back.
    if (baseVersion !== undefined && found !== undefined && found !== baseVersion) {
      return { kind: 'conflict', ...(await readText(real)) };
    }
    await mkdir(path.dirname(real), { recursive: true });
    if (await isReadOnly(real)) {
      throw new Failure(
        'permission',
        `“${path.basename(real)}” is read-only.`,
        'Save it under another name, or make it writable.',
      );
    }
    await writeFileAtomically(real, text);
    return { kind: 'written', version };
  });
}

async function readText(real: string): Promise<DiskText> {
  const bytes = await readBytes(real);
  if (bytes.subarray(0, SNIFFED_BYTES).includes(0)) throw notText(real);
  let text: string;
  try {
    // A byte order mark stays in the text, so that saving keeps it.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw notText(real);
    throw error;
  }
  return { text, version: versionOf(bytes) };
}

async function versionOnDisk(real: string): Promise<string | undefined> {
  try {
    return versionOf(await readBytes(real));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function readBytes(real: string): Promise<Buffer> {
  // Not blocking, for a named pipe would wait for its writer forever.
  const handle = await open(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const info = await handle.stat();
    if (info.isDirectory()) throw new Failure('not-text', `“${path.basename(real)}” is a folder, not a file.`);
    if (!info.isFile()) throw notText(real);
    if (info.size > LARGEST_TEXT) throw tooLarge(real, info.size);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function versionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

async function isReadOnly(real: string): Promise<boolean> {
  try {
    await access(real, constants.W_OK);
    return false;
  } catch (error) {
    return errorCode(error) !== 'ENOENT';
  }
}

function notText(real: string): Failure {
  return new Failure('not-text', `“${path.basename(real)}” is not a text file.`);
}

function tooLarge(real: string, bytes: number): Failure {
  const size = `${(bytes / 2 ** 20).toFixed(1)} MB`;
  return new Failure(
    'not-text',
    `“${path.basename(real)}” is too large to edit (${size}; the limit is ${LARGEST_TEXT / 2 ** 20} MB).`,
  );
}
