/**
 * Asks what an experiment is before it runs. The answers come from one warm child process that runs
 * the person's `model()`; here are its time limit, its restarts, and who waits for which answer.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { parseMessage, stringifyMessage } from '../../shared/base/message-json.js';
import { describeEnd, Tail } from '../../shared/base/process-end.js';
import {
  unfinishedProblem,
  type AnalysisReply,
  type AnalysisRequest,
  type ExperimentAnalysis,
  type WorkAhead,
} from '../../shared/protocol/analysis.js';
import type { Problem } from '../../shared/protocol/training.js';
import { Failure } from '../failure.js';
import { trainerEnvironment } from '../child-process.js';
import { log } from '../log.js';

export interface AnalyserOptions {
  /** The trainer's entry, started as `<node> <entry> analyze`. */
  readonly entry: string;
  readonly home: string;
  readonly timeLimitMs?: number;
}

interface Job {
  readonly id: number;
  request: AnalysisRequest;
  /** Everyone who asked about this experiment since; all get the answer to the last question. */
  readonly waiting: { resolve(analysis: ExperimentAnalysis): void; reject(error: Error): void }[];
}

const START_LIMIT_MS = 30_000;
/** Modules of older versions of an experiment are never freed: a fresh process now and then. */
const ANSWERS_PER_PROCESS = 300;
const IDLE_MS = 10 * 60_000;

export class Analyser {
  private child: ChildProcess | undefined;
  private ready = false;
  private answers = 0;
  private nextId = 1;
  private queue: Job[] = [];
  private current: Job | undefined;
  /** What of the experiment's code runs, where the process has said. */
  private work: WorkAhead | undefined;
  private began = 0;
  private limit: NodeJS.Timeout | undefined;
  private idle: NodeJS.Timeout | undefined;
  private errors = new Tail();
  private disposed = false;

  constructor(private readonly options: AnalyserOptions) {}

  /** Resolves with problems, rather than rejecting, where the experiment is at fault. */
  analyze(request: AnalysisRequest): Promise<ExperimentAnalysis> {
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

  /** Starts the process, so that the first answer comes soon. */
  warmUp(): void {
    if (!this.child && !this.disposed) this.start();
  }

  dispose(): void {
    this.disposed = true;
    this.stop();
    const closing = new Failure('internal', 'Backstep is closing.');
    for (const job of [...(this.current ? [this.current] : []), ...this.queue])
      job.waiting.forEach(({ reject }) => reject(closing));
    this.current = undefined;
    this.queue = [];
  }

  private advance(): void {
    if (this.current || this.queue.length === 0 || this.disposed) return;
    if (!this.child) this.start();
    if (!this.ready || !this.child) return;
    clearTimeout(this.idle);
    const job = this.queue.shift()!;
    this.current = job;
    this.work = undefined;
    this.began = performance.now();
    const limitMs = this.options.timeLimitMs ?? 8000;
    this.limit = setTimeout(() => this.end(unfinishedProblem(job.request.experiment, this.work, limitMs)), limitMs);
    this.child.send(stringifyMessage({ id: job.id, request: job.request }));
  }

  private start(): void {
    const child = fork(this.options.entry, ['analyze'], {
      env: trainerEnvironment(this.options.home),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    this.child = child;
    this.ready = false;
    this.answers = 0;
    this.errors = new Tail();
    const errors = this.errors;
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => errors.add(chunk));
    child.on('message', (text: string) => this.take(child, text));
    child.on('error', (error) => {
      log('analyser', 'cannot be started or reached', error);
      errors.add(`\n${error.message}\n`);
      // A process that never was has no exit to tell of.
      if (child.pid === undefined) this.ended(child, null, null);
    });
    child.on('close', (code, signal) => this.ended(child, code, signal));
    this.limit = setTimeout(
      () =>
        this.end({
          severity: 'error',
          message: 'The analysis did not start.',
          hint: 'Close other programs if the computer is busy, then edit the file to try again.',
        }),
      START_LIMIT_MS,
    );
  }

  private take(child: ChildProcess, text: string): void {
    if (child !== this.child) return;
    const reply = parseMessage(text) as AnalysisReply;
    if (reply.kind === 'ready') {
      clearTimeout(this.limit);
      this.ready = true;
      this.rest();
      this.advance();
      return;
    }
    const job = this.current;
    if (!job || reply.id !== job.id) return;
    if (reply.kind === 'working') {
      this.work = reply.work;
      return;
    }
    if (reply.kind === 'analysis') job.waiting.forEach(({ resolve }) => resolve(reply.analysis));
    else
      this.answer(job, {
        severity: 'error',
        message: reply.message,
        hint: 'This is a fault of Backstep, not of the experiment.',
      });
    this.done();
    if (++this.answers >= ANSWERS_PER_PROCESS) this.stop();
    this.advance();
  }

  /** The process is taken down; whoever waits is told why. */
  private end(problem: Problem): void {
    const job = this.current ?? this.queue.shift();
    this.stop();
    if (job) this.answer(job, problem);
    this.done();
    this.advance();
  }

  private ended(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (child !== this.child) return;
    const why = describeEnd('Looking at the experiment', { code, signal, errorTail: this.errors.toString() });
    this.end({ severity: 'error', ...why, ...this.work?.place });
  }

  private done(): void {
    clearTimeout(this.limit);
    this.current = undefined;
    this.rest();
  }

  private rest(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      if (!this.current) this.stop();
    }, IDLE_MS);
    this.idle.unref();
  }

  private stop(): void {
    clearTimeout(this.limit);
    clearTimeout(this.idle);
    this.child?.kill('SIGKILL');
    this.child = undefined;
    this.ready = false;
  }

  private answer(job: Job, problem: Problem): void {
    const analysis: ExperimentAnalysis = {
      file: job.request.experiment,
      layers: [],
      problems: [{ file: job.request.experiment, ...problem }],
      elapsedMs: performance.now() - this.began,
    };
    job.waiting.forEach(({ resolve }) => resolve(analysis));
  }
}
