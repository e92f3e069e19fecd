/** A run as the runs' views see it, with the settings and last values that a test is about. */
import type { RunRow } from '../../../../renderer/panels/dashboards/runs/run-columns.js';

interface Said {
  readonly settings?: Readonly<Record<string, string>>;
  readonly last?: Readonly<Record<string, number>>;
}

export function runRow(id: string, { settings = {}, last = {} }: Said): RunRow {
  const facts = { status: 'completed', createdAt: 1_700_000_000_000, canContinue: false } as const;
  return { run: { id, path: `/w/runs/${id}`, name: id, last, ...facts }, settings, notes: {} };
}
