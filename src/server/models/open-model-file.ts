/** Opens model files that are none of ours: within a limit of size, time and memory, so that none takes the window down. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { OpenedModel } from '../../shared/models/model-format.js';
import { about, Failure } from '../failure.js';
import type { ModelReply } from './model-worker.js';

const LIMIT_MS = 60_000;
const LIMIT_MB = 2048;

/** @throws Failure for a file that cannot be opened, with the reason */
export async function openModelFile(entry: string, file: string, limitMs = LIMIT_MS): Promise<OpenedModel> {
  const name = path.basename(file);
  const facts = await about(name, () => stat(file));
  if (facts.isDirectory()) throw new Failure('damaged', `“${name}” is a folder, not a model file.`);
  const reply = await replyOf(entry, file, limitMs);
  switch (reply.kind) {
    case 'model':
      return reply.model;
    case 'refused':
      throw new Failure('damaged', reply.message, reply.hint);
    case 'failure':
      return about(name, () => Promise.reject(Object.assign(new Error(reply.message), { code: reply.code })));
  }
}

function replyOf(entry: string, file: string, limitMs: number): Promise<ModelReply> {
  return new Promise((resolve) => {
    const worker = new Worker(entry, { workerData: file, resourceLimits: { maxOldGenerationSizeMb: LIMIT_MB } });
    const end = (reply: ModelReply): void => {
      clearTimeout(limit);
      resolve(reply);
      void worker.terminate();
    };
    const name = path.basename(file);
    const limit = setTimeout(
      () => end({ kind: 'refused', message: `${name} could not be opened within ${limitMs / 1000} s.` }),
      limitMs,
    );
    worker.on('message', end);
    worker.on('error', (error: NodeJS.ErrnoException) =>
      end({
        kind: 'refused',
        message:
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? `${name} needs more memory than a model’s file should.`
            : `${name} cannot be opened: ${error.message}`,
      }),
    );
    // After an answer this comes too late to count.
    worker.on('exit', () => end({ kind: 'refused', message: `${name} could not be opened: its reader ended.` }));
  });
}
