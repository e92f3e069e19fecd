/**
 * The Debug Adapter Protocol's requests, each answered exactly once, and its events, numbered. Knows
 * what neither is about.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';

/** What a handler gives back; `after` runs when the response has been sent. */
export interface Outcome {
  readonly body?: unknown;
  readonly after?: () => void;
}
export type Handler = (args: never) => Outcome | Promise<Outcome>;

export class RequestTable {
  private sequence = 1;
  /** Requests that look at the stopped thread come one after the other. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly send: (message: DebugProtocol.ProtocolMessage) => void,
    private readonly handlers: Readonly<Record<string, Handler | undefined>>,
    /** Answered even while a look at the stopped thread takes its time. */
    private readonly urgent: ReadonlySet<string>,
  ) {}

  /** Takes one message of the front end. */
  handle(message: unknown): void {
    const request = message as Partial<DebugProtocol.Request> | null;
    if (typeof request !== 'object' || request?.type !== 'request') return;
    const { command } = request as DebugProtocol.Request;
    const handler = Object.hasOwn(this.handlers, command) ? this.handlers[command] : undefined;
    const work = async (): Promise<void> => {
      let outcome: Outcome;
      try {
        if (!handler) throw new Error(`There is no request ${JSON.stringify(command)}.`);
        outcome = await handler((request.arguments ?? {}) as never);
      } catch (error) {
        this.respond(request as DebugProtocol.Request, false, {
          message: error instanceof Error ? error.message : String(error),
        });
        return;
      }
      this.respond(request as DebugProtocol.Request, true, { body: outcome.body });
      outcome.after?.();
    };
    if (this.urgent.has(command)) void work();
    else this.queue = this.queue.then(work);
  }

  event(event: string, body?: unknown): void {
    const message: DebugProtocol.Event = {
      seq: this.sequence++,
      type: 'event',
      event,
      ...(body === undefined ? {} : { body }),
    };
    this.send(message);
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
    this.send(message);
  }
}
