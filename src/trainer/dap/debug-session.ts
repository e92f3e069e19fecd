/**
 * The life of one debugging session in the Debug Adapter Protocol, from `initialize` to the end of the
 * process: puts its parts together, and takes what the training says. What the other requests do is in
 * `requests/`. Knows neither pipes nor tensors.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import path from 'node:path';
import { launchArguments, type LaunchArguments } from '../../shared/protocol/dap.js';
import { runOptions, type RunOptions, type TrainingEvent } from '../../shared/protocol/training.js';
import { EventBatcher } from '../event-batcher.js';
import { capabilities } from './capabilities.js';
import { clientTerms, type ClientTerms } from './client-terms.js';
import { ExceptionStops } from './exception-stops.js';
import type { InspectorClient } from './inspector-client.js';
import { KnownBreakpoints } from './known-breakpoints.js';
import { LibraryLines } from './library-lines.js';
import { LibrarySources } from './library-sources.js';
import { LineBreakpoints } from './line-breakpoints.js';
import { outputOf } from './log-output.js';
import { ProgressReports } from './progress-reports.js';
import { ReceivedBytes } from './received-bytes.js';
import { checkStandardArguments } from './request-arguments.js';
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
  /** Ends the process, once what was sent has left, without the training thread, which does not answer. */
  readonly kill: () => void;
}

/** A front end that has been told of the end says goodbye within this time, or the process ends without. */
const GOODBYE_MS = 1_000;
/** Training ends within this time for who asks for it a second time. */
const ASKED_TWICE_MS = 2_000;

export class DebugSession {
  private client: DebugProtocol.InitializeRequestArguments | undefined;
  private terms: ClientTerms = clientTerms({});
  private launched: LaunchArguments | undefined;
  /** The front end has set all that it wants set before the training starts; it may launch before or after. */
  private configured = false;
  private exitCode = 0;
  private leaving = false;
  private graceTimer: NodeJS.Timeout | undefined;
  private isAskedTwice = false;
  private readonly parts: SessionParts;
  private readonly table: RequestTable;
  private readonly progress: ProgressReports;
  private readonly batcher = new EventBatcher((events) => this.tell(events));

  constructor(private readonly options: SessionOptions) {
    const { inspector, flags, stoppingPlace, catchUp, control } = options;
    const event = (name: string, body?: unknown): void => this.table.event(name, body);
    const say = (one: TrainingEvent): void => this.batcher.add([one]);
    const { failed } = this;
    const flush = (): void => this.batcher.flush();
    const library = new LibrarySources();
    const libraryLines = new LibraryLines(inspector, library);
    const lines = new LineBreakpoints(inspector, libraryLines, (breakpoint) =>
      event('breakpoint', { reason: 'changed', breakpoint }),
    );
    const exceptions = new ExceptionStops(inspector, (condition, message) => {
      const what = `The condition ${JSON.stringify(condition)} of an exception breakpoint failed, which counts as not met`;
      say({ kind: 'notice', severity: 'warning', message: `${what}: ${message}` });
    });
    const threadDebugger = new ThreadDebugger(inspector, lines, stoppingPlace);
    const common = { inspector, flags, lines, exceptions, library, libraryLines, threadDebugger, event, say };
    const trainingBreakpoints = new KnownBreakpoints({ control, event, say });
    const thread = new TrainingThread({ ...common, trainingBreakpoints, stoppingPlace, catchUp, flush, failed });
    const client = (): Partial<DebugProtocol.InitializeRequestArguments> => this.client ?? {};
    const bytes = new ReceivedBytes(catchUp);
    this.parts = { ...common, thread, bytes, control, client, trainingBreakpoints };
    this.progress = new ProgressReports(event);
    this.table = new RequestTable({
      send: (message) => options.send(this.terms.theirs(message)),
      handlers: { ...allRequests(this.parts), ...this.lifeRequests },
      urgent: urgentRequests,
      admit: (command, args) => this.admit(command, args),
      interrupt: () => inspector.interrupt(),
      failed,
    });
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

  /** The front end is gone. */
  disconnected(): void {
    if (this.launched?.onDisconnect === 'continue') this.trainOnAlone();
    else this.leave();
  }

  /** The front end has sent what is no message. */
  skipped(bytes: number): void {
    this.table.event('output', {
      category: 'important',
      output: `${bytes} bytes were passed by that are no message of the Debug Adapter Protocol.\n`,
    });
  }

  /** Takes what another thread says of the training one, which counts while that runs. */
  observed(event: TrainingEvent): void {
    if (this.parts.thread.isRunning) this.fromTraining({ kind: 'events', events: [event] });
  }

  fromTraining(message: FromTraining): void {
    const { thread, lines, trainingBreakpoints } = this.parts;
    if (thread.hasEnded) return;
    switch (message.kind) {
      case 'events':
        this.batcher.add(message.events);
        for (const event of message.events) {
          if (event.kind !== 'start') continue;
          trainingBreakpoints.runStarts(event);
          thread.trainingStarts(event.backend);
        }
        break;
      case 'stopping':
        thread.announce(message.facts);
        break;
      case 'lineProblem': {
        const place = lines.failed(message.id, message.message);
        const which = place ? `the breakpoint on ${path.basename(place.file)}:${place.line}` : 'a breakpoint';
        const so = message.of === 'condition' ? 'which counts as not met' : 'and says so in its place';
        const what = `The ${message.of} of ${which} failed, ${so}`;
        this.batcher.add([{ kind: 'notice', severity: 'warning', message: `${what}: ${message.message}`, ...place }]);
        break;
      }
      case 'placeProblem':
        trainingBreakpoints.failed(message.id, message.message);
        break;
      case 'runNames':
        trainingBreakpoints.learns(message.names);
        break;
      case 'opName':
        thread.nameOp(message.op, message.name);
        break;
      case 'bytes':
        this.parts.bytes.put(message.number, message.bytes);
        break;
      case 'finished':
        this.finished(message.exitCode);
    }
  }

  private finished(exitCode: number): void {
    clearTimeout(this.graceTimer);
    this.tellEnd(exitCode);
    if (this.leaving) this.options.exit(exitCode);
    else setTimeout(() => this.options.exit(exitCode), GOODBYE_MS);
  }

  /** @throws Error where the request is out of place, or its arguments are wrong */
  private admit(command: string, args: object): object {
    if (!this.client && !beforeInitialize.has(command)) throw new Error('Send `initialize` first.');
    const ours = this.terms.ours(command, args);
    checkStandardArguments(command, ours);
    return ours;
  }

  private readonly lifeRequests: Handlers = {
    initialize: (args: Partial<DebugProtocol.InitializeRequestArguments>) => {
      if (this.client) throw new Error('This adapter has been initialized already.');
      this.client = { adapterID: 'backstep', ...args };
      this.terms = clientTerms(args);
      return { body: capabilities, after: () => this.table.event('initialized') };
    },

    launch: (args: unknown) => {
      if (this.launched) throw new Error('This trainer has been launched already; start another one for another run.');
      const parsed = launchArguments.safeParse(args);
      if (!parsed.success) {
        const issue = parsed.error.issues[0]!;
        throw new Error(
          `The launch arguments are not right: ${issue.path.join('.') || 'arguments'}: ${issue.message}.`,
        );
      }
      const { data } = parsed;
      if (!path.isAbsolute(data.experiment))
        throw new Error('`experiment` must be the absolute path of the experiment’s file.');
      this.launched = data;
      this.parts.thread.showJustMyCode(data.justMyCode);
      return {
        after: () => {
          this.tellProcess(data.experiment);
          if (this.configured) this.begin(data);
        },
      };
    },
    attach: () => {
      throw new Error('A training cannot be attached to: launch it.');
    },
    restart: () => {
      throw new Error('A trainer trains once: end this one and start another, as `backstep debug` does by itself.');
    },

    configurationDone: () => {
      const { launched } = this;
      if (this.parts.thread.hasStarted) throw new Error('The training has been started already.');
      this.configured = true;
      return launched ? { after: () => this.begin(launched) } : {};
    },

    cancel: ({ requestId, progressId }: DebugProtocol.CancelArguments) => {
      if (requestId !== undefined) this.table.cancel(requestId);
      if (progressId === undefined) return {};
      if (!this.progress.isUnderWay(progressId)) throw new Error(`There is no progress ${JSON.stringify(progressId)}.`);
      return { after: () => this.endTraining() };
    },
    terminate: () => ({ after: () => this.endTraining() }),
    disconnect: ({ terminateDebuggee }: DebugProtocol.DisconnectArguments) => ({
      after: () => (terminateDebuggee === false ? this.trainOnAlone() : this.leaveAtLast()),
    }),
  };

  private begin(launched: LaunchArguments): void {
    const { thread } = this.parts;
    // Both requests may have been on their way when either was answered.
    if (thread.hasStarted) return;
    thread.begins();
    if (launched.stopOnEntry) thread.stopOnEntry();
    this.options.start(runOptions.parse(launched));
  }

  private tellProcess(experiment: string): void {
    this.table.event('process', {
      name: experiment,
      systemProcessId: process.pid,
      isLocalProcess: true,
      startMethod: 'launch',
    });
  }

  private tell(events: readonly TrainingEvent[]): void {
    this.table.event('backstep/training', { events });
    const { clientID, supportsProgressReporting } = this.client ?? {};
    if (supportsProgressReporting) for (const event of events) this.progress.take(event);
    // Backstep's own window reads the training's events.
    if (clientID === undefined || clientID === 'backstep') return;
    for (const event of events) {
      const output = outputOf(event);
      if (output) this.table.event('output', output);
    }
  }

  private readonly failed = (error: unknown): void => {
    this.table.event('output', { category: 'important', output: `The debugger failed: ${String(error)}\n` });
  };

  /** Saves the state and ends the run; `terminated` tells when that is done. */
  private endTraining(): void {
    const { thread, flags, inspector } = this.parts;
    if (thread.hasEnded) return;
    if (!thread.hasStarted) {
      this.fromTraining({ kind: 'finished', exitCode: 0 });
      return;
    }
    flags.terminate = true;
    inspector.interrupt();
    thread.goOn();
    this.graceTimer ??= setTimeout(() => this.endByForce(), this.graceMs);
  }

  /** Ends the process, the state saved. */
  private leave(): void {
    if (this.leaving) return;
    this.leaving = true;
    const { thread } = this.parts;
    if (!thread.hasStarted || thread.hasEnded) this.options.exit(this.exitCode);
    else this.endTraining();
  }

  /** Who has asked for the end before, and now asks again, is not made to wait for all of its grace. */
  private leaveAtLast(): void {
    if (this.graceTimer !== undefined && !this.parts.thread.hasEnded) {
      clearTimeout(this.graceTimer);
      this.graceTimer = undefined;
      this.isAskedTwice = true;
      this.endTraining();
    }
    this.leave();
  }

  /** Nobody looks any more: nothing is to stop the training, whose process ends with it. */
  private trainOnAlone(): void {
    const { thread } = this.parts;
    if (!thread.hasStarted || thread.hasEnded) {
      this.leave();
      return;
    }
    this.leaving = true;
    thread.runFree().catch(this.failed);
  }

  /** The training thread does not come to an end. */
  private endByForce(): void {
    const what = this.parts.thread.whatHoldsIt();
    const error: TrainingEvent = {
      kind: 'error',
      message: `Training has not ended within ${this.graceMs / 1000} s of being asked to, so its process was ended: it was ${what}.`,
      hint: 'The curves up to the last flushed step are in the run’s folder; the state of the steps since the last save is lost.',
    };
    this.leaving = true;
    this.batcher.add([error]);
    this.tellEnd(1);
    this.options.kill();
  }

  private tellEnd(exitCode: number): void {
    this.exitCode = exitCode;
    this.batcher.flush();
    this.progress.end();
    this.parts.thread.ends();
    this.table.event('terminated');
    this.table.event('exited', { exitCode });
  }

  private get graceMs(): number {
    return Math.min(this.launched?.endGraceMs ?? 0, this.isAskedTwice ? ASKED_TWICE_MS : Infinity);
  }
}

const beforeInitialize = new Set(['initialize', 'disconnect', 'cancel']);
