/** Opens one model file on a thread of its own, with a memory limit of its own. Entry: dist/server/model-worker.js. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { ModelFileError, type OpenedModel } from '../../shared/models/model-format.js';
import { openModel } from '../../shared/models/open-model.js';

export type ModelReply =
  | { readonly kind: 'model'; readonly model: OpenedModel }
  /** What is wrong with the file, for a person. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failure'; readonly message: string; readonly code?: string };

async function open(file: string): Promise<ModelReply> {
  try {
    const bytes = await readFile(file);
    return { kind: 'model', model: await openModel({ name: path.basename(file), bytes }) };
  } catch (error) {
    if (error instanceof ModelFileError) return { kind: 'refused', message: error.message };
    const { message, code } = error as NodeJS.ErrnoException;
    return { kind: 'failure', message, code };
  }
}

parentPort?.postMessage(await open(String(workerData)));
