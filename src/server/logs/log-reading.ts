/** What reads logs, wherever it runs: the questions of windows about logs, and what it tells by itself. Knows no thread. */
import type { z } from 'zod';
import type { NotificationBody, RequestResult, Requests, RunSummary } from '../../shared/protocol/rpc.js';
import type { logRequests } from '../../shared/protocol/summaries.js';

export type LogRequestName = keyof typeof logRequests;
/** Those that need the person's settings, or a reader of models, are answered outside of the reading thread. */
export type LogQuestionName = Exclude<LogRequestName, 'logs/open' | 'logs/close' | 'logs/graph'>;

export type LogParams<N extends LogRequestName> = z.output<Requests[N]['params']>;

/** Arguments come validated. */
export type LogAnswers<N extends LogRequestName = LogRequestName> = {
  readonly [K in N]: (params: LogParams<K>) => RequestResult<K> | Promise<RequestResult<K>>;
};

export type LogsChanged = NotificationBody<'logs/changed'>;

/** Which folders are open: the workspace, and those that were added. */
export interface LogFolders {
  readonly workspace: string | undefined;
  readonly added: readonly string[];
}

/** Of the runs of a workspace. */
export interface RunReading {
  list(root: string): Promise<RunSummary[]>;
  dispose(): Promise<void>;
}

export interface LogReading extends RunReading {
  /** From now on these; resolves when their runs were found. */
  setFolders(folders: LogFolders): Promise<void>;
  /** @throws Failure */
  answer<N extends LogQuestionName>(name: N, params: LogParams<N>): Promise<RequestResult<N>>;
  /** Event files of a run, the first written first; undefined where there is no such run. */
  filesOf(run: string): Promise<readonly string[] | undefined>;
}
