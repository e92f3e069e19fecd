/** The settings of runs, for the table, for grouping and comparing: what Backstep notes of them, and what their files say in TensorBoard's way. */
import { createStore } from 'zustand/vanilla';
import { groupBy } from '../../src/shared/base/group-by.js';
import type { RunSummary } from '../../src/shared/protocol/rpc.js';
import type { HparamSession } from '../../src/shared/protocol/summaries.js';
import { RequestError } from './connection.js';
import { logStore } from './log-sync.js';
import { server } from './server.js';

export const hparamsStore = createStore<{ readonly sessions: readonly HparamSession[] }>(() => ({ sessions: [] }));

/** What every run has of itself, whoever wrote it: an experiment's own settings say more. */
export const settingsOfEveryRun: ReadonlySet<string> = new Set([
  'experiment',
  'backend',
  'seed',
  'epochs',
  'parameters',
  'learning_rate',
  'batch_size',
]);

/** Called once. */
export function startRunSettings(): void {
  let asked = '';
  const ask = async () => {
    const runs = logStore.getState().runs.filter((run) => (run.tags.hparams ?? 0) > 0);
    const signature = runs.map(({ id, tags }) => `${id} ${tags.hparams}`).join('\n');
    if (signature === asked) return;
    asked = signature;
    if (runs.length === 0) {
      hparamsStore.setState({ sessions: [] });
      return;
    }
    try {
      const { sessions } = await server().request('logs/hparams', {});
      hparamsStore.setState({ sessions });
    } catch (error) {
      asked = '';
      if (!(error instanceof RequestError && error.tag === 'disconnected')) {
        console.warn('the settings of the runs could not be read', error);
      }
    }
  };
  logStore.subscribe((state, before) => {
    if (state.runs !== before.runs) void ask();
  });
}

/** By name, as text. */
export function settingsOf(
  run: RunSummary,
  sessions: readonly HparamSession[] = hparamsStore.getState().sessions,
): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {};
  const add = (name: string, value: string | number | undefined) => {
    if (value !== undefined) settings[name] = String(value);
  };
  add('experiment', run.experiment);
  add('backend', run.backend);
  add('seed', run.seed);
  add('epochs', run.epochs);
  add('parameters', run.params);
  for (const session of byRun(sessions).get(run.id) ?? []) {
    for (const { name, value } of session.values) {
      settings[name] = typeof value === 'number' ? String(Number(value.toPrecision(7))) : String(value);
    }
  }
  return settings;
}

const indices = new WeakMap<readonly HparamSession[], ReadonlyMap<string, readonly HparamSession[]>>();

/** A thousand runs are not to look through a thousand sessions each. */
function byRun(sessions: readonly HparamSession[]): ReadonlyMap<string, readonly HparamSession[]> {
  const known = indices.get(sessions);
  if (known) return known;
  const index = groupBy(sessions, (session) => session.run);
  indices.set(sessions, index);
  return index;
}

/** Names of settings that not all of these runs have the same value of come first. */
export function settingNames(runs: readonly RunSummary[], sessions: readonly HparamSession[]): readonly string[] {
  const values = new Map<string, Set<string>>();
  for (const run of runs) {
    for (const [name, value] of Object.entries(settingsOf(run, sessions))) {
      const known = values.get(name);
      if (known) known.add(value);
      else values.set(name, new Set([value]));
    }
  }
  const same = (name: string) => (values.get(name)!.size > 1 ? 0 : 1);
  return [...values.keys()].sort((a, b) => same(a) - same(b) || a.localeCompare(b));
}
