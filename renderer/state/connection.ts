/** The window's one line to the server: requests, notifications and debug-adapter messages over a WebSocket that comes back by itself. */
import type { DapRequestName, DapRequests } from '../../src/shared/protocol/dap.js';
import type {
  NotificationBody,
  NotificationName,
  RequestName,
  RequestParams,
  RequestResult,
  RpcErrorTag,
  ServerFrame,
} from '../../src/shared/protocol/rpc.js';
import { decodeMessage } from '../../src/shared/base/binary-message.js';
import { parseMessage, stringifyMessage } from '../../src/shared/base/message-json.js';
import type { z } from 'zod';

export class RequestError extends Error {
  override readonly name = 'RequestError';
  constructor(
    readonly tag: RpcErrorTag | 'disconnected',
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** A message of the Debug Adapter Protocol, as far as the window looks into it. */
export interface DapMessage {
  readonly type: string;
  readonly event?: string;
  readonly body?: unknown;
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
}

export type ConnectionStatus = 'connecting' | 'open' | 'lost';

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class Connection {
  private socket: WebSocket | undefined;
  private nextId = 1;
  private readonly pending = new Map<number, Pending>();
  private readonly pendingDap = new Map<number, Pending>();
  private readonly notificationListeners = new Set<(name: NotificationName, body: unknown) => void>();
  private readonly dapListeners = new Set<(message: DapMessage, sessionId: string) => void>();
  private readonly statusListeners = new Set<(status: ConnectionStatus) => void>();
  private retryMs = 250;

  constructor(private readonly address: string) {
    this.open();
  }

  request<N extends RequestName>(name: N, params: RequestParams<N>): Promise<RequestResult<N>> {
    const id = this.nextId++;
    return this.send({ kind: 'request', id, name, params }, this.pending, id) as Promise<RequestResult<N>>;
  }

  /** A request of the Debug Adapter Protocol to the current session's trainer; resolves with the response's body. */
  dap(command: string, args: unknown = {}): Promise<unknown> {
    const seq = this.nextId++;
    return this.send(
      { kind: 'dap', message: { seq, type: 'request', command, arguments: args } },
      this.pendingDap,
      seq,
    );
  }

  backstep<N extends DapRequestName>(
    name: N,
    args: z.input<DapRequests[N]['args']>,
  ): Promise<z.output<DapRequests[N]['result']>> {
    return this.dap(name, args) as Promise<z.output<DapRequests[N]['result']>>;
  }

  onNotification<N extends NotificationName>(name: N, listener: (body: NotificationBody<N>) => void): () => void {
    const wrapped = (got: NotificationName, body: unknown) => {
      if (got === name) listener(body as NotificationBody<N>);
    };
    this.notificationListeners.add(wrapped);
    return () => this.notificationListeners.delete(wrapped);
  }

  onDap(listener: (message: DapMessage, sessionId: string) => void): () => void {
    this.dapListeners.add(listener);
    return () => this.dapListeners.delete(listener);
  }

  onStatus(listener: (status: ConnectionStatus) => void): () => void {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  }

  private send(frame: unknown, pending: Map<number, Pending>, id: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.socket?.readyState !== WebSocket.OPEN) {
        reject(
          new RequestError(
            'disconnected',
            'Backstep’s server does not answer.',
            'It is being reconnected to; try again in a moment.',
          ),
        );
        return;
      }
      pending.set(id, { resolve, reject });
      this.socket.send(stringifyMessage(frame));
    });
  }

  private open(): void {
    this.announce('connecting');
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.onopen = () => {
      this.retryMs = 250;
      this.announce('open');
    };
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
      this.take((typeof data === 'string' ? parseMessage(data) : decodeMessage(data)) as ServerFrame);
    socket.onclose = () => {
      for (const waiting of [...this.pending.values(), ...this.pendingDap.values()]) {
        waiting.reject(
          new RequestError('disconnected', 'The connection to Backstep’s server was lost before it answered.'),
        );
      }
      this.pending.clear();
      this.pendingDap.clear();
      this.announce('lost');
      setTimeout(() => this.open(), this.retryMs);
      this.retryMs = Math.min(this.retryMs * 2, 4000);
    };
  }

  private take(frame: ServerFrame): void {
    switch (frame.kind) {
      case 'result':
        this.settle(this.pending, frame.id)?.resolve(frame.result);
        break;
      case 'failure':
        this.settle(this.pending, frame.id)?.reject(new RequestError(frame.tag, frame.message, frame.hint));
        break;
      case 'notification':
        for (const listener of this.notificationListeners) listener(frame.name as NotificationName, frame.body);
        break;
      case 'dap': {
        const message = frame.message as DapMessage;
        if (message.type === 'response') {
          const waiting = this.settle(this.pendingDap, message.request_seq ?? -1);
          if (message.success) waiting?.resolve(message.body);
          else waiting?.reject(new RequestError('internal', message.message ?? 'The trainer refused.'));
        } else {
          for (const listener of this.dapListeners) listener(message, frame.sessionId);
        }
        break;
      }
    }
  }

  private settle(pending: Map<number, Pending>, id: number): Pending | undefined {
    const waiting = pending.get(id);
    pending.delete(id);
    return waiting;
  }

  private announce(status: ConnectionStatus): void {
    for (const listener of this.statusListeners) listener(status);
  }
}
