/**
 * Asks the process that reads model files. Whoever starts it hands it over: server, command line and trainer do,
 * each in its way. A damaged file can keep it busy for ever, or fill its memory: it ends itself then, and what was
 * asked is refused in words.
 */
import type { ReadingKind, ReadingQuestions, ReadingReply } from '../protocol/model-reading.js';
import { ModelFileError } from './model-file-error.js';

/** What is used of a child process with a channel of structured clones. */
export interface ReaderProcess {
  send(message: object, callback: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'exit', listener: (code: number | null, signal: string | null) => void): unknown;
  once(event: 'error', listener: (error: Error) => void): unknown;
  kill(signal: 'SIGKILL'): boolean;
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export class ModelReader {
  private asked = 0;
  private readonly waiting = new Map<number, Waiting>();
  private limits: { readonly limitMs: number; readonly mostBytes: number } | undefined;
  private ended: Error | undefined;

  constructor(
    private readonly child: ReaderProcess,
    /** What sentences about the file begin with: its name, or "It" after one that names it. */
    private readonly subject: string,
    /** Of the processor, in place of what the reader gives. */
    private readonly limitMs?: number,
  ) {
    child.on('message', (message) => this.take(message as ReadingReply));
    child.once('exit', (_code, signal) => this.lose(this.reasonOf(signal)));
    child.once('error', (error) => this.lose(error));
  }

  /** @throws ModelFileError that says what is wrong with the file; an error with its `code` where it cannot be had */
  ask<Kind extends ReadingKind>(
    kind: Kind,
    question: ReadingQuestions[Kind]['question'],
  ): Promise<ReadingQuestions[Kind]['answer']> {
    if (this.ended) return Promise.reject(this.ended);
    const id = ++this.asked;
    return new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, kind, question, limitMs: this.limitMs }, (error) => error && this.lose(error));
    }) as Promise<ReadingQuestions[Kind]['answer']>;
  }

  /** Nothing more is asked. */
  end(): void {
    this.child.kill('SIGKILL');
  }

  private take(reply: ReadingReply): void {
    if (reply.kind === 'begun') {
      this.limits = reply;
      return;
    }
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    switch (reply.kind) {
      case 'answer':
        waiting?.resolve(reply.answer);
        break;
      case 'refused':
        waiting?.reject(new ModelFileError(reply.message, reply.hint));
        break;
      case 'failure':
        waiting?.reject(Object.assign(new Error(reply.message), { code: reply.code }));
    }
  }

  private lose(reason: Error): void {
    this.ended ??= reason;
    for (const { reject } of this.waiting.values()) reject(this.ended);
    this.waiting.clear();
  }

  /** It ends itself by one signal where time is up, by the other where memory is, as V8 does. */
  private reasonOf(signal: string | null): ModelFileError {
    const { limitMs = 0, mostBytes = 0 } = this.limits ?? {};
    const hint = 'It is damaged, or not what its name says. Copy or download it again.';
    if (signal === 'SIGKILL' && limitMs > 0)
      return new ModelFileError(
        `${this.subject} was given up after ${(limitMs / 1000).toLocaleString('en-US', { maximumFractionDigits: 1 })} s: no file of its size takes so long to read.`,
        hint,
      );
    if (signal === 'SIGABRT' && mostBytes > 0)
      return new ModelFileError(
        `${this.subject} was given up, for reading it took more than ${Math.round(mostBytes / 1e6).toLocaleString('en-US')} MB of memory.`,
        hint,
      );
    return new ModelFileError(`${this.subject} could not be read: the process that read it ended.`, hint);
  }
}
