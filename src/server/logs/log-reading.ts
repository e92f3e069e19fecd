/** What reads logs, wherever it runs: the questions of windows about logs, and what it tells by itself. Knows no thread. */
import type { NotificationBody, RequestResult, Requests } from '../../shared/protocol/rpc.js';
import type { logRequests } from '../../shared/protocol/summaries.js';
import type { z } from 'zod';

export type LogRequestName = keyof typeof logRequests;

/** Arguments come validated. */
export type LogAnswers = {
  readonly [N in LogRequestName]: (
    params: z.output<Requests[N]['params']>,
  ) => RequestResult<N> | Promise<RequestResult<N>>;
};

export type LogsChanged = NotificationBody<'logs/changed'>;
