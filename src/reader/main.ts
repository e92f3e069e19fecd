/**
 * Reads model files by others, in a process of its own within limits of time and memory: none takes down whoever
 * wants to know what is in it. Speaks over IPC; ends with whoever started it. Entry: dist/reader/main.js.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import type { Hdf5File } from '../shared/models/containers/hdf5-file.js';
import { ModelFileError, type OpenedModel } from '../shared/models/model-format.js';
import { openModel } from '../shared/models/open-model.js';
import type { ReadingReply, ReadingRequest } from '../shared/protocol/model-reading.js';
import { withFile } from './file-source.js';
import { openKerasFile, type KerasFile } from './keras-file.js';
import { limitsFor, Watch } from './limits.js';
import { writeExperiment } from './write-experiment.js';

const watch = new Watch();
/** The file that weights are asked of. */
let keras: { readonly opened: KerasFile; readonly bytes: number } | undefined;

function tell(reply: ReadingReply): void {
  process.send?.(reply);
}

async function answerTo({ kind, question }: ReadingRequest): Promise<unknown> {
  switch (kind) {
    case 'open':
      return open(question.file);
    case 'experiment':
      return writeExperiment(question, await open(question.file));
    case 'keras': {
      const opened = await openKerasFile(question.file);
      keras = { opened, bytes: statSync(question.file).size };
      return { text: opened.text, container: opened.container };
    }
    case 'names':
      return (await weights()).names(question.group);
    case 'texts':
      return (await weights()).texts(question.group, question.attribute);
    case 'dataset': {
      const found = (await weights()).dataset(question.path);
      return found && { shape: found.shape };
    }
    case 'numbers':
      return (await weights()).dataset(question.path)?.read();
  }
}

function open(file: string): Promise<OpenedModel> {
  return withFile(file, (source) => openModel({ name: path.basename(file), source }));
}

function weights(): Promise<Hdf5File> {
  if (!keras) throw new Error('No file has been opened to be asked for weights.');
  return keras.opened.weights();
}

async function serve(request: ReadingRequest): Promise<void> {
  const { id } = request;
  try {
    const size = 'file' in request.question ? statSync(request.question.file).size : (keras?.bytes ?? 0);
    const limits = limitsFor(size, request.limitMs);
    tell({ kind: 'begun', ...limits });
    watch.arm(limits);
    const answer = await answerTo(request);
    tell({ kind: 'answer', id, answer });
  } catch (error) {
    if (error instanceof ModelFileError) tell({ kind: 'refused', id, message: error.message, hint: error.hint });
    else {
      const { message, code } = error as NodeJS.ErrnoException;
      tell({ kind: 'failure', id, message, code });
    }
  } finally {
    watch.disarm();
  }
}

let last = Promise.resolve();
process.on('message', (request: ReadingRequest) => {
  last = last.then(() => serve(request));
});
process.on('disconnect', () => process.exit());
