/** The server's one training at a time: started, handed requests, ended, and kept to look at until the next. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Debugging } from '../../shared/protocol/debugging.js';
import type { RunOptions, TrainingBreakpoint } from '../../shared/protocol/training.js';
import { hasEnded, type SessionState } from '../../shared/session/session-state.js';
import { Failure } from '../failure.js';
import { Serial } from '../serial.js';
import type { DapRequest, Window } from '../socket/socket-server.js';
import { refusal, TrainingSession } from './training-session.js';

export interface SessionsOptions {
  readonly entry: string;
  readonly home: string;
  broadcast(frame: string): void;
  onChange(session: SessionState | undefined): void;
  /** A training's process is gone. */
  onEnd(): void;
}

/** A process whose training has ended is given this long to leave before the next one starts. */
const LEAVE_MS = 3000;

export class Sessions {
  private current: TrainingSession | undefined;
  private readonly serial = new Serial();

  constructor(private readonly options: SessionsOptions) {}

  get state(): SessionState | undefined {
    return this.current?.state;
  }

  /** The experiment that trains now; undefined where none does. */
  get running(): string | undefined {
    return this.current?.isAlive && !hasEnded(this.current.state) ? this.current.state.experiment : undefined;
  }

  /** The folder of the run that trains now. */
  get runningFolder(): string | undefined {
    return this.current?.isAlive ? this.current.state.start?.runDir : undefined;
  }

  /** Resolves as soon as the process is there; how its start goes is told by events. @throws Failure `busy` */
  start(run: RunOptions, breakpoints: readonly TrainingBreakpoint[], debugging: Debugging): Promise<string> {
    return this.serial.run('start', async () => {
      if (this.running) {
        throw new Failure(
          'busy',
          `“${path.basename(this.running)}” is training.`,
          'Stop it, or wait until it has ended, then run again.',
        );
      }
      await this.letLeave();
      const sessionId = randomUUID();
      const session = new TrainingSession({
        ...this.options,
        sessionId,
        run,
        breakpoints,
        debugging,
        onEnd: () => this.options.onEnd(),
      });
      this.current = session;
      this.options.onChange(session.state);
      return sessionId;
    });
  }

  /** Hands it to the training under way, where there is one. */
  setDebugging(debugging: Debugging): void {
    this.current?.setDebugging(debugging);
  }

  /** @throws Failure `no-session` */
  kill(): void {
    if (!this.current?.isAlive) throw new Failure('no-session', 'No training is running.');
    this.current.kill();
  }

  relay(window: Window, request: DapRequest): void {
    if (this.current) this.current.relay(window, request);
    else
      window.send({
        kind: 'dap',
        sessionId: '',
        message: refusal(request.seq, String(request['command']), 'No training is running.'),
      });
  }

  forget(window: Window): void {
    this.current?.forget(window);
  }

  /** Asks the trainer to save and leave, and waits for it as long as is given. It leaves by itself later, too. */
  async dispose(graceMs: number): Promise<void> {
    const session = this.current;
    if (!session?.isAlive) return;
    session.hangUp();
    await Promise.race([session.ended, delay(graceMs)]);
  }

  private async letLeave(): Promise<void> {
    const session = this.current;
    if (!session?.isAlive) return;
    session.hangUp();
    await Promise.race([session.ended, delay(LEAVE_MS)]);
    if (session.isAlive) {
      session.kill();
      await session.ended;
    }
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
