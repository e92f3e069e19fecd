/** Has model files that are none of ours read by a process of their own, so that none takes the window down. */
import { fork } from 'node:child_process';
import path from 'node:path';
import { ModelFileError } from '../shared/models/model-file-error.js';
import type { OpenedModel } from '../shared/models/model-format.js';
import { ModelReader } from '../shared/models/model-reader.js';
import type { ReadingQuestions } from '../shared/protocol/model-reading.js';
import { nodeEnvironment } from './child-process.js';
import { about, Failure } from './failure.js';

export class ModelFiles {
  constructor(
    /** The reader's entry. */
    private readonly entry: string,
    private readonly home: string,
    /** In place of what a file of its size gets. */
    private readonly limitMs?: number,
  ) {}

  /** @throws Failure for a file that cannot be opened, with the reason */
  open(file: string): Promise<OpenedModel> {
    return this.ask('open', { file });
  }

  /** @returns the path of the new experiment. @throws Failure where the file holds no model of layers */
  async writeExperiment(root: string, file: string): Promise<string> {
    const { path: written } = await this.ask('experiment', { root, file });
    return written;
  }

  private async ask<Kind extends 'open' | 'experiment'>(
    kind: Kind,
    question: ReadingQuestions[Kind]['question'],
  ): Promise<ReadingQuestions[Kind]['answer']> {
    const name = path.basename(question.file);
    const child = fork(this.entry, [], {
      env: nodeEnvironment(this.home),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    });
    const reader = new ModelReader(child, name, this.limitMs);
    try {
      return await about(name, () => reader.ask(kind, question).catch(failing));
    } finally {
      reader.end();
    }
  }
}

function failing(error: unknown): never {
  throw error instanceof ModelFileError ? new Failure('damaged', error.message, error.hint) : error;
}
