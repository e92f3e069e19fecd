/**
 * The thread that sums up beside the training. What is done comes back when it is asked for, so that it can be
 * taken in the middle of a pause, too. Where no thread can run, or starting one would take longer than the work, the
 * same work is done at once. Knows no tensors and no files.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { messageOf } from '../../../shared/base/message-of.js';
import { hasLetters } from './letters.js';
import { buffersOf, recordOf, wordsOf, type SummaryJob } from './summary-work.js';
import type { SummaryReply, SummaryRequest } from './summary-worker.js';

interface DoneJob {
  readonly id: number;
  /** None where it failed. */
  readonly record: Uint8Array | undefined;
  /** Time that it took beside the training, where it did. */
  readonly besideMs: number;
  readonly problem?: string;
}

/** Which jobs a thread is started for, where none runs: letters that are still to be drawn need one. */
export type ThreadUse = 'all' | 'large ones' | 'what needs it';

/** What is quickly done: values of so many bytes. */
const SMALL_BYTES = 2 ** 20;

export class SummaryThread {
  private worker: Worker | undefined;
  private port: MessagePort | undefined;
  private readonly waiting = new Set<number>();
  private readonly done: DoneJob[] = [];
  private nextId = 1;

  /** Started with the first job that is given to it. @param workerFile the built entry; none where this process does the work */
  constructor(private workerFile: string | undefined = builtWorker()) {}

  /** Jobs that are not done, or whose record nobody has taken. */
  get pending(): number {
    return this.waiting.size + this.done.length;
  }

  get isRunning(): boolean {
    return this.worker !== undefined;
  }

  /**
   * The job's values go over to the thread: whoever had them has them no more.
   * @returns the job's number
   */
  post(job: SummaryJob, startFor: ThreadUse = 'all'): number {
    const id = this.nextId++;
    if (!this.worker && this.workerFile !== undefined && isWorthThread(job, startFor)) this.start(this.workerFile);
    if (!this.port) this.doHere(id, job);
    else {
      this.waiting.add(id);
      this.port.postMessage({ id, job } satisfies SummaryRequest, buffersOf(job));
    }
    return id;
  }

  /** What has been done since the last time. */
  take(): DoneJob[] {
    if (this.port) {
      for (let found = receiveMessageOnPort(this.port); found; found = receiveMessageOnPort(this.port)) {
        this.hear(found.message as SummaryReply);
      }
    }
    return this.done.splice(0);
  }

  /** Until all is done, or the time is up. */
  async settle(longestMs: number): Promise<DoneJob[]> {
    const done = this.take();
    const end = performance.now() + longestMs;
    for (let wait = 1; this.waiting.size > 0 && performance.now() < end; wait = Math.min(20, wait * 2)) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      done.push(...this.take());
    }
    return done;
  }

  /** Likewise, for a thread that may never give way to others: nothing else of this process runs meanwhile. */
  settleNow(longestMs: number): DoneJob[] {
    const done = this.take();
    const end = performance.now() + longestMs;
    const clock = new Int32Array(new SharedArrayBuffer(4));
    while (this.port && this.waiting.size > 0 && performance.now() < end) {
      Atomics.wait(clock, 0, 0, 5);
      done.push(...this.take());
    }
    return done;
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    this.port?.close();
    this.port = undefined;
    await worker?.terminate();
  }

  private start(workerFile: string): void {
    const { port1, port2 } = new MessageChannel();
    // Without the trainer's own flags: its module hooks and inspector are none of the thread's business.
    const worker = new Worker(workerFile, {
      execArgv: [],
      name: 'summaries',
      workerData: { port: port2 },
      transferList: [port2],
    });
    worker.unref();
    port1.unref();
    worker.on('error', (error) => this.lose(worker, error.message));
    worker.on('exit', (code) => this.lose(worker, `it ended with code ${code}`));
    this.worker = worker;
    this.port = port1;
  }

  private hear(reply: SummaryReply): void {
    this.waiting.delete(reply.id);
    this.done.push(
      reply.kind === 'done'
        ? { id: reply.id, record: reply.record, besideMs: reply.ms }
        : { id: reply.id, record: undefined, besideMs: 0, problem: reply.message },
    );
  }

  /** What it had is gone with it; from here on this process does the work. */
  private lose(worker: Worker, reason: string): void {
    if (worker !== this.worker) return;
    this.done.push(...this.take());
    this.worker = undefined;
    this.port = undefined;
    this.workerFile = undefined;
    for (const id of this.waiting) this.done.push({ id, record: undefined, besideMs: 0, problem: reason });
    this.waiting.clear();
  }

  private doHere(id: number, job: SummaryJob): void {
    try {
      this.done.push({ id, record: recordOf(job), besideMs: 0 });
    } catch (error) {
      const problem = messageOf(error);
      this.done.push({ id, record: undefined, besideMs: 0, problem });
    }
  }
}

/** Letters that are still to be drawn take an image library and time. */
function isWorthThread(job: SummaryJob, startFor: ThreadUse): boolean {
  if (startFor === 'all' || !hasLetters(wordsOf(job))) return true;
  return startFor === 'large ones' && buffersOf(job).reduce((sum, { byteLength }) => sum + byteLength, 0) > SMALL_BYTES;
}

function builtWorker(): string | undefined {
  const file = fileURLToPath(new URL('./summary-worker.js', import.meta.url));
  return existsSync(file) ? file : undefined;
}
