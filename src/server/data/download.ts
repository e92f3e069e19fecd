/**
 * Downloads one file so that it can be interrupted at any time and go on later, and so that it is
 * either whole and as expected, or not there. Knows HTTP; not what the file is for.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../shared/base/message-of.js';
import { errorCode, Failure } from '../failure.js';

export interface DownloadOptions {
  readonly url: string;
  /** Absolute; the part that is there already lies beside it, as `<target>.part`. */
  readonly target: string;
  /** Of the whole file. */
  readonly bytes: number;
  readonly sha256: string;
  readonly signal: AbortSignal;
  readonly stallMs?: number;
  onProgress(receivedBytes: number): void;
}

const STALL_MS = 30_000;

export function partOf(target: string): string {
  return `${target}.part`;
}

/** How much of the file is there. */
export async function receivedBytes(target: string): Promise<number> {
  return (await sizeOf(target)) ?? (await sizeOf(partOf(target))) ?? 0;
}

/** @throws Failure in plain words; AbortError where the signal asked for it */
export async function download(options: DownloadOptions): Promise<void> {
  const { target, bytes } = options;
  if ((await sizeOf(target)) === bytes) return;
  await mkdir(path.dirname(target), { recursive: true });
  const part = partOf(target);
  if (((await sizeOf(part)) ?? 0) > bytes) await rm(part);
  if (((await sizeOf(part)) ?? 0) < bytes) await receive(options, part);
  await check(options, part);
  await rename(part, target);
}

async function receive(options: DownloadOptions, part: string): Promise<void> {
  const { url, bytes } = options;
  let at = (await sizeOf(part)) ?? 0;
  // A server that falls silent would hold the download open for ever.
  const stall = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(), options.stallMs ?? STALL_MS);
  };
  alive();
  const host = new URL(url).host;
  try {
    const response = await fetch(url, {
      // The bytes as they lie there: a compressed answer could not be resumed.
      headers: { ...(at > 0 ? { range: `bytes=${at}-` } : {}), 'accept-encoding': 'identity' },
      signal: AbortSignal.any([options.signal, stall.signal]),
    });
    const continues = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${at}-`);
    if (!response.ok || (response.status === 206 && !continues) || !response.body) {
      await response.body?.cancel();
      throw new Failure(
        'not-found',
        `${host} answered ${response.status} ${response.statusText}`.trim() + ` for ${url}.`,
        byHand(url),
      );
    }
    // Servers that cannot go on send the whole file.
    if (!continues) at = 0;
    const file = await open(part, continues ? 'a' : 'w');
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        alive();
        await file.writeFile(chunk);
        at += chunk.length;
        if (at > bytes) throw differs(options, `it is larger than the ${bytes} bytes that are expected`);
        options.onProgress(at);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    if (stall.signal.aborted)
      throw new Failure(
        'time-limit',
        `${host} sends nothing any more.`,
        'What was received is kept: try again to go on from there.',
      );
    throw inPlainWords(error, url, at);
  } finally {
    clearTimeout(timer);
  }
  if (at < bytes) {
    throw new Failure(
      'internal',
      `The connection to ${host} ended early.`,
      'What was received is kept: try again to go on from there.',
    );
  }
}

async function check(options: DownloadOptions, part: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(part)) {
    options.signal.throwIfAborted();
    hash.update(chunk as Buffer);
  }
  if (hash.digest('hex') === options.sha256) return;
  // It would be no better the next time.
  await rm(part);
  throw differs(options, 'its SHA-256 is another one');
}

function differs(options: DownloadOptions, how: string): Failure {
  return new Failure(
    'internal',
    `What ${new URL(options.url).host} sent is not the file that is expected: ${how}.`,
    `Nothing of it is used. Try again; if it stays so, ${byHand(options.url).toLowerCase()}`,
  );
}

function inPlainWords(error: unknown, url: string, at: number): unknown {
  if (error instanceof Failure) return error;
  const cause = (error as Error).cause;
  const code = errorCode(error) ?? errorCode(cause);
  if (code === 'ENOSPC' || code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'EDQUOT') return error;
  const host = new URL(url).host;
  const kept = at > 0 ? 'What was received is kept. ' : '';
  const why = code ?? (cause instanceof Error ? cause.message : messageOf(error));
  return new Failure(
    'not-found',
    `${host} cannot be reached (${why}).`,
    `${kept}Check the connection, or: ${byHand(url).toLowerCase()}`,
  );
}

function byHand(url: string): string {
  return `Get ${url} by other means, unpack it, and name its folder here.`;
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
