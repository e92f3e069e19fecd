/** What a line of the runs list says of its run. Pure. */
import { formatCount, formatDuration, formatValue } from '../../charts/format.js';
import type { RunSummary } from '../../../src/shared/protocol/rpc.js';
import type { SessionState } from '../../../src/shared/session/session-state.js';

export type RunStatus = RunSummary['status'];

export const statusIcons: Readonly<Record<RunStatus, string>> = {
  running: 'sync',
  completed: 'pass',
  stopped: 'debug-stop',
  failed: 'error',
  interrupted: 'debug-disconnect',
};

export const statusWords: Readonly<Record<RunStatus, string>> = {
  running: 'training now',
  completed: 'all epochs done',
  stopped: 'stopped early, state saved',
  failed: 'ended by a failure',
  interrupted: 'its process ended without a word',
};

/** Last values by series, the live session's where this is its run. */
export function lastValues(run: RunSummary, session: SessionState | undefined): Readonly<Record<string, number>> {
  if (!isLive(run, session)) return run.last;
  return Object.fromEntries(
    Object.entries(session?.scalars ?? {}).flatMap(([name, column]) => {
      const value = column.values.at(-1);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

export function isLive(run: RunSummary, session: SessionState | undefined): boolean {
  return session?.start?.runDir === run.path;
}

/** "loss 0.84 · accuracy 0.71": validation where there is any, since that is what a run is judged by. */
export function resultWords(last: Readonly<Record<string, number>>): string {
  const pick = (tag: string) => last[`validation/${tag}`] ?? last[`train/epoch_${tag}`] ?? last[`train/${tag}`];
  const parts: string[] = [];
  const loss = pick('loss');
  if (loss !== undefined) parts.push(`loss ${formatValue(loss, 3)}`);
  const metric = Object.keys(last)
    .map((name) => name.replace(/^[^/]+\/(epoch_)?/, ''))
    .find((tag) => tag !== 'loss' && tag !== 'learning_rate');
  const value = metric === undefined ? undefined : pick(metric);
  if (metric !== undefined && value !== undefined) parts.push(`${metric} ${formatValue(value, 3)}`);
  return parts.join(' · ');
}

/** "1,185 steps · 2 min 4 s". */
export function extentWords(run: RunSummary): string {
  const parts: string[] = [];
  if (run.step !== undefined) parts.push(`${formatCount(run.step)} ${run.step === 1 ? 'step' : 'steps'}`);
  if (run.wallMs !== undefined) parts.push(formatDuration(run.wallMs));
  return parts.length === 0 && Object.keys(run.last).length === 0 ? 'nothing in it yet' : parts.join(' · ');
}

/** Live first, then the latest. */
export function inOrder(runs: readonly RunSummary[]): readonly RunSummary[] {
  const rank = (run: RunSummary) => (run.status === 'running' ? 0 : 1);
  return runs.toSorted((a, b) => rank(a) - rank(b) || b.createdAt - a.createdAt);
}
