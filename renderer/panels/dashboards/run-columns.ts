/** The columns of the runs table: what each says of a run, for showing, sorting and for files. Pure. */
import { formatCount, formatDuration, formatValue, formatWhen } from '../../charts/format.js';
import type { RunSummary } from '../../../src/shared/protocol/rpc.js';
import type { RunNotes, TableSort } from '../../state/dashboard-schema.js';

export interface RunRow {
  readonly run: RunSummary;
  readonly settings: Readonly<Record<string, string>>;
  readonly notes: RunNotes;
}

export interface RunColumn {
  /** In what is kept: `name`, `setting:seed`, `last:validation/loss`. */
  readonly id: string;
  readonly title: string;
  readonly numeric: boolean;
  /** For sorting and files; nothing where the run says nothing of the kind. */
  value(row: RunRow): string | number | undefined;
  text(row: RunRow): string;
}

function column(
  id: string,
  title: string,
  value: RunColumn['value'],
  say: (value: number) => string = (number) => String(number),
): RunColumn {
  const text = (row: RunRow) => {
    const found = value(row);
    return found === undefined ? '' : typeof found === 'number' ? say(found) : found;
  };
  return { id, title, value, text, numeric: true };
}

const words = (id: string, title: string, value: (row: RunRow) => string | undefined): RunColumn => ({
  ...column(id, title, value),
  numeric: false,
});

const facts: readonly RunColumn[] = [
  words('name', 'Name', ({ run }) => run.name),
  words('status', 'Status', ({ run }) => run.status),
  column(
    'created',
    'Begun',
    ({ run }) => run.createdAt || undefined,
    (time) => formatWhen(time),
  ),
  column('wall', 'Took', ({ run }) => run.wallMs, formatDuration),
  column('step', 'Steps', ({ run }) => run.step, formatCount),
  words('tags', 'Tags', ({ notes }) => notes.tags?.join(', ')),
  words('note', 'Note', ({ notes }) => notes.note),
];

function settingColumn(name: string): RunColumn {
  const value = (row: RunRow) => {
    const text = row.settings[name];
    const number = Number(text);
    return text === undefined || text.trim() === '' || Number.isNaN(number) ? text : number;
  };
  return { ...column(`setting:${name}`, name, value), text: (row) => row.settings[name] ?? '' };
}

function metricColumn(name: string): RunColumn {
  return column(
    `last:${name}`,
    name,
    ({ run }) => run.last[name],
    (value) => formatValue(value),
  );
}

const MOST_METRICS = 300;

/** All there are for these runs; settings in the given order. */
export function allColumns(rows: readonly RunRow[], settings: readonly string[]): readonly RunColumn[] {
  const metrics = new Set<string>();
  for (const { run } of rows) {
    for (const name of Object.keys(run.last)) if (metrics.size < MOST_METRICS) metrics.add(name);
  }
  const order = [...metrics].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true }));
  return [...facts, ...settings.map(settingColumn), ...order.map(metricColumn)];
}

/** What a run is judged by first. */
function rank(name: string): number {
  const place = /loss$/.test(name) ? 0 : /acc/.test(name) ? 1 : 2;
  return (name.startsWith('validation/') ? 0 : 10) + place;
}

/** Until the person chooses: facts, the settings that differ, what runs are judged by. */
export function usualColumns(all: readonly RunColumn[], rows: readonly RunRow[]): readonly string[] {
  const differing = all.filter(
    (one) =>
      one.id.startsWith('setting:') &&
      !['setting:experiment'].includes(one.id) &&
      new Set(rows.map((row) => one.text(row))).size > 1,
  );
  const metrics = all.filter((one) => one.id.startsWith('last:') && !one.id.includes('learning_rate')).slice(0, 4);
  const noted = facts
    .filter(({ id }) => id === 'tags' || id === 'note')
    .filter((one) => rows.some((row) => one.text(row) !== ''));
  return [
    ...facts.slice(0, 5).map(({ id }) => id),
    ...differing.slice(0, 5).map(({ id }) => id),
    ...metrics.map(({ id }) => id),
    ...noted.map(({ id }) => id),
  ];
}

/** Rows that say nothing come last, whichever way. */
export function sortRuns(rows: readonly RunRow[], by: RunColumn, descending: boolean): readonly RunRow[] {
  const way = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [one, other] = [by.value(a), by.value(b)];
    const missing = (value: typeof one) => value === undefined || value === '' || Number.isNaN(value);
    if (missing(one) || missing(other)) return Number(missing(one)) - Number(missing(other));
    if (typeof one === 'number' && typeof other === 'number') return way * (one - other) || 0;
    return way * String(one).localeCompare(String(other), 'en', { numeric: true });
  });
}

export const usualSort: TableSort = { column: 'created', descending: true };

export function tableCsv(rows: readonly RunRow[], columns: readonly RunColumn[]): string {
  const line = (cells: readonly (string | number | undefined)[]) => cells.map(csvCell).join(',');
  return [
    line(columns.map(({ title }) => title)),
    ...rows.map((row) =>
      line(columns.map((one) => (one.id === 'created' ? dateText(one.value(row)) : one.value(row)))),
    ),
    '',
  ].join('\n');
}

export function tableJson(rows: readonly RunRow[]): string {
  const list = rows.map(({ run, settings, notes }) => ({ ...run, settings, ...notes }));
  return `${JSON.stringify(list, (_key, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value), 2)}\n`;
}

function dateText(time: string | number | undefined): string {
  return typeof time === 'number' ? new Date(time).toISOString() : '';
}

/** A text that begins as a formula would be one in a spreadsheet. */
export function csvCell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
