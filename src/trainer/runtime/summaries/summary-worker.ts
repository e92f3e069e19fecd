/** Entry of the thread that sums up: takes jobs, answers each once with the bytes of its record. */
import { workerData, type MessagePort } from 'node:worker_threads';
import { messageOf } from '../../../shared/base/message-of.js';
import { drawLetters } from './letters.js';
import { recordOf, wordsOf, type SummaryJob } from './summary-work.js';

export interface SummaryRequest {
  readonly id: number;
  readonly job: SummaryJob;
}
/** `ms`: how long the thread was at it. */
export type SummaryReply =
  | { readonly id: number; readonly kind: 'done'; readonly record: Uint8Array; readonly ms: number }
  | { readonly id: number; readonly kind: 'failed'; readonly message: string };

const { port } = workerData as { readonly port: MessagePort };
/** One after the other: the training is not to share the machine with more than one of them. */
let before: Promise<void> = Promise.resolve();

port.on('message', ({ id, job }: SummaryRequest) => {
  before = before.then(async () => {
    const began = performance.now();
    try {
      await drawLetters(wordsOf(job));
      const record = recordOf(job);
      const reply: SummaryReply = { id, kind: 'done', record, ms: performance.now() - began };
      port.postMessage(reply, record.byteLength === record.buffer.byteLength ? [record.buffer as ArrayBuffer] : []);
    } catch (error) {
      const message = messageOf(error);
      port.postMessage({ id, kind: 'failed', message } satisfies SummaryReply);
    }
  });
});
