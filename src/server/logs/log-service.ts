/** Reads logs and answers about them in the thread it is made in: behind `LogThread` in the product, by itself in tests. */
import type { RequestResult, RunSummary } from '../../shared/protocol/rpc.js';
import { RunReader } from '../runs/run-reader.js';
import { createLogAnswers } from './answers.js';
import type { LogAnswers, LogFolders, LogParams, LogQuestionName, LogReading, LogsChanged } from './log-reading.js';
import { LogStore } from './log-store.js';

/** A window that waits for its list of runs shows none of their curves; it is told when more was read. */
const LONGEST_WAIT_MS = 400;

export class LogService implements LogReading {
  readonly store: LogStore;
  private readonly runs: RunReader;
  private readonly answers: LogAnswers<LogQuestionName>;
  private added: readonly string[] = [];

  constructor({ onChange, watch = true }: { onChange: (changed: LogsChanged) => void; watch?: boolean }) {
    this.store = new LogStore({ onChange, watch });
    this.runs = new RunReader(this.store, LONGEST_WAIT_MS);
    this.answers = createLogAnswers(this.store);
  }

  async setFolders({ workspace, added }: LogFolders): Promise<void> {
    for (const folder of this.added) if (!added.includes(folder)) this.store.close(folder);
    this.added = added;
    await this.store.openWorkspace(workspace);
    for (const folder of added) if (folder !== workspace) await this.store.open(folder, 'added');
  }

  async answer<N extends LogQuestionName>(name: N, params: LogParams<N>): Promise<RequestResult<N>> {
    return (await this.answers[name](params)) as RequestResult<N>;
  }

  filesOf(run: string): Promise<readonly string[] | undefined> {
    const found = this.store.run(run);
    return Promise.resolve(found && [...found.allFiles()].map((file) => file.path));
  }

  list(root: string): Promise<RunSummary[]> {
    return this.runs.list(root);
  }

  dispose(): Promise<void> {
    this.store.dispose();
    return Promise.resolve();
  }
}
