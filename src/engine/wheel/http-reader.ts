/** Random access to a file behind HTTP, by ranges: what a wheel holds is known before it is downloaded. */
import { PassThrough, type Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';
import type { HttpClient } from '../index/http-client.js';

/** The directory lies at the end, its own end last: a wheel's 1.5 to 3 MB come in few requests. */
const CHUNK = 1 << 20;

export class HttpReader extends RandomAccessReader {
  private readonly chunks = new Map<number, Promise<Buffer>>();

  private constructor(
    private readonly http: HttpClient,
    private readonly url: string,
    readonly totalBytes: number,
    private readonly abort: AbortSignal,
  ) {
    super();
  }

  /** Undefined where the server gives no ranges. @throws NetworkFailure */
  static async open(http: HttpClient, url: string, abort: AbortSignal): Promise<HttpReader | undefined> {
    const answer = await http.get(url, { headers: { range: 'bytes=0-0' }, signal: abort });
    answer.body.destroy();
    const total = /\/(\d+)$/.exec(answer.headers['content-range'] ?? '')?.[1];
    return answer.status === 206 && total !== undefined ? new HttpReader(http, url, Number(total), abort) : undefined;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const stream = new PassThrough();
    void this.send(start, end, stream);
    return stream;
  }

  private async send(start: number, end: number, stream: PassThrough): Promise<void> {
    try {
      for (let at = start; at < end;) {
        const index = Math.floor(at / CHUNK);
        const chunk = await this.chunk(index);
        const piece = chunk.subarray(at - index * CHUNK, Math.min(end - index * CHUNK, chunk.length));
        if (piece.length === 0) throw new Error('the server sent less than it promised');
        stream.write(piece);
        at += piece.length;
      }
      stream.end();
    } catch (error) {
      stream.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private chunk(index: number): Promise<Buffer> {
    let chunk = this.chunks.get(index);
    if (!chunk) {
      chunk = this.fetch(index * CHUNK, Math.min((index + 1) * CHUNK, this.totalBytes));
      // Whoever reads it is told; nobody else need be.
      chunk.catch(() => this.chunks.delete(index));
      this.chunks.set(index, chunk);
    }
    return chunk;
  }

  private async fetch(start: number, end: number): Promise<Buffer> {
    const answer = await this.http.get(this.url, {
      headers: { range: `bytes=${start}-${end - 1}` },
      signal: this.abort,
    });
    const parts: Buffer[] = [];
    for await (const part of answer.body) parts.push(part as Buffer);
    return Buffer.concat(parts);
  }
}
