/**
 * The threads that do image work. Results do not depend on which thread did what, nor on there being any:
 * where workers cannot run, or die, the same work is done in this process. Knows no tensors and no passes.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ImageWorkerReply, ImageWorkerRequest } from '../image-worker.js';
import { type ImageSet, type ImageTask, type ImageTaskResults, ImageWork, type OpenTask } from './image-work.js';

export interface ImageWorkersOptions {
  /** By default one worker on small machines, two on larger ones: decoding itself runs on libuv's threads. */
  readonly count?: number;
  /** The built entry; by default the one beside this code. `undefined` where that is not built: no workers. */
  readonly workerFile?: string;
  /** Told once where workers died and this process goes on without. */
  readonly onLost?: (reason: string) => void;
}

interface Pending {
  readonly task: ImageTask;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly pending: Map<number, Pending>;
}

export class ImageWorkers {
  private readonly threads: Thread[] = [];
  private readonly local = new ImageWork();
  private readonly onLost: ((reason: string) => void) | undefined;
  private opening: OpenTask | undefined;
  private nextId = 1;
  private closed = false;

  constructor({
    count = availableParallelism() > 3 ? 2 : 1,
    workerFile = builtWorker(),
    onLost,
  }: ImageWorkersOptions = {}) {
    this.onLost = onLost;
    if (workerFile) for (let index = 0; index < count; index++) this.threads.push(this.start(workerFile));
  }

  /** Living workers; 0 where this process does the work itself. */
  get size(): number {
    return this.threads.length;
  }

  /** Makes `set` the one that batches are made of. */
  async open(set: ImageSet): Promise<void> {
    const task: OpenTask = { kind: 'open', set };
    this.opening = task;
    await Promise.all([this.local.run(task), ...this.threads.map((thread) => this.send(thread, task))]);
  }

  /** @throws Error where the task failed, or the workers were closed */
  run<T extends Exclude<ImageTask, OpenTask>>(task: T): Promise<ImageTaskResults[T['kind']]>;
  run(task: Exclude<ImageTask, OpenTask>): Promise<unknown> {
    if (this.closed) return Promise.reject(new Error('the data was closed'));
    const thread = this.threads.reduce<Thread | undefined>(
      (best, other) => (best && best.pending.size <= other.pending.size ? best : other),
      undefined,
    );
    return thread ? this.send(thread, task) : this.local.run(task);
  }

  async close(): Promise<void> {
    this.closed = true;
    const threads = this.threads.splice(0);
    await Promise.all(
      threads.map(async ({ worker, pending }) => {
        await worker.terminate();
        for (const { reject } of pending.values()) reject(new Error('the data was closed'));
        pending.clear();
      }),
    );
  }

  private start(workerFile: string): Thread {
    // Without the trainer's own flags: its module hooks and inspector are none of a worker's business.
    const worker = new Worker(workerFile, { execArgv: [], name: 'images' });
    const thread: Thread = { worker, pending: new Map() };
    worker.unref();
    worker.on('message', (reply: ImageWorkerReply) => {
      const pending = thread.pending.get(reply.id);
      if (!pending) return;
      thread.pending.delete(reply.id);
      if (thread.pending.size === 0) worker.unref();
      if (reply.kind === 'done') pending.resolve(reply.result);
      else pending.reject(new Error(reply.message));
    });
    worker.on('error', (error) => this.lose(thread, error.message));
    worker.on('exit', (code) => this.lose(thread, `it ended with code ${code}`));
    return thread;
  }

  private send(thread: Thread, task: ImageTask): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      thread.pending.set(id, { task, resolve, reject });
      // A process waiting for a batch must not end because nothing else keeps it.
      thread.worker.ref();
      const request: ImageWorkerRequest = { id, task };
      thread.worker.postMessage(request);
    });
  }

  /** What the worker had to do is done by the others, or here. */
  private lose(thread: Thread, reason: string): void {
    const index = this.threads.indexOf(thread);
    if (index < 0) return;
    this.threads.splice(index, 1);
    const tasks = [...thread.pending.values()];
    thread.pending.clear();
    if (this.threads.length === 0) this.onLost?.(reason);
    for (const { task, resolve, reject } of tasks) {
      const again = task.kind === 'open' ? this.local.run(this.opening ?? task) : this.run(task);
      again.then(resolve, reject);
    }
  }
}

function builtWorker(): string | undefined {
  const file = fileURLToPath(new URL('./image-worker.js', import.meta.url));
  return existsSync(file) ? file : undefined;
}
