/**
 * Asks for the graph of an experiment's training step. A process of its own takes the step, with the
 * person's code; here are its time limit, its restarts, and who waits for which answer.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { parseMessage, stringifyMessage } from '../../shared/base/message-json.js';
import { describeEnd, Tail } from '../../shared/base/process-end.js';
import { unfinishedProblem, type WorkAhead } from '../../shared/protocol/analysis.js';
import type { GraphRecording, RecordingReply, RecordingRequest } from '../../shared/protocol/graph.js';
import type { Problem } from '../../shared/protocol/training.js';
import { trainerEnvironment } from '../child-process.js';
import { Failure } from '../failure.js';
import { log } from '../log.js';

export interface GraphRecorderOptions {
  /** The trainer's entry, started as `<node> <entry> record`. */
  readonly entry: string;
  readonly home: string;
  readonly timeLimitMs?: number;
}

interface Job {
  readonly id: number;
  request: RecordingRequest;
  /** Everyone who asked about this experiment since; all get the answer to the last question. */
  readonly waiting: { resolve(recording: GraphRecording): void; reject(error: Error): void }[];
}

/** Two steps of a large model on a slow backend must fit. */
const LIMIT_MS = 60_000;
/** Modules of older versions of an experiment are never freed: a fresh process now and then. */
const ANSWERS_PER_PROCESS = 100;
/** A backend holds memory: the process goes when nobody has asked for a while. */
const IDLE_MS = 2 * 60_000;

interface Child {
  readonly process: ChildProcess;
  readonly errors: Tail;
  ready: boolean;
  answers: number;
}

export class GraphRecorder {
  private child: Child | undefined;
  private nextId = 1;
  private queue: Job[] = [];
  private current: Job | undefined;
  private work: WorkAhead | undefined;
  private limit: NodeJS.Timeout | undefined;
  private idle: NodeJS.Timeout | undefined;
  private disposed = false;

  constructor(private readonly options: GraphRecorderOptions) {}

  /** Resolves with problems, rather than rejecting, where the experiment is at fault. */
  record(request: RecordingRequest): Promise<GraphRecording> {
    return new Promise((resolve, reject) => {
      const queued = this.queue.find((job) => job.request.experiment === request.experiment);
      if (queued) {
        queued.request = request;
        queued.waiting.push({ resolve, reject });
        return;
      }
      this.queue.push({ id: this.nextId++, request, waiting: [{ resolve, reject }] });
      this.advance();
    });
  }

  dispose(): void {
    this.disposed = true;
    const closing = new Failure('internal', 'Backstep is closing.');
    for (const job of [...(this.current ? [this.current] : []), ...this.queue])
      job.waiting.forEach(({ reject }) => reject(closing));
    this.current = undefined;
    this.queue = [];
    this.stop();
  }

  private advance(): void {
    if (this.current || this.queue.length === 0 || this.disposed) return;
    clearTimeout(this.idle);
    const child = (this.child ??= this.start());
    if (!child.ready) return;
    const job = this.queue.shift()!;
    this.current = job;
    this.work = undefined;
    this.limitTime(() => unfinishedProblem(job.request.experiment, this.work, this.limitMs));
    child.process.send(stringifyMessage({ id: job.id, request: job.request }));
  }

  private get limitMs(): number {
    return this.options.timeLimitMs ?? LIMIT_MS;
  }

  private start(): Child {
    const process = fork(this.options.entry, ['record'], {
      env: trainerEnvironment(this.options.home),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    const child: Child = { process, errors: new Tail(), ready: false, answers: 0 };
    process.stderr?.setEncoding('utf8').on('data', (chunk: string) => child.errors.add(chunk));
    process.on('message', (text: string) => this.take(child, parseMessage(text) as RecordingReply));
    process.on('error', (error) => {
      log('graph', 'the recording process cannot be started or reached', error);
      child.errors.add(`\n${error.message}\n`);
      // A process that never was has no exit to tell of.
      if (process.pid === undefined) this.ended(child, null, null);
    });
    process.on('close', (code, signal) => this.ended(child, code, signal));
    this.limitTime(() => ({
      severity: 'error',
      message: 'The recording of the graph did not start.',
      hint: 'Close other programs if the computer is busy, then edit the file to try again.',
    }));
    return child;
  }

  private take(child: Child, reply: RecordingReply): void {
    if (child !== this.child) return;
    if (reply.kind === 'ready') {
      clearTimeout(this.limit);
      child.ready = true;
      this.advance();
      return;
    }
    const job = this.current;
    if (!job || reply.id !== job.id) return;
    if (reply.kind === 'working') {
      this.work = reply.work;
      return;
    }
    const recording: GraphRecording =
      reply.kind === 'recording'
        ? reply.recording
        : {
            problems: [
              {
                severity: 'error',
                message: reply.message,
                hint: 'This is a fault of Backstep, not of the experiment.',
              },
            ],
          };
    if (++child.answers >= ANSWERS_PER_PROCESS) this.stop();
    this.answer(job, recording);
  }

  private limitTime(problem: () => Problem): void {
    clearTimeout(this.limit);
    this.limit = setTimeout(() => this.give(problem()), this.limitMs);
  }

  private ended(child: Child, code: number | null, signal: NodeJS.Signals | null): void {
    if (child !== this.child) return;
    const why = describeEnd('Recording the step', { code, signal, errorTail: child.errors.toString() });
    this.give({ severity: 'error', ...why, ...this.work?.place });
  }

  /** The process is taken down; whoever waits is told why. */
  private give(problem: Problem): void {
    const job = this.current ?? this.queue.shift();
    this.stop();
    if (job) this.answer(job, { problems: [{ file: job.request.experiment, ...problem }] });
  }

  private answer(job: Job, recording: GraphRecording): void {
    clearTimeout(this.limit);
    this.current = undefined;
    job.waiting.forEach(({ resolve }) => resolve(recording));
    this.idle = setTimeout(() => this.stop(), IDLE_MS);
    this.idle.unref();
    this.advance();
  }

  private stop(): void {
    clearTimeout(this.limit);
    clearTimeout(this.idle);
    const { child } = this;
    this.child = undefined;
    child?.process.kill('SIGKILL');
  }
}
