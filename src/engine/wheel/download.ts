/**
 * Downloads one wheel so that it can be interrupted at any time and go on later, and so that it is
 * either whole and as the index says, or not there. Knows nothing of what it is for.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineContext } from '../engine-context.js';
import { EngineFailure, errorCode } from '../engine-failure.js';
import { NetworkFailure } from '../index/http-client.js';
import type { OfferedWheel } from '../index/simple-index.js';

/** Where a wheel is kept, by its checksum: another file of the same name is another download. */
export function downloadedFile(folder: string, wheel: OfferedWheel): string {
  const key = (wheel.sha256 ?? createHash('sha256').update(wheel.url).digest('hex')).slice(0, 12);
  return path.join(folder, `${key}-${wheel.file}`);
}

/** How much of it is there already. */
export async function receivedBytes(folder: string, wheel: OfferedWheel): Promise<number> {
  const target = downloadedFile(folder, wheel);
  return (await sizeOf(target)) ?? (await sizeOf(`${target}.part`)) ?? 0;
}

export interface DownloadSteps {
  onReceived(receivedBytes: number, totalBytes: number | undefined): void;
  onVerified(doneBytes: number, totalBytes: number): void;
}

const TRIES = 4;

/** @returns the file, whole and verified. @throws EngineFailure; the signal's reason; errors of the disk */
export async function download(
  context: Pick<EngineContext, 'http' | 'signal'>,
  folder: string,
  wheel: OfferedWheel,
  steps: DownloadSteps,
): Promise<string> {
  const target = downloadedFile(folder, wheel);
  // It has this name only after it was verified.
  if ((await sizeOf(target)) !== undefined) return target;
  await mkdir(folder, { recursive: true });
  const part = `${target}.part`;
  if (wheel.url.startsWith('file:')) await copyFile(fileURLToPath(wheel.url), part);
  else await receive(context, part, wheel, steps);
  await verify(context, part, wheel, steps);
  await rename(part, target);
  return target;
}

/** A connection that is cut goes on where it was, as long as each try brings something. */
async function receive(
  context: Pick<EngineContext, 'http' | 'signal'>,
  part: string,
  wheel: OfferedWheel,
  steps: DownloadSteps,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const before = (await sizeOf(part)) ?? 0;
    try {
      await receiveOnce(context, part, wheel, steps);
      return;
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof NetworkFailure) || error.status !== undefined) throw error;
      const got = ((await sizeOf(part)) ?? 0) - before;
      if (tries >= TRIES && got === 0) {
        throw new EngineFailure(
          error.message,
          `What was received is kept: try again to go on from there. ${error.hint ?? ''}`.trim(),
        );
      }
      if (got > 0) tries = 0;
      await new Promise((resolve) => setTimeout(resolve, 300 * 2 ** tries));
    }
  }
}

async function receiveOnce(
  { http, signal }: Pick<EngineContext, 'http' | 'signal'>,
  part: string,
  wheel: OfferedWheel,
  steps: DownloadSteps,
): Promise<void> {
  let at = (await sizeOf(part)) ?? 0;
  if (wheel.bytes !== undefined && at === wheel.bytes) return;
  if (wheel.bytes !== undefined && at > wheel.bytes) {
    await rm(part);
    at = 0;
  }
  let answer;
  try {
    answer = await http.get(wheel.url, { headers: at > 0 ? { range: `bytes=${at}-` } : {}, signal });
  } catch (error) {
    // Nothing follows what is there: it is whole, or it is another file; the checksum tells.
    if (at > 0 && error instanceof NetworkFailure && error.status === 416) return;
    throw error;
  }
  const continues = answer.status === 206 && answer.headers['content-range']?.startsWith(`bytes ${at}-`);
  if (answer.status === 206 && !continues) {
    answer.body.destroy();
    throw new EngineFailure(
      `${new URL(wheel.url).host} sent another part of the file than was asked for.`,
      'Try again.',
    );
  }
  // Servers that cannot go on send the whole file.
  if (!continues) at = 0;
  const length = Number(answer.headers['content-length'] ?? NaN);
  const total = Number.isFinite(length) ? at + length : wheel.bytes;
  const file = await open(part, continues ? 'a' : 'w');
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      await file.writeFile(chunk);
      at += chunk.length;
      steps.onReceived(at, total);
    }
  } catch (error) {
    signal.throwIfAborted();
    const code = errorCode(error);
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO' || code === 'EROFS') throw error;
    throw error instanceof NetworkFailure ? error : http.unreachable(new URL(wheel.url), error);
  } finally {
    await file.close();
  }
  if (total !== undefined && at < total) {
    throw http.unreachable(new URL(wheel.url), Object.assign(new Error('ended early'), { code: 'ECONNRESET' }));
  }
}

async function verify(
  { signal }: Pick<EngineContext, 'signal'>,
  part: string,
  wheel: OfferedWheel,
  steps: DownloadSteps,
): Promise<void> {
  const total = (await sizeOf(part)) ?? 0;
  const hash = createHash('sha256');
  let done = 0;
  for await (const chunk of createReadStream(part, { highWaterMark: 1 << 20 })) {
    signal.throwIfAborted();
    hash.update(chunk as Buffer);
    done += (chunk as Buffer).length;
    steps.onVerified(done, total);
  }
  // A folder of one's own wheels gives no checksums; each file in them has one that unpacking checks.
  if (wheel.sha256 === undefined || hash.digest('hex') === wheel.sha256) return;
  // It would be no better the next time.
  await rm(part);
  throw new EngineFailure(
    `${wheel.file} is not the file that the index describes: its SHA-256 is another one.`,
    'Nothing of it is used. Try again; if it stays so, ask whoever runs your package index.',
  );
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
