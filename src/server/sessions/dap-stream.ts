/** Debug Adapter Protocol over a stream of bytes: `Content-Length: n`, an empty line, n bytes of JSON. */
import { parseMessage, stringifyMessage } from '../../shared/base/message-json.js';

export interface DapMessage {
  readonly seq?: number;
  readonly type: string;
  readonly event?: string;
  readonly command?: string;
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: unknown;
}

export interface ReceivedMessage {
  readonly message: DapMessage;
  /** The JSON as it came, to hand on unchanged. */
  readonly text: string;
}

const SEPARATOR = Buffer.from('\r\n\r\n');
const LONGEST_HEADER = 4096;
const LARGEST_BODY = 512 * 2 ** 20;

export function frameDap(message: unknown): Buffer {
  const body = Buffer.from(stringifyMessage(message), 'utf8');
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`, 'latin1'), body]);
}

export class DapStreamReader {
  private chunks: Buffer[] = [];
  private length = 0;
  /** Undefined while the header is being read. */
  private bodyLength: number | undefined;

  /** @throws Error where the bytes are not this protocol; the stream cannot be followed any more */
  push(chunk: Buffer): ReceivedMessage[] {
    this.chunks.push(chunk);
    this.length += chunk.length;
    const received: ReceivedMessage[] = [];
    for (;;) {
      this.bodyLength ??= this.takeHeader();
      if (this.bodyLength === undefined || this.length < this.bodyLength) return received;
      const text = this.take(this.bodyLength).toString('utf8');
      this.bodyLength = undefined;
      received.push({ text, message: parseMessage(text) as DapMessage });
    }
  }

  private takeHeader(): number | undefined {
    if (this.length === 0) return undefined;
    const all = this.join();
    const end = all.indexOf(SEPARATOR);
    if (end < 0) {
      if (all.length > LONGEST_HEADER)
        throw new Error('The trainer sent something that is not the Debug Adapter Protocol.');
      return undefined;
    }
    const stated = /^Content-Length: *(\d+) *$/im.exec(all.toString('latin1', 0, end))?.[1];
    if (stated === undefined || Number(stated) > LARGEST_BODY)
      throw new Error('The trainer sent a message without a usable length.');
    this.take(end + SEPARATOR.length);
    return Number(stated);
  }

  /** Large bodies come in many chunks, which are joined once. */
  private join(): Buffer {
    if (this.chunks.length > 1) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0]!;
  }

  private take(count: number): Buffer {
    const all = this.length > 0 ? this.join() : Buffer.alloc(0);
    this.chunks = [all.subarray(count)];
    this.length -= count;
    return all.subarray(0, count);
  }
}
