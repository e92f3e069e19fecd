/**
 * The Debug Adapter Protocol's requests, each answered exactly once, and its events, numbered. Knows
 * what neither is about.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { messageOf } from '../../shared/base/message-of.js';

/** What a handler gives back; `after` runs when the response has been sent. */
export interface Outcome {
  readonly body?: unknown;
  readonly after?: () => void;
}
export type Handler = (args: never) => Outcome | Promise<Outcome>;

export interface RequestTableOptions {
  readonly send: (message: DebugProtocol.ProtocolMessage) => void;
  readonly handlers: Readonly<Record<string, Handler | undefined>>;
  /** Answered even while a look at the stopped thread takes its time. */
  readonly urgent: ReadonlySet<string>;
  /**
   * Called when its turn comes. @returns its arguments as handlers take them
   * @throws Error in words where the request is out of place or its arguments are wrong
   */
  readonly admit: (command: string, args: object) => object;
  /** Ends, as far as that can be, what is under way for the request that is answered now. */
  readonly interrupt: () => void;
  /** Takes what failed after a response. */
  readonly failed: (error: unknown) => void;
}

/** A request that has no answer yet. */
interface Open {
  readonly request: DebugProtocol.Request;
  state: 'waiting' | 'running' | 'cancelled';
}

export class RequestTable {
  private sequence = 1;
  /** Requests that look at the stopped thread come one after the other. */
  private queue: Promise<unknown> = Promise.resolve();
  private readonly open = new Map<number, Open>();

  constructor(private readonly options: RequestTableOptions) {}

  /** Takes one message of the front end. */
  handle(message: unknown): void {
    const request = requestIn(message);
    if (!request) return;
    const open: Open = { request, state: 'waiting' };
    this.open.set(request.seq, open);
    if (this.options.urgent.has(request.command)) void this.answer(open);
    else this.queue = this.queue.then(() => this.answer(open));
  }

  /** The request with this number is answered soon, by a failure where it has not come to its end by then. */
  cancel(seq: number): void {
    const open = this.open.get(seq);
    if (!open) return;
    const { state } = open;
    open.state = 'cancelled';
    if (state === 'running') this.options.interrupt();
  }

  event(event: string, body?: unknown): void {
    const message: DebugProtocol.Event = {
      seq: this.sequence++,
      type: 'event',
      event,
      ...(body === undefined ? {} : { body }),
    };
    this.options.send(message);
  }

  private async answer(open: Open): Promise<void> {
    const { request } = open;
    const outcome = await this.outcomeOf(open);
    if (this.open.get(request.seq) === open) this.open.delete(request.seq);
    if ('failure' in outcome) {
      this.respond(request, false, { message: outcome.failure });
      return;
    }
    this.respond(request, true, { body: outcome.body });
    try {
      outcome.after?.();
    } catch (error) {
      this.options.failed(error);
    }
  }

  private async outcomeOf(open: Open): Promise<Outcome | { readonly failure: string }> {
    const { command, arguments: args } = open.request as DebugProtocol.Request & { readonly arguments?: unknown };
    const { handlers, admit } = this.options;
    try {
      if (open.state === 'cancelled') return { failure: cancelled };
      if (open.state === 'waiting') open.state = 'running';
      if (typeof command !== 'string') throw new Error('A request needs a `command`.');
      const handler = Object.hasOwn(handlers, command) ? handlers[command] : undefined;
      if (!handler) throw new Error(`There is no request ${JSON.stringify(command)}.`);
      const given = args ?? {};
      if (typeof given !== 'object' || Array.isArray(given)) throw new Error('`arguments` must be an object.');
      return await handler(admit(command, given) as never);
    } catch (error) {
      if (wasCancelled(open)) return { failure: cancelled };
      return { failure: messageOf(error) };
    }
  }

  private respond(
    request: DebugProtocol.Request,
    success: boolean,
    rest: { readonly body?: unknown; readonly message?: string },
  ): void {
    const message: DebugProtocol.Response = {
      seq: this.sequence++,
      type: 'response',
      request_seq: request.seq,
      command: request.command,
      success,
      ...rest,
    };
    this.options.send(message);
  }
}

/** The protocol's own word for it, which front ends know. */
const cancelled = 'cancelled';

/** The state may change while the handler is awaited, which the compiler does not see. */
function wasCancelled({ state }: Open): boolean {
  return state === 'cancelled';
}

/** `undefined` for what asks for no answer. */
function requestIn(message: unknown): DebugProtocol.Request | undefined {
  const request = message as Partial<DebugProtocol.Request> | null | undefined;
  if (typeof request !== 'object' || request?.type !== 'request') return undefined;
  return request as DebugProtocol.Request;
}
