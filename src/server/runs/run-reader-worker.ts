/** Reads runs on a thread of its own, so that gigabytes of curves hold up no window. Entry: dist/server/run-reader-worker.js. */
import { parentPort } from 'node:worker_threads';
import { RunReader } from './run-reader.js';

export type RunReaderRequest =
  | { readonly id: number; readonly kind: 'list'; readonly root: string }
  | { readonly id: number; readonly kind: 'series'; readonly root: string; readonly run: string };
export type RunReaderReply =
  | { readonly id: number; readonly kind: 'answer'; readonly value: unknown }
  | { readonly id: number; readonly kind: 'failure'; readonly message: string };

const reader = new RunReader();

parentPort?.on('message', (request: RunReaderRequest) => {
  const work = request.kind === 'list' ? reader.list(request.root) : reader.series(request.root, request.run);
  work.then(
    (value) => parentPort!.postMessage({ id: request.id, kind: 'answer', value } satisfies RunReaderReply),
    (error: unknown) =>
      parentPort!.postMessage({
        id: request.id,
        kind: 'failure',
        message: error instanceof Error ? error.message : String(error),
      } satisfies RunReaderReply),
  );
});
