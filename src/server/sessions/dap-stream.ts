/** The Debug Adapter Protocol as the server and a trainer speak it: messages, and their JSON as it came. */
import { frameHeader, FrameReader } from '../../shared/base/message-frames.js';
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

export function frameDap(message: unknown): Buffer {
  const body = Buffer.from(stringifyMessage(message), 'utf8');
  return Buffer.concat([Buffer.from(frameHeader(body.length), 'ascii'), body]);
}

export class DapStreamReader {
  private readonly frames = new FrameReader((body): ReceivedMessage => {
    const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8');
    return { text, message: parseMessage(text) as DapMessage };
  });

  /** @throws Error where the bytes are not this protocol; the stream cannot be followed any more */
  push(chunk: Buffer): ReceivedMessage[] {
    const frames = this.frames.push(chunk);
    const messages = frames.flatMap((frame) => (frame.kind === 'message' ? [frame.message] : []));
    if (messages.length < frames.length || this.frames.passedBy > 0)
      throw new Error('The trainer sent something that is not the Debug Adapter Protocol.');
    return messages;
  }
}
