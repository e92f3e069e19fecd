/** Has a process of its own read a model file by others, and tells what is wrong with it. */
import { fork } from 'node:child_process';
import path from 'node:path';
import { ModelFileError } from '../shared/models/model-file-error.js';
import { ModelReader } from '../shared/models/model-reader.js';
import type { ReadingQuestions } from '../shared/protocol/model-reading.js';
import { installPlaces } from './install-places.js';
import { problemText } from './problem-text.js';

/** `undefined` where it cannot be read, which has been told on the error stream by then. */
export async function askReader<Kind extends 'open' | 'experiment'>(
  kind: Kind,
  question: ReadingQuestions[Kind]['question'],
): Promise<ReadingQuestions[Kind]['answer'] | undefined> {
  const { file } = question;
  const child = fork(installPlaces.reader, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
  const reader = new ModelReader(child, path.basename(file));
  try {
    return await reader.ask(kind, question);
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    if (!(error instanceof ModelFileError) && code === undefined) throw error;
    const hint = error instanceof ModelFileError ? error.hint : undefined;
    process.stderr.write(`${problemText({ severity: 'error', file, message, hint })}\n`);
    return undefined;
  } finally {
    reader.end();
  }
}
