/** Logs as windows see them: which folders are open, kept with the workspace, and who answers what. Reading is the reader's business. */
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { OpenedModel } from '../../shared/models/model-format.js';
import { logRequests, type LogFolder } from '../../shared/protocol/summaries.js';
import { about, Failure } from '../failure.js';
import { log } from '../log.js';
import { Serial } from '../serial.js';
import type { Settings } from '../settings.js';
import type { LogAnswers, LogQuestionName, LogReading } from './log-reading.js';

/** A graph is written once, at the beginning: what comes after so many files holds none. */
const MOST_FILES_WITH_GRAPHS = 12;

export interface LogsOptions {
  readonly reading: LogReading;
  readonly settings: Settings;
  /** Real path of the open folder. */
  readonly workspace: () => string | undefined;
  readonly openModel: (file: string) => Promise<OpenedModel>;
}

export class Logs {
  private readonly serial = new Serial();
  private given: string | undefined;

  constructor(private readonly options: LogsOptions) {}

  /** Another folder may be open now. */
  workspaceChanged(): void {
    const { workspace } = this.options;
    if (this.given === (workspace() ?? '')) return;
    this.given = workspace() ?? '';
    this.update().catch((error: unknown) => log('logs', 'the folders could not be opened', error));
  }

  get answers(): LogAnswers {
    const { reading } = this.options;
    const forwarded = Object.fromEntries(
      Object.keys(logRequests).map((name) => [
        name,
        (params: never) => reading.answer(name as LogQuestionName, params),
      ]),
    ) as LogAnswers<LogQuestionName>;
    return {
      ...forwarded,
      'logs/open': ({ path: folder }) => this.open(folder),
      'logs/close': async ({ path: folder }) => {
        await this.options.settings.forgetLogFolder(this.key, folder);
        await this.update();
        return {};
      },
      'logs/graph': ({ run }) => this.graph(run),
    };
  }

  private get key(): string {
    return this.options.workspace() ?? '';
  }

  private async open(given: string): Promise<LogFolder> {
    if (!path.isAbsolute(given))
      throw new Failure('invalid-params', `“${given}” is not a whole path.`, 'Name the folder from the root on.');
    const folder = await about(given, async () => {
      const real = await realpath(given);
      if (!(await stat(real)).isDirectory())
        throw new Failure('not-a-folder', `“${given}” is not a folder.`, 'Open the folder that holds the file.');
      return real;
    });
    if (folder !== this.options.workspace()) {
      await this.options.settings.addLogFolder(this.key, folder);
      await this.update();
    }
    const { folders } = await this.options.reading.answer('logs/list', {});
    const found = folders.find((one) => one.path === folder);
    if (!found) throw new Failure('busy', `“${given}” was closed meanwhile.`, 'Open it again.');
    return found;
  }

  private update(): Promise<void> {
    return this.serial.run('folders', async () => {
      const { logFolders } = await this.options.settings.read();
      await this.options.reading.setFolders({
        workspace: this.options.workspace(),
        added: logFolders[this.key] ?? [],
      });
    });
  }

  private async graph(run: string): Promise<OpenedModel> {
    const files = await this.options.reading.filesOf(run);
    if (!files) throw new Failure('not-found', `There is no run “${run}” (any more).`);
    for (const file of files.slice(0, MOST_FILES_WITH_GRAPHS)) {
      try {
        return await this.options.openModel(file);
      } catch (error) {
        // Most event files hold none, which the reader of model files says as a failure.
        if (!(error instanceof Failure && error.tag === 'damaged')) throw error;
      }
    }
    throw new Failure('not-found', `The run “${run}” wrote no graph.`);
  }
}
