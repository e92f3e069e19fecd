/** Messages of the Debug Adapter Protocol as bytes, and back. Knows no message. */
import { frameHeader, FrameReader } from '../../shared/base/message-frames.js';
import { parseMessage, stringifyMessage } from '../../shared/base/message-json.js';

/** Cuts a stream of bytes into messages. */
export class MessageReader {
  private readonly frames: FrameReader<unknown>;

  /** `skipped` is told of bytes that are no message; what comes after them is read on. */
  constructor(
    private readonly skipped: (bytes: number) => void = () => undefined,
    largestBody?: number,
  ) {
    this.frames = new FrameReader((body) => parseMessage(Buffer.from(body).toString('utf8')), largestBody);
  }

  /** The messages that `chunk` completes. */
  push(chunk: Buffer): unknown[] {
    return this.frames.push(chunk).flatMap((frame) => {
      if (frame.kind === 'message') return [frame.message];
      this.skipped(frame.bytes);
      return [];
    });
  }
}

export function frameMessage(message: unknown): Buffer {
  const body = Buffer.from(stringifyMessage(message), 'utf8');
  return Buffer.concat([Buffer.from(frameHeader(body.length), 'ascii'), body]);
}
