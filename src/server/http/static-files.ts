/** Serves a folder of built files: correct types, caching by content, nothing outside the folder. */
import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { errorCode } from '../failure.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.ts': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
};

/** Vite puts a hash of the content into these names: what they hold never changes. */
const HASHED_NAME = /^assets\/.+-[\w-]{8,}\.\w+$/;

export class StaticFiles {
  private readonly tags = new Map<string, { readonly mtimeMs: number; readonly size: number; readonly tag: string }>();

  constructor(private readonly folder: string) {}

  /** `urlPath` is decoded and relative to the folder. Undefined where there is no such file. */
  async respond(
    urlPath: string,
    request: { readonly ifNoneMatch?: string; readonly head: boolean },
  ): Promise<Response | undefined> {
    // Names with a dot before them are notes of the build.
    if (/[\0\\]|(^|\/)\./.test(urlPath)) return undefined;
    const file = path.resolve(this.folder, `./${urlPath}`);
    if (!file.startsWith(this.folder + path.sep)) return undefined;
    const info = await fileInfo(file);
    if (!info) return undefined;
    const headers: Record<string, string> = {
      'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
      'content-length': String(info.size),
    };
    if (HASHED_NAME.test(urlPath)) {
      headers['cache-control'] = 'private, max-age=31536000, immutable';
    } else {
      headers['cache-control'] = 'no-cache';
      headers['etag'] = await this.tagOf(file, info);
      if (request.ifNoneMatch === headers['etag']) {
        delete headers['content-length'];
        return new Response(undefined, { status: 304, headers });
      }
    }
    if (request.head) return new Response(undefined, { headers });
    const handle = await open(file);
    const stream = Readable.toWeb(createReadStream('', { fd: handle })) as ReadableStream<Uint8Array>;
    return new Response(stream, { headers });
  }

  private async tagOf(file: string, info: Stats): Promise<string> {
    const known = this.tags.get(file);
    if (known && known.mtimeMs === info.mtimeMs && known.size === info.size) return known.tag;
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    const tag = `"${hash.digest('base64url').slice(0, 24)}"`;
    this.tags.set(file, { mtimeMs: info.mtimeMs, size: info.size, tag });
    return tag;
  }
}

async function fileInfo(file: string): Promise<Stats | undefined> {
  try {
    const info = await stat(file);
    return info.isFile() ? info : undefined;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
