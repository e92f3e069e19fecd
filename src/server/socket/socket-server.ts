/**
 * The windows' WebSockets: who may connect, frames in and out, one answer to each request. Knows the
 * frames and the schemas; what a request does is the handlers' business.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { z } from 'zod';
import { encodeMessage } from '../../shared/base/binary-message.js';
import { parseMessage, stringifyMessage } from '../../shared/base/message-json.js';
import { messageOf } from '../../shared/base/message-of.js';
import {
  clientFrame,
  requests,
  type NotificationBody,
  type NotificationName,
  type RequestName,
  type ServerFrame,
} from '../../shared/protocol/rpc.js';
import { asFailure, Failure } from '../failure.js';
import type { Handlers } from '../handlers.js';
import { refuseAddress, refuseToken, type AccessRules } from '../http/access.js';
import { askedBy } from '../http/web-app.js';
import { log } from '../log.js';

/** Room for the largest text file with every character escaped. */
const LARGEST_FRAME = 64 * 2 ** 20;
/** A window that lags this far behind is cut off; it comes back by itself and asks for the state as it is. */
const MOST_UNSENT = 256 * 2 ** 20;
const PING_EVERY_MS = 30_000;

export interface DapRequest {
  readonly seq: number;
  readonly type: 'request';
  readonly [field: string]: unknown;
}

/** One connected window. */
export interface Window {
  send(frame: ServerFrame): void;
}

export interface SocketServerOptions {
  readonly rules: AccessRules;
  readonly handlers: Handlers;
  /** A request of the Debug Adapter Protocol; answered by frames sent to the window. */
  onDap(window: Window, message: DapRequest): void;
  onGone(window: Window): void;
}

export class SocketServer {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_FRAME,
    perMessageDeflate: false,
  });
  private readonly connected = new Map<WebSocket, Window>();
  private readonly answering = new Set<WebSocket>();
  private readonly pings: NodeJS.Timeout;

  constructor(private readonly options: SocketServerOptions) {
    // A window on a machine that went to sleep says nothing when it goes: silence ends it.
    this.pings = setInterval(() => this.pingAll(), PING_EVERY_MS);
    this.pings.unref();
  }

  /** Takes an HTTP upgrade, or refuses it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { rules } = this.options;
    socket.on('error', (error) => log('socket', 'failed', error));
    const asked = askedBy(request.method ?? 'GET', (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    });
    const refusal = refuseAddress(rules, asked, true) ?? refuseToken(rules, asked);
    if (refusal || request.url !== '/socket') {
      const status = refusal ? '403 Forbidden' : '404 Not Found';
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => this.connect(webSocket));
  }

  get windowCount(): number {
    return this.connected.size;
  }

  notify<N extends NotificationName>(name: N, body: NotificationBody<N>): void {
    this.broadcast(stringifyMessage({ kind: 'notification', name, body } satisfies ServerFrame));
  }

  /** `frame` is a whole frame's text, so that it is written once for all windows. */
  broadcast(frame: string): void {
    for (const socket of this.connected.keys()) send(socket, frame);
  }

  close(): void {
    clearInterval(this.pings);
    for (const socket of this.connected.keys()) socket.close(1001, 'Backstep is closing');
    setTimeout(() => {
      for (const socket of this.connected.keys()) socket.terminate();
    }, 500).unref();
    this.sockets.close();
  }

  private connect(socket: WebSocket): void {
    const window: Window = { send: (frame) => send(socket, encodeMessage(frame)) };
    this.connected.set(socket, window);
    this.answering.add(socket);
    socket.on('pong', () => this.answering.add(socket));
    socket.on('message', (data, isBinary) => void this.take(window, data, isBinary));
    // Frames that are too large or not WebSocket at all end here; `close` follows.
    socket.on('error', (error) => log('socket', 'a window’s connection failed', error));
    socket.on('close', () => {
      this.connected.delete(socket);
      this.answering.delete(socket);
      this.options.onGone(window);
    });
  }

  private pingAll(): void {
    for (const socket of this.connected.keys()) {
      if (this.answering.delete(socket)) socket.ping();
      else socket.terminate();
    }
  }

  /** Never throws: whatever comes in, the answer is a frame. */
  private async take(window: Window, data: RawData, isBinary: boolean): Promise<void> {
    let id = -1;
    try {
      const text = isBinary ? undefined : (data as Buffer).toString('utf8');
      const json = text === undefined ? undefined : parseFrame(text);
      const frame = clientFrame.safeParse(json);
      if (!frame.success) {
        const given = (json as { id?: unknown } | undefined)?.id;
        if (typeof given === 'number') id = given;
        throw new Failure('invalid-params', 'This is not a frame of Backstep’s protocol.');
      }
      if (frame.data.kind === 'dap') {
        this.options.onDap(window, frame.data.message as DapRequest);
        return;
      }
      id = frame.data.id;
      const result = await this.answer(window, frame.data.name, frame.data.params);
      window.send({ kind: 'result', id, result });
    } catch (error) {
      const facts = asFailure(error);
      if (facts.tag === 'internal') log('socket', 'a request failed', error);
      window.send({ kind: 'failure', id, ...facts });
    }
  }

  private async answer(window: Window, name: string, given: unknown): Promise<unknown> {
    if (!Object.hasOwn(requests, name)) throw new Failure('unknown-request', `There is no request “${name}”.`);
    const known = name as RequestName;
    const params = requests[known].params.safeParse(given ?? {});
    if (!params.success) {
      throw new Failure('invalid-params', `The arguments of “${name}” are not right: ${z.prettifyError(params.error)}`);
    }
    const handler = this.options.handlers[known] as (params: unknown, window: Window) => unknown;
    return handler(params.data, window);
  }
}

function parseFrame(text: string): unknown {
  try {
    return parseMessage(text);
  } catch (error) {
    throw new Failure('invalid-params', `This frame is not JSON: ${messageOf(error)}`);
  }
}

function send(socket: WebSocket, frame: string | Uint8Array): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > MOST_UNSENT) {
    log('socket', 'a window that no longer reads is cut off');
    socket.terminate();
    return;
  }
  socket.send(frame);
}
