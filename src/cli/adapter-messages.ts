/** Messages of the Debug Adapter Protocol as the command line hands them on: looked into as little as possible. */
import { frameHeader } from '../shared/base/message-frames.js';

export interface ProtocolMessage {
  readonly seq?: unknown;
  readonly type?: unknown;
  readonly event?: unknown;
  readonly command?: unknown;
  readonly arguments?: unknown;
  readonly request_seq?: unknown;
  readonly success?: unknown;
  readonly message?: unknown;
  readonly body?: unknown;
}

export interface Received {
  readonly message: ProtocolMessage;
  /** The JSON as it came. */
  readonly text: string;
}

export function frameOf(text: string): Buffer {
  const body = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.from(frameHeader(body.length), 'ascii'), body]);
}

/** `undefined` for anything but an object. */
export function objectIn(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
