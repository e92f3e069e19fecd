/** Opens one model file on a thread of its own, with a memory limit of its own. Entry: dist/server/model-worker.js. */
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { ModelFileError, type OpenedModel } from '../../shared/models/model-format.js';
import { openModel } from '../../shared/models/open-model.js';
import { withFileSource } from './file-source.js';

export type ModelReply =
  | { readonly kind: 'model'; readonly model: OpenedModel }
  /** What is wrong with the file, for a person. */
  | { readonly kind: 'refused'; readonly message: string; readonly hint?: string }
  | { readonly kind: 'failure'; readonly message: string; readonly code?: string };

async function open(file: string): Promise<ModelReply> {
  try {
    const name = path.basename(file);
    return { kind: 'model', model: await withFileSource(file, (source) => openModel({ name, source })) };
  } catch (error) {
    if (error instanceof ModelFileError) return { kind: 'refused', message: error.message, hint: error.hint };
    const { message, code } = error as NodeJS.ErrnoException;
    return { kind: 'failure', message, code };
  }
}

parentPort?.postMessage(await open(String(workerData)));
