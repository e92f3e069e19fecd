/** Reads logs on a thread of its own, so that gigabytes of curves hold up no window. Entry: dist/server/log-worker.js. */
import { parentPort } from 'node:worker_threads';
import { asFailure, type FailureFacts } from '../failure.js';
import { log } from '../log.js';
import type { LogFolders, LogParams, LogQuestionName, LogsChanged } from './log-reading.js';
import { LogService } from './log-service.js';

export type LogWorkerRequest =
  | { readonly kind: 'list'; readonly root: string }
  | { readonly kind: 'series'; readonly root: string; readonly run: string }
  | { readonly kind: 'folders'; readonly folders: LogFolders }
  | { readonly kind: 'files'; readonly run: string }
  | { readonly kind: 'question'; readonly name: LogQuestionName; readonly params: LogParams<LogQuestionName> };

export type LogWorkerMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly facts: FailureFacts }
  | { readonly kind: 'changed'; readonly changed: LogsChanged };

const port = parentPort!;
const service = new LogService({ onChange: (changed) => tell({ kind: 'changed', changed }) });

port.on('message', ({ id, request }: { readonly id: number; readonly request: LogWorkerRequest }) => {
  // A question that throws at once is to be answered as well as one that fails later.
  Promise.resolve()
    .then(() => answer(request))
    .then(
      (value) => {
        const rows: ArrayBuffer[] = [];
        collectRows(value, rows);
        tell({ kind: 'answer', id, value }, rows);
      },
      (error: unknown) => {
        const facts = asFailure(error);
        if (facts.tag === 'internal') log('logs', `a question about logs failed: ${request.kind}`, error);
        tell({ kind: 'failure', id, facts });
      },
    );
});

function answer(request: LogWorkerRequest): Promise<unknown> {
  switch (request.kind) {
    case 'list':
      return service.list(request.root);
    case 'series':
      return service.series(request.root, request.run);
    case 'folders':
      return service.setFolders(request.folders);
    case 'files':
      return service.filesOf(request.run);
    case 'question':
      return service.answer(request.name, request.params);
  }
}

function tell(message: LogWorkerMessage, rows: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, rows);
}

/** Answers are copies: their rows of numbers are handed over, not copied once more. */
function collectRows(value: unknown, rows: ArrayBuffer[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (ArrayBuffer.isView(value)) {
    if (value.byteLength > 0 && value.buffer instanceof ArrayBuffer) rows.push(value.buffer);
  } else if (Array.isArray(value)) {
    if (typeof value[0] === 'object') for (const entry of value) collectRows(entry, rows);
  } else for (const entry of Object.values(value)) collectRows(entry, rows);
}
