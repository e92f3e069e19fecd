/**
 * One training: its process from start to end, whatever ends it. Speaks the Debug Adapter Protocol with
 * the process, folds what it says into the session's state, and hands it on unchanged. Knows windows
 * only as places to send frames to.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { messageOf } from '../../shared/base/message-of.js';
import { describeEnd, Tail, type EndDescription } from '../../shared/base/process-end.js';
import type { Debugging, LineStatuses } from '../../shared/protocol/debugging.js';
import type { RunOptions, TrainingBreakpoint, TrainingEvent } from '../../shared/protocol/training.js';
import { foldDapMessage, hasEnded, newSession, type SessionState } from '../../shared/session/session-state.js';
import { trainerEnvironment } from '../child-process.js';
import { log } from '../log.js';
import { changeRunFile } from '../runs/run-files.js';
import type { DapRequest, Window } from '../socket/socket-server.js';
import { DapStreamReader, frameDap, type DapMessage, type ReceivedMessage } from './dap-stream.js';
import { LineBreakpoints } from './line-breakpoints.js';
import { OutputLines } from './output-lines.js';

export interface TrainingSessionOptions {
  readonly sessionId: string;
  /** The trainer's entry, started as `<node> <entry> debug` with the protocol on file descriptor 3. */
  readonly entry: string;
  readonly home: string;
  readonly run: RunOptions;
  readonly breakpoints: readonly TrainingBreakpoint[];
  readonly debugging: Debugging;
  /** To every window: the text of a whole frame. */
  broadcast(frame: string): void;
  /** The process is gone and everything about it has been told. */
  onEnd(): void;
}

type Waiting =
  | { readonly kind: 'window'; readonly window: Window; readonly seq: number; readonly command: string }
  | { readonly kind: 'own'; resolve(message: DapMessage): void };

const NOT_STOPPED_NOTICE_MS = 10_000;
/** Output that is still in the pipes when the process has ended. */
const LAST_OUTPUT_MS = 500;

export class TrainingSession {
  private folded: SessionState;
  private readonly child: ChildProcess;
  private readonly channel: Duplex;
  private readonly reader = new DapStreamReader();
  private readonly waiting = new Map<number, Waiting>();
  private readonly errors = new Tail();
  private readonly output: readonly OutputLines[];
  private readonly lines = new LineBreakpoints(
    (command, args) => this.request(command, args),
    (lines) => this.sayLines({ all: false, lines }),
  );
  private nextSeq = 1;
  private ownEvents = 0;
  private saidTerminated = false;
  private killed = false;
  private over = false;
  private failure: EndDescription | undefined;
  private notStoppedTimer: NodeJS.Timeout | undefined;
  private readonly whenOver: Promise<void>;
  private settleOver: () => void = () => undefined;

  constructor(private readonly options: TrainingSessionOptions) {
    this.folded = newSession(options.sessionId, options.run.experiment);
    this.whenOver = new Promise((resolve) => (this.settleOver = resolve));
    this.child = spawn(process.execPath, [options.entry, 'debug'], {
      cwd: path.dirname(options.run.experiment),
      env: trainerEnvironment(options.home),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.channel = this.child.stdio[3] as Duplex;
    this.channel.on('data', (chunk: Buffer) => this.receive(chunk));
    // A process that is gone breaks the pipe; its exit says why.
    this.channel.on('error', (error) => log('session', 'the channel to the trainer failed', error));
    const say = (level: 'log' | 'warn') => (lines: readonly string[]) =>
      this.say(lines.map((text): TrainingEvent => ({ kind: 'log', level, text, wallTime: Date.now() })));
    this.output = [new OutputLines(this.child.stdout!, say('log')), new OutputLines(this.child.stderr!, say('warn'))];
    this.child.stderr!.on('data', (chunk: string) => this.errors.add(chunk));
    this.child.on('error', (error) => {
      log('session', 'the trainer cannot be started', error);
      this.failure = {
        message: `Training could not be started: ${error.message}`,
        hint: 'Is the experiment’s folder still there?',
      };
      if (this.child.pid === undefined) void this.finish(null, null);
    });
    this.child.once('exit', (code, signal) => {
      const finish = () => void this.finish(code, signal);
      this.child.once('close', finish);
      // A process started by the person's code may keep the pipes open.
      setTimeout(finish, LAST_OUTPUT_MS).unref();
    });
    this.introduce();
  }

  get state(): SessionState {
    return this.folded;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Whether the process is still there. */
  get isAlive(): boolean {
    return !this.over;
  }

  get ended(): Promise<void> {
    return this.whenOver;
  }

  /** A window's request: gets exactly one response, from the trainer or from here. */
  relay(window: Window, request: DapRequest): void {
    const command = String(request['command']);
    if (this.over) {
      this.refuse({ kind: 'window', window, seq: request.seq, command }, 'Training has ended.');
      return;
    }
    const seq = this.nextSeq++;
    this.waiting.set(seq, { kind: 'window', window, seq: request.seq, command });
    this.channel.write(frameDap({ ...request, seq }));
    if ((command === 'terminate' || command === 'disconnect') && !hasEnded(this.folded)) this.noteStopping();
  }

  setDebugging(debugging: Debugging): void {
    if (this.over || hasEnded(this.folded)) return;
    const there = new Set(debugging.lines.filter((line) => line.enabled).map((line) => line.id));
    const kept = Object.entries(this.folded.lineBreakpoints ?? {}).filter(([id]) => there.has(id));
    this.sayLines({ all: true, lines: Object.fromEntries(kept) });
    this.lines.set(debugging);
  }

  forget(window: Window): void {
    for (const [seq, waiting] of this.waiting)
      if (waiting.kind === 'window' && waiting.window === window) this.waiting.delete(seq);
  }

  /** At once; nothing more is saved. */
  kill(): void {
    if (this.over) return;
    this.killed = true;
    this.child.kill('SIGKILL');
  }

  /** The trainer takes the end of its channel as a wish to save and leave. */
  hangUp(): void {
    this.channel.end();
  }

  private introduce(): void {
    const { run, breakpoints } = this.options;
    const steps: readonly (readonly [command: string, args: unknown])[] = [
      [
        'initialize',
        {
          clientID: 'backstep',
          clientName: 'Backstep',
          adapterID: 'backstep',
          linesStartAt1: true,
          columnsStartAt1: true,
          pathFormat: 'path',
        },
      ],
      ['launch', run],
      ['backstep/setTrainingBreakpoints', { breakpoints }],
      ['configurationDone', {}],
    ];
    // An adapter may answer `launch` only after `configurationDone`: all are sent without waiting.
    for (const [command, args] of steps) {
      if (command === 'configurationDone') this.lines.set(this.options.debugging);
      void this.request(command, args).then((answer) => this.takeIntroduction(answer));
    }
  }

  private takeIntroduction(answer: DapMessage): void {
    if (answer.success !== false || this.failure || this.over || hasEnded(this.folded)) return;
    this.failure = {
      message: answer.message ?? 'The trainer refused to start.',
      hint: 'Check the run’s settings, then run again.',
    };
    this.child.kill('SIGKILL');
  }

  private request(command: string, args: unknown): Promise<DapMessage> {
    return new Promise((resolve) => {
      const seq = this.nextSeq++;
      this.waiting.set(seq, { kind: 'own', resolve });
      this.channel.write(frameDap({ seq, type: 'request', command, arguments: args }));
    });
  }

  private receive(chunk: Buffer): void {
    try {
      for (const received of this.reader.push(chunk)) this.take(received);
    } catch (error) {
      log('session', 'the trainer’s messages cannot be followed', error);
      this.failure = {
        message: `The trainer’s messages cannot be understood: ${messageOf(error)}`,
        hint: 'Run again; if it happens again, reinstall Backstep.',
      };
      this.channel.removeAllListeners('data');
      this.child.kill('SIGKILL');
    }
  }

  private take({ message, text }: ReceivedMessage): void {
    switch (message.type) {
      case 'response': {
        const waiting = this.waiting.get(message.request_seq ?? -1);
        this.waiting.delete(message.request_seq ?? -1);
        if (waiting?.kind === 'own') waiting.resolve(message);
        else
          waiting?.window.send({
            kind: 'dap',
            sessionId: this.options.sessionId,
            message: { ...message, request_seq: waiting.seq },
          });
        break;
      }
      case 'event':
        this.announce(message, text);
        if (message.event === 'breakpoint') this.lines.changed(message.body);
        if (message.event === 'terminated') {
          this.saidTerminated = true;
          void this.request('disconnect', {});
        }
        break;
      case 'request':
        // Nothing that the trainer could ask of a window is offered.
        this.channel.write(
          frameDap({
            seq: this.nextSeq++,
            type: 'response',
            request_seq: message.seq,
            command: message.command,
            success: false,
            message: 'Not offered.',
          }),
        );
    }
  }

  private announce(message: DapMessage, text: string): void {
    this.folded = foldDapMessage(this.folded, message);
    this.options.broadcast(`{"kind":"dap","sessionId":${JSON.stringify(this.options.sessionId)},"message":${text}}`);
    if (hasEnded(this.folded)) clearTimeout(this.notStoppedTimer);
  }

  /** What the server itself has to say of the training, in the trainer's own form. */
  private say(events: readonly TrainingEvent[]): void {
    this.sayEvent('backstep/training', { events });
  }

  private sayLines(statuses: LineStatuses): void {
    if (!this.over) this.sayEvent('backstep/lineBreakpoints', statuses);
  }

  private sayEvent(event: string, body: unknown): void {
    const frame = frameDap({ seq: --this.ownEvents, type: 'event', event, body });
    const [received] = new DapStreamReader().push(frame);
    this.announce(received!.message, received!.text);
  }

  private noteStopping(): void {
    this.folded = { ...this.folded, status: 'stopping' };
    this.notStoppedTimer ??= setTimeout(() => {
      this.say([
        {
          kind: 'notice',
          severity: 'warning',
          message: `Training has not stopped after ${NOT_STOPPED_NOTICE_MS / 1000} s: the step under way, or saving, takes long.`,
          hint: 'Wait, or end the process at once: what was flushed until now is kept.',
        },
      ]);
    }, NOT_STOPPED_NOTICE_MS);
    this.notStoppedTimer.unref();
  }

  private async finish(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.notStoppedTimer);
    for (const lines of this.output) lines.flush();
    const runDir = this.folded.start?.runDir;
    if (!hasEnded(this.folded)) {
      const { message, hint } = this.whyEnded(code, signal);
      await this.mendRunFile(runDir, message);
      this.say([{ kind: 'error', message, hint, ...(runDir === undefined ? {} : { runDir }) }]);
    }
    if (!this.saidTerminated) this.sayEvent('terminated', {});
    for (const waiting of this.waiting.values()) {
      if (waiting.kind === 'own') waiting.resolve({ type: 'response', success: false, message: 'Training has ended.' });
      else this.refuse(waiting, 'Training has ended.');
    }
    this.waiting.clear();
    this.channel.destroy();
    this.settleOver();
    this.options.onEnd();
  }

  private whyEnded(code: number | null, signal: NodeJS.Signals | null): EndDescription {
    if (this.failure) return this.failure;
    if (this.killed) {
      return {
        message: 'Training was ended at once, as asked.',
        hint: this.folded.start
          ? 'Its curves up to the last flushed step are in the run’s folder. A state saved before can be continued from.'
          : 'It had not begun yet, so there is nothing to keep.',
      };
    }
    return describeEnd('Training', { code, signal, errorTail: this.errors.toString() });
  }

  /** Whoever reads the folder later must not take the run for one that goes on. */
  private async mendRunFile(runDir: string | undefined, error: string): Promise<void> {
    if (runDir === undefined) return;
    try {
      await changeRunFile(runDir, (fields) => {
        if (fields.status !== 'running') return {};
        // Ended on request it did not fail: without a process it counts as interrupted.
        return this.killed
          ? { pid: undefined, updatedAt: Date.now() }
          : { pid: undefined, status: 'failed', error, updatedAt: Date.now() };
      });
    } catch (cause) {
      log('session', `run.json in ${runDir} stays as it is`, cause);
    }
  }

  private refuse(waiting: Extract<Waiting, { kind: 'window' }>, reason: string): void {
    waiting.window.send({
      kind: 'dap',
      sessionId: this.options.sessionId,
      message: refusal(waiting.seq, waiting.command, reason),
    });
  }
}

/** A response that says no. */
export function refusal(requestSeq: number, command: string, message: string) {
  return { seq: 0, type: 'response', request_seq: requestSeq, command, success: false, message };
}
