/**
 * The thread that sums up beside the training. What is done comes back when it is asked for, so that it can be
 * taken in the middle of a pause, too. Where no thread can run the same work is done in this process, between
 * steps. Knows no tensors and no files.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { buffersOf, recordOf, type SummaryJob } from './summary-work.js';
import type { SummaryReply, SummaryRequest } from './summary-worker.js';

interface DoneJob {
  readonly id: number;
  /** None where it failed. */
  readonly record: Uint8Array | undefined;
  /** Time that it took beside the training, where it did. */
  readonly besideMs: number;
  /** Time that it took of the training's own thread. */
  readonly ownMs: number;
  readonly problem?: string;
}

export class SummaryThread {
  private worker: Worker | undefined;
  private port: MessagePort | undefined;
  private readonly waiting = new Set<number>();
  private readonly done: DoneJob[] = [];
  private nextId = 1;

  /** Started with the first job. @param workerFile the built entry; none where this process does the work */
  constructor(private workerFile: string | undefined = builtWorker()) {}

  /** Jobs that are not done. */
  get pending(): number {
    return this.waiting.size;
  }

  /** The job's values go over to the thread: whoever had them has them no more. @returns the job's number */
  post(job: SummaryJob): number {
    const id = this.nextId++;
    this.waiting.add(id);
    if (this.workerFile !== undefined && !this.worker) this.start(this.workerFile);
    if (this.port) this.port.postMessage({ id, job } satisfies SummaryRequest, buffersOf(job));
    else void this.doHere(id, job);
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
    for (let wait = 1; this.pending > 0 && performance.now() < end; wait = Math.min(20, wait * 2)) {
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
    while (this.port && this.pending > 0 && performance.now() < end) {
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
        ? { id: reply.id, record: reply.record, besideMs: reply.ms, ownMs: 0 }
        : { id: reply.id, record: undefined, besideMs: 0, ownMs: 0, problem: reply.message },
    );
  }

  /** What it had is gone with it; from here on this process does the work. */
  private lose(worker: Worker, reason: string): void {
    if (worker !== this.worker) return;
    this.done.push(...this.take());
    this.worker = undefined;
    this.port = undefined;
    this.workerFile = undefined;
    for (const id of this.waiting) this.done.push({ id, record: undefined, besideMs: 0, ownMs: 0, problem: reason });
    this.waiting.clear();
  }

  private async doHere(id: number, job: SummaryJob): Promise<void> {
    const began = performance.now();
    let record: Uint8Array | undefined;
    let problem: string | undefined;
    try {
      record = await recordOf(job);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    this.waiting.delete(id);
    this.done.push({ id, record, besideMs: 0, ownMs: performance.now() - began, problem });
  }
}

function builtWorker(): string | undefined {
  const file = fileURLToPath(new URL('./summary-worker.js', import.meta.url));
  return existsSync(file) ? file : undefined;
}
