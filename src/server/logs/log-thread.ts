/** The reader of logs on its own thread, started with the first question; a thread that died is started anew. */
import { Worker } from 'node:worker_threads';
import type { RequestResult, RunSummary } from '../../shared/protocol/rpc.js';
import { Failure } from '../failure.js';
import { log } from '../log.js';
import type { LogFolders, LogParams, LogQuestionName, LogReading, LogsChanged } from './log-reading.js';
import type { LogWorkerMessage, LogWorkerRequest } from './log-worker.js';

export class LogThread implements LogReading {
  private worker: Worker | undefined;
  private nextId = 1;
  private readonly waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private folders: LogFolders = { workspace: undefined, added: [] };

  constructor(
    private readonly entry: string,
    private readonly onChange: (changed: LogsChanged) => void,
  ) {}

  list(root: string): Promise<RunSummary[]> {
    return this.ask({ kind: 'list', root }) as Promise<RunSummary[]>;
  }

  async setFolders(folders: LogFolders): Promise<void> {
    this.folders = folders;
    await this.ask({ kind: 'folders', folders });
  }

  answer<N extends LogQuestionName>(name: N, params: LogParams<N>): Promise<RequestResult<N>> {
    return this.ask({ kind: 'question', name, params }) as Promise<RequestResult<N>>;
  }

  filesOf(run: string): Promise<readonly string[] | undefined> {
    return this.ask({ kind: 'files', run }) as Promise<readonly string[] | undefined>;
  }

  async dispose(): Promise<void> {
    await this.worker?.terminate();
  }

  private ask(request: LogWorkerRequest): Promise<unknown> {
    if (!this.worker) {
      this.worker = this.start();
      if (request.kind !== 'folders') void this.send({ kind: 'folders', folders: this.folders }).catch(report);
    }
    return this.send(request);
  }

  private send(request: LogWorkerRequest): Promise<unknown> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker!.postMessage({ id, request });
    });
  }

  private start(): Worker {
    const worker = new Worker(this.entry);
    worker.unref();
    worker.on('message', (message: LogWorkerMessage) => this.take(message));
    worker.on('error', (error) => log('logs', 'the reading thread failed', error));
    worker.on('exit', () => {
      if (this.worker === worker) this.worker = undefined;
      for (const { reject } of this.waiting.values())
        reject(new Failure('internal', 'The runs could not be read.', 'Try again.'));
      this.waiting.clear();
    });
    return worker;
  }

  private take(message: LogWorkerMessage): void {
    if (message.kind === 'changed') {
      this.onChange(message.changed);
      return;
    }
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.kind === 'answer') waiting?.resolve(message.value);
    else waiting?.reject(new Failure(message.facts.tag, message.facts.message, message.facts.hint));
  }
}

function report(error: unknown): void {
  log('logs', 'the folders could not be read', error);
}
