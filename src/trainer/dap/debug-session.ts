/**
 * The life of one debugging session in the Debug Adapter Protocol, from `initialize` to the end of the
 * process: puts its parts together, and takes what the training says. What the other requests do is in
 * `requests/`. Knows neither pipes nor tensors.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import path from 'node:path';
import { runOptions, type RunOptions, type TrainingEvent } from '../../shared/protocol/training.js';
import { EventBatcher } from '../event-batcher.js';
import { capabilities } from './capabilities.js';
import { ExceptionStops } from './exception-stops.js';
import type { InspectorClient } from './inspector-client.js';
import { KnownBreakpoints } from './known-breakpoints.js';
import { LibrarySources } from './library-sources.js';
import { LineBreakpoints } from './line-breakpoints.js';
import { outputOf } from './log-output.js';
import { RequestTable } from './request-table.js';
import { allRequests, urgentRequests } from './requests/all-requests.js';
import type { Handlers, SessionParts } from './session-parts.js';
import type { SharedFlags } from './shared-flags.js';
import { ThreadDebugger } from './thread-debugger.js';
import type { ControlMessage, FromTraining } from './thread-messages.js';
import { TrainingThread } from './training-thread.js';

export interface SessionOptions {
  readonly send: (message: DebugProtocol.ProtocolMessage) => void;
  readonly inspector: InspectorClient;
  readonly flags: SharedFlags;
  /** URL of the trainer's only script that V8's debugger may stop in. */
  readonly stoppingPlace: string;
  readonly control: (message: ControlMessage) => void;
  readonly start: (options: RunOptions) => void;
  /** Takes in, by `fromTraining`, everything that the training thread has said until now. */
  readonly catchUp: () => void;
  /** Ends the process, once what was sent has left; the session is over. */
  readonly exit: (exitCode: number) => void;
  /** Ends the process at once: the training thread does not answer. */
  readonly kill: () => void;
}

/** A front end that has been told of the end says goodbye within this time, or the process ends without. */
const GOODBYE_MS = 1_000;
/** Saving and a long step must fit; after that the training counts as hung. */
const END_GRACE_MS = 30_000;

export class DebugSession {
  private launchOptions: RunOptions | undefined;
  private readsTrainingEvents = false;
  private exitCode = 0;
  private leaving = false;
  private readonly parts: SessionParts;
  private readonly table: RequestTable;
  private readonly batcher = new EventBatcher((events) => this.tell(events));

  constructor(private readonly options: SessionOptions) {
    const { inspector, flags, stoppingPlace, catchUp, control } = options;
    const event = (name: string, body?: unknown): void => this.table.event(name, body);
    const say = (one: TrainingEvent): void => this.batcher.add([one]);
    const { failed } = this;
    const flush = (): void => this.batcher.flush();
    const lines = new LineBreakpoints(inspector, (breakpoint) =>
      event('breakpoint', { reason: 'changed', breakpoint }),
    );
    const exceptions = new ExceptionStops(inspector);
    const library = new LibrarySources();
    const threadDebugger = new ThreadDebugger(inspector, lines, stoppingPlace);
    const common = { inspector, flags, lines, exceptions, library, threadDebugger, event, say };
    const thread = new TrainingThread({ ...common, stoppingPlace, catchUp, flush, failed });
    this.parts = { ...common, thread, control, trainingBreakpoints: new KnownBreakpoints() };
    this.table = new RequestTable(options.send, { ...allRequests(this.parts), ...this.lifeRequests }, urgentRequests);
  }

  /** Once, before anything is handled. */
  connect(): Promise<void> {
    const { inspector, lines, thread, threadDebugger } = this.parts;
    inspector.connect({
      onPaused: (pause) => void thread.paused(pause).catch(this.failed),
      onResumed: () => thread.resumed(),
      onBreakpointResolved: (resolved) => lines.resolved(resolved),
    });
    return threadDebugger.attach();
  }

  /** Takes one message of the front end; every request gets exactly one response. */
  handle(message: unknown): void {
    this.table.handle(message);
  }

  /** The front end is gone: what was trained is saved, and the process ends. */
  disconnected(): void {
    this.leave();
  }

  fromTraining(message: FromTraining): void {
    const { thread, lines, trainingBreakpoints } = this.parts;
    if (thread.hasEnded) return;
    switch (message.kind) {
      case 'events':
        this.batcher.add(message.events);
        for (const event of message.events) {
          if (event.kind !== 'start') continue;
          this.batcher.add(trainingBreakpoints.runStarts(event));
          thread.trainingStarts(event.backend);
        }
        break;
      case 'stopping':
        thread.announce(message.facts);
        break;
      case 'lineProblem': {
        const place = lines.failed(message.id, message.message);
        const what = 'The condition or the message of a breakpoint failed, which counts as not met';
        this.batcher.add([{ kind: 'notice', severity: 'warning', message: `${what}: ${message.message}`, ...place }]);
        break;
      }
      case 'opName':
        thread.nameOp(message.op, message.name);
        break;
      case 'finished':
        this.finished(message.exitCode);
    }
  }

  private finished(exitCode: number): void {
    this.exitCode = exitCode;
    this.parts.thread.ends();
    this.batcher.flush();
    this.table.event('terminated');
    this.table.event('exited', { exitCode });
    if (this.leaving) this.options.exit(exitCode);
    else setTimeout(() => this.options.exit(exitCode), GOODBYE_MS);
  }

  private readonly lifeRequests: Handlers = {
    initialize: ({ clientID }: Partial<DebugProtocol.InitializeRequestArguments>) => {
      this.readsTrainingEvents = clientID === undefined || clientID === 'backstep';
      return { body: capabilities, after: () => this.table.event('initialized') };
    },

    launch: (args: unknown) => {
      if (this.launchOptions)
        throw new Error('This trainer has been launched already; start another one for another run.');
      const parsed = runOptions.safeParse(args);
      if (!parsed.success) {
        const issue = parsed.error.issues[0]!;
        throw new Error(
          `The launch arguments are not right: ${issue.path.join('.') || 'arguments'}: ${issue.message}.`,
        );
      }
      if (!path.isAbsolute(parsed.data.experiment))
        throw new Error('`experiment` must be the absolute path of the experiment’s file.');
      this.launchOptions = parsed.data;
      return {};
    },

    configurationDone: () => {
      const { launchOptions } = this;
      const { thread } = this.parts;
      if (!launchOptions) throw new Error('Nothing has been launched yet: send `launch` first.');
      if (thread.hasStarted) throw new Error('The training has been started already.');
      thread.begins();
      return { after: () => this.options.start(launchOptions) };
    },

    terminate: () => {
      const { thread, flags } = this.parts;
      if (thread.hasEnded) return {};
      if (!thread.hasStarted) return { after: () => this.fromTraining({ kind: 'finished', exitCode: 0 }) };
      flags.terminate = true;
      return { after: () => thread.goOn() };
    },
    disconnect: () => ({ after: () => this.leave() }),
  };

  private tell(events: readonly TrainingEvent[]): void {
    this.table.event('backstep/training', { events });
    if (this.readsTrainingEvents) return;
    for (const event of events) {
      const output = outputOf(event);
      if (output) this.table.event('output', output);
    }
  }

  private readonly failed = (error: unknown): void => {
    this.table.event('output', { category: 'important', output: `The debugger failed: ${String(error)}\n` });
  };

  private leave(): void {
    if (this.leaving) return;
    this.leaving = true;
    const { thread, flags } = this.parts;
    if (!thread.hasStarted || thread.hasEnded) {
      this.options.exit(this.exitCode);
      return;
    }
    flags.terminate = true;
    thread.goOn();
    setTimeout(() => this.options.kill(), END_GRACE_MS);
  }
}
