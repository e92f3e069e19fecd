/** Reads logs on a thread of its own, so that gigabytes of curves hold up no window. Entry: dist/server/log-worker.js. */
import { parentPort } from 'node:worker_threads';
import { asFailure, type FailureFacts } from '../failure.js';
import { log } from '../log.js';
import type { LogFolders, LogParams, LogQuestionName, LogsChanged } from './log-reading.js';
import { LogService } from './log-service.js';

export type LogWorkerRequest =
  | { readonly kind: 'list'; readonly root: string }
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
        const { value: handed, buffers } = handOver(value);
        tell({ kind: 'answer', id, value: handed }, buffers);
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
    case 'folders':
      return service.setFolders(request.folders);
    case 'files':
      return service.filesOf(request.run);
    case 'question':
      return service.answer(request.name, request.params);
  }
}

function tell(message: LogWorkerMessage, buffers: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, buffers);
}

type Row = (Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array) & { readonly buffer: ArrayBuffer };

const LARGE_BYTES = 2 ** 18;

/**
 * Answers are copies: their rows of numbers are handed over, not copied once more; small ones, of which there are
 * thousands, together in one buffer, for each buffer that is handed over costs more than its copy.
 */
function handOver(value: unknown): { readonly value: unknown; readonly buffers: ArrayBuffer[] } {
  const rows = new Map<Row, Row>();
  const buffers: ArrayBuffer[] = [];
  let bytes = 0;
  const collect = (entry: unknown): void => {
    if (typeof entry !== 'object' || entry === null) return;
    if (ArrayBuffer.isView(entry)) {
      const row = entry as Row;
      if (rows.has(row)) return;
      rows.set(row, row);
      if (row.byteLength >= LARGE_BYTES) buffers.push(row.buffer);
      else bytes += Math.ceil(row.byteLength / 8) * 8;
    } else for (const inner of Object.values(entry)) collect(inner);
  };
  collect(value);
  if (rows.size === 0) return { value, buffers };
  const shared = new ArrayBuffer(bytes);
  let at = 0;
  for (const row of rows.keys()) {
    if (row.byteLength >= LARGE_BYTES) continue;
    const copy = new (row.constructor as Float64ArrayConstructor)(shared, at, row.length) as Row;
    copy.set(row);
    rows.set(row, copy);
    at += Math.ceil(row.byteLength / 8) * 8;
  }
  buffers.push(shared);
  const replaced = (entry: unknown): unknown => {
    if (typeof entry !== 'object' || entry === null) return entry;
    if (ArrayBuffer.isView(entry)) return rows.get(entry as Row);
    if (Array.isArray(entry)) return entry.map(replaced);
    return Object.fromEntries(Object.entries(entry).map(([name, inner]) => [name, replaced(inner)]));
  };
  return { value: replaced(value), buffers };
}
