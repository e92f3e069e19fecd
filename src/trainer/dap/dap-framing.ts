/** The Debug Adapter Protocol's framing: `Content-Length: n`, an empty line, n bytes of JSON. Knows bytes, not messages. */
import { parseMessage, stringifyMessage } from '../../shared/base/message-json.js';

const separator = Buffer.from('\r\n\r\n');

/** Cuts a stream of bytes into messages. */
export class MessageReader {
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  /** Bytes of the body being waited for; `undefined` while the header is. */
  private bodyBytes: number | undefined;

  /**
   * The messages that `chunk` completes.
   * @throws Error where the stream is not this protocol: it cannot be picked up again
   */
  push(chunk: Buffer): unknown[] {
    this.pending.push(chunk);
    this.pendingBytes += chunk.length;
    const messages: unknown[] = [];
    // Large bodies come in many chunks: they are joined once, not once a chunk.
    while (this.bodyBytes === undefined ? this.readHeader() : this.pendingBytes >= this.bodyBytes) {
      if (this.bodyBytes === undefined || this.pendingBytes < this.bodyBytes) continue;
      const all = this.joined();
      messages.push(parseMessage(all.toString('utf8', 0, this.bodyBytes)));
      this.keep(all.subarray(this.bodyBytes));
      this.bodyBytes = undefined;
    }
    return messages;
  }

  private readHeader(): boolean {
    const all = this.joined();
    const end = all.indexOf(separator);
    if (end < 0) {
      if (all.length > 4096) throw new Error('not the Debug Adapter Protocol: no header within 4096 bytes');
      return false;
    }
    const length = /(?:^|\r\n)Content-Length: *(\d+)/i.exec(all.toString('latin1', 0, end));
    if (!length) throw new Error('not the Debug Adapter Protocol: a header without Content-Length');
    this.bodyBytes = Number(length[1]);
    this.keep(all.subarray(end + separator.length));
    return this.pendingBytes >= this.bodyBytes;
  }

  private joined(): Buffer {
    const all = this.pending.length === 1 ? this.pending[0]! : Buffer.concat(this.pending);
    this.pending = [all];
    return all;
  }

  private keep(rest: Buffer): void {
    this.pending = [rest];
    this.pendingBytes = rest.length;
  }
}

export function frameMessage(message: unknown): Buffer {
  const body = Buffer.from(stringifyMessage(message), 'utf8');
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`, 'ascii'), body]);
}
