/**
 * Asks one kind of question about experiments. The answers come from one warm child process that runs the
 * person's code; here are its time limits, its restarts, and who waits for which answer.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { parseMessage, stringifyMessage } from '../shared/base/message-json.js';
import { describeEnd, Tail } from '../shared/base/process-end.js';
import { unfinishedProblem, type WorkAhead } from '../shared/protocol/analysis.js';
import type { Problem } from '../shared/protocol/training.js';
import { trainerEnvironment } from './child-process.js';
import { Failure } from './failure.js';
import { log } from './log.js';

export interface QuestionOptions {
  /** The trainer's entry. */
  readonly entry: string;
  readonly home: string;
  readonly timeLimitMs?: number;
}

/** What one kind of question is. */
export interface QuestionKind<Request, Answer> {
  /** Of the trainer, started as `<node> <entry> <mode>`. */
  readonly mode: 'analyze' | 'record';
  /** In the log. */
  readonly name: string;
  /** What the process does: "Recording the step". */
  readonly doing: string;
  /** "The analysis did not start." */
  readonly notStarted: string;
  readonly limitMs: number;
  /** To start; where there is none, as for an answer. */
  readonly startLimitMs?: number;
  /** Modules of older versions of an experiment are never freed: a fresh process now and then. */
  readonly answersPerProcess: number;
  /** The process holds memory: it goes when nobody has asked for so long. */
  readonly idleMs: number;
  /** The answer that a message is; `undefined` for any other message. */
  answerOf(reply: { readonly kind: string }): Answer | undefined;
  /** What is said where there is no answer. */
  withoutAnswer(request: Request, problem: Problem, elapsedMs: number): Answer;
}

/** What every such process says, beside its own kind of answer. */
type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'working'; readonly id: number; readonly work: WorkAhead }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string };

interface Job<Request, Answer> {
  readonly id: number;
  request: Request;
  /** Whether it is answered by itself. */
  readonly alone: boolean;
  /** Everyone who asked about this experiment since, if not alone; all get the answer to the last question. */
  readonly waiting: { resolve(answer: Answer): void; reject(error: Error): void }[];
}

interface Child {
  readonly process: ChildProcess;
  readonly errors: Tail;
  ready: boolean;
  answers: number;
}

export class ExperimentQuestions<Request extends { readonly experiment: string }, Answer> {
  private child: Child | undefined;
  private nextId = 1;
  private queue: Job<Request, Answer>[] = [];
  private current: Job<Request, Answer> | undefined;
  /** What of the experiment's code runs, where the process has said. */
  private work: WorkAhead | undefined;
  private began = 0;
  private limit: NodeJS.Timeout | undefined;
  private idle: NodeJS.Timeout | undefined;
  private disposed = false;

  constructor(
    private readonly kind: QuestionKind<Request, Answer>,
    private readonly options: QuestionOptions,
  ) {}

  /**
   * Resolves with problems, rather than rejecting, where the experiment is at fault. Of questions that wait, the last
   * about an experiment is answered to all who asked; unless they are `alone`: of another text than that which is edited.
   */
  ask(request: Request, { alone = false } = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const queued = alone
        ? undefined
        : this.queue.find((job) => !job.alone && job.request.experiment === request.experiment);
      if (queued) {
        queued.request = request;
        queued.waiting.push({ resolve, reject });
        return;
      }
      this.queue.push({ id: this.nextId++, request, alone, waiting: [{ resolve, reject }] });
      this.advance();
    });
  }

  /** Starts the process, so that the first answer comes soon. */
  warmUp(): void {
    if (!this.child && !this.disposed) this.child = this.start();
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
    const child = (this.child ??= this.start());
    if (!child.ready) return;
    clearTimeout(this.idle);
    const job = this.queue.shift()!;
    this.current = job;
    this.work = undefined;
    this.began = performance.now();
    const { limitMs } = this;
    this.limitTime(limitMs, () => unfinishedProblem(job.request.experiment, this.work, limitMs));
    child.process.send(stringifyMessage({ id: job.id, request: job.request }));
  }

  private get limitMs(): number {
    return this.options.timeLimitMs ?? this.kind.limitMs;
  }

  private start(): Child {
    const { mode, name, notStarted, startLimitMs = this.limitMs } = this.kind;
    const process = fork(this.options.entry, [mode], {
      env: trainerEnvironment(this.options.home),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    const child: Child = { process, errors: new Tail(), ready: false, answers: 0 };
    process.stderr?.setEncoding('utf8').on('data', (chunk: string) => child.errors.add(chunk));
    process.on('message', (text: string) => this.take(child, parseMessage(text) as Reply));
    process.on('error', (error) => {
      log(name, 'cannot be started or reached', error);
      child.errors.add(`\n${error.message}\n`);
      // A process that never was has no exit to tell of.
      if (process.pid === undefined) this.ended(child, null, null);
    });
    process.on('close', (code, signal) => this.ended(child, code, signal));
    this.limitTime(startLimitMs, () => ({
      severity: 'error',
      message: notStarted,
      hint: 'Close other programs if the computer is busy, then edit the file to try again.',
    }));
    return child;
  }

  private take(child: Child, reply: Reply): void {
    if (child !== this.child) return;
    if (reply.kind === 'ready') {
      clearTimeout(this.limit);
      child.ready = true;
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
    const answer =
      this.kind.answerOf(reply) ??
      this.withoutAnswer(job, {
        severity: 'error',
        message: reply.message,
        hint: 'This is a fault of Backstep, not of the experiment.',
      });
    if (++child.answers >= this.kind.answersPerProcess) this.stop();
    this.answer(job, answer);
  }

  private limitTime(limitMs: number, problem: () => Problem): void {
    clearTimeout(this.limit);
    this.limit = setTimeout(() => this.give(problem()), limitMs);
  }

  private ended(child: Child, code: number | null, signal: NodeJS.Signals | null): void {
    if (child !== this.child) return;
    const why = describeEnd(this.kind.doing, { code, signal, errorTail: child.errors.toString() });
    this.give({ severity: 'error', ...why, ...this.work?.place });
  }

  /** The process is taken down; whoever waits is told why. */
  private give(problem: Problem): void {
    const job = this.current ?? this.queue.shift();
    this.stop();
    if (job) this.answer(job, this.withoutAnswer(job, problem));
  }

  private withoutAnswer({ request }: Job<Request, Answer>, problem: Problem): Answer {
    const elapsedMs = performance.now() - this.began;
    return this.kind.withoutAnswer(request, { file: request.experiment, ...problem }, elapsedMs);
  }

  private answer(job: Job<Request, Answer>, answer: Answer): void {
    clearTimeout(this.limit);
    this.current = undefined;
    job.waiting.forEach(({ resolve }) => resolve(answer));
    this.rest();
    this.advance();
  }

  private rest(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      if (!this.current) this.stop();
    }, this.kind.idleMs);
    this.idle.unref();
  }

  private stop(): void {
    clearTimeout(this.limit);
    clearTimeout(this.idle);
    const { child } = this;
    this.child = undefined;
    child?.process.kill('SIGKILL');
  }
}
