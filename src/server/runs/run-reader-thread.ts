/** The reader of runs on its own thread, started with the first question; a thread that died is started anew. */
import { Worker } from 'node:worker_threads';
import type { RunSummary, Series } from '../../shared/protocol/rpc.js';
import { Failure } from '../failure.js';
import { log } from '../log.js';
import type { RunReaderReply } from './run-reader-worker.js';
import type { RunReading } from './run-reader.js';

export class RunReaderThread implements RunReading {
  private worker: Worker | undefined;
  private nextId = 1;
  private readonly waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();

  constructor(private readonly entry: string) {}

  list(root: string): Promise<RunSummary[]> {
    return this.ask({ kind: 'list', root }) as Promise<RunSummary[]>;
  }

  series(root: string, id: string): Promise<Series[] | undefined> {
    return this.ask({ kind: 'series', root, run: id }) as Promise<Series[] | undefined>;
  }

  async dispose(): Promise<void> {
    await this.worker?.terminate();
  }

  private ask(question: Record<string, unknown>): Promise<unknown> {
    this.worker ??= this.start();
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker!.postMessage({ id, ...question });
    });
  }

  private start(): Worker {
    const worker = new Worker(this.entry);
    worker.unref();
    worker.on('message', (reply: RunReaderReply) => {
      const waiting = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      if (reply.kind === 'answer') waiting?.resolve(reply.value);
      else waiting?.reject(new Error(reply.message));
    });
    worker.on('error', (error) => log('runs', 'the reading thread failed', error));
    worker.on('exit', () => {
      if (this.worker === worker) this.worker = undefined;
      for (const { reject } of this.waiting.values())
        reject(new Failure('internal', 'The runs could not be read.', 'Try again.'));
      this.waiting.clear();
    });
    return worker;
  }
}
