/** The columns of the runs table: what each says of a run, for showing, sorting and for files. Pure. */
import { byName } from '../../../../src/shared/base/by-name.js';
import { formatCount, formatDuration, formatValue, formatWhen } from '../../../charts/format.js';
import type { RunSummary } from '../../../../src/shared/protocol/rpc.js';
import type { RunNotes, TableSort } from '../../../state/dashboard-schema.js';
import type { RunName } from '../../../state/run-names.js';
import { settingsOfEveryRun } from '../../../state/run-settings.js';
import type { Extremes } from '../../../state/series-extremes.js';

export interface RunRow {
  readonly run: RunSummary;
  readonly name?: RunName | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly notes: RunNotes;
  /** By series, of those that a column asks for. */
  readonly extremes?: ReadonlyMap<string, Extremes>;
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
  words('name', 'Name', ({ run, name }) => name?.placed ?? run.name),
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

function settingValue(row: RunRow, name: string): string | number | undefined {
  const text = row.settings[name];
  const number = Number(text);
  return text === undefined || text.trim() === '' || Number.isNaN(number) ? text : number;
}

function settingColumn(name: string, rows: readonly RunRow[]): RunColumn {
  return {
    ...column(`setting:${name}`, name, (row) => settingValue(row, name)),
    text: (row) => row.settings[name] ?? '',
    numeric: rows.every((row) => typeof (settingValue(row, name) ?? 0) === 'number'),
  };
}

/** What of a series stands for the run. */
export const readings = ['last', 'min', 'max', 'best'] as const;
export type Reading = (typeof readings)[number];

function metricColumn(reading: Reading, name: string): RunColumn {
  const end = reading === 'best' ? (isBetterLow(name) ? 'min' : 'max') : reading;
  return column(
    `${reading}:${name}`,
    reading === 'last' ? name : `${reading} ${name}`,
    ({ run, extremes }) => (end === 'last' ? run.last[name] : extremes?.get(name)?.[end]),
    (value) => formatValue(value),
  );
}

/** Whether less of it is better, as its name tells. */
function isBetterLow(name: string): boolean {
  return /loss|err|mse|mae|perplexity|divergence|norm|memory|seconds|time/i.test(name);
}

/** The series that a column is of, and how it is read; nothing for other columns. */
export function metricOf(id: string): { readonly reading: Reading; readonly name: string } | undefined {
  const colon = id.indexOf(':');
  const reading = readings.find((one) => one === id.slice(0, colon));
  return reading && { reading, name: id.slice(colon + 1) };
}

/** By its id: one of these, or another reading of a series. */
export function findColumn(all: readonly RunColumn[], id: string | undefined): RunColumn | undefined {
  if (id === undefined) return undefined;
  const metric = metricOf(id);
  return all.find((one) => one.id === id) ?? (metric && metricColumn(metric.reading, metric.name));
}

const MOST_METRICS = 300;

/** All there are for these runs; settings in the given order. */
export function allColumns(rows: readonly RunRow[], settings: readonly string[]): readonly RunColumn[] {
  const runsOf = new Map<string, number>();
  for (const { run } of rows) {
    for (const name of Object.keys(run.last)) {
      const known = runsOf.get(name);
      if (known !== undefined || runsOf.size < MOST_METRICS) runsOf.set(name, (known ?? 0) + 1);
    }
  }
  const many = Math.max(0, ...runsOf.values()) / 2;
  // Runs are not compared by what few of them have.
  const isRare = (name: string) => Number(runsOf.get(name)! < many);
  const order = [...runsOf.keys()].sort((a, b) => isRare(a) - isRare(b) || rank(a) - rank(b) || byName(a, b));
  return [
    ...facts,
    ...settings.map((name) => settingColumn(name, rows)),
    ...order.map((name) => metricColumn('last', name)),
  ];
}

/** What a run is judged by first. */
function rank(name: string): number {
  const place = /loss$/.test(name) ? 0 : /acc/.test(name) ? 1 : 2;
  return (name.startsWith('validation/') ? 0 : 10) + place;
}

const ofEveryRun = new Set([...settingsOfEveryRun].map((name) => `setting:${name}`));

/**
 * Settings that are not the same in all runs: those that an experiment names, then those of every run, without what only
 * repeats one of the first; last those that are the same wherever there are any.
 */
export function differingSettings(all: readonly RunColumn[], rows: readonly RunRow[]): readonly RunColumn[] {
  const found = all
    .filter(({ id }) => id.startsWith('setting:'))
    .map((column) => ({ column, values: new Set(rows.map((row) => column.text(row))) }))
    .filter(({ values }) => values.size > 1);
  const told = new Set<string>();
  const rank = ({ column, values }: (typeof found)[number]) =>
    ofEveryRun.has(column.id) ? 1 : values.has('') && values.size === 2 ? 2 : 0;
  return found
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap(({ column }) => {
      const groups = groupsBy(column, rows);
      if (ofEveryRun.has(column.id) && told.has(groups)) return [];
      told.add(groups);
      return [column];
    });
}

/** Which runs have the same value: a rate and the learning rate that is made of it part them alike. */
function groupsBy(column: RunColumn, rows: readonly RunRow[]): string {
  const places = new Map<string, number>();
  return rows
    .map((row) => {
      const text = column.text(row);
      if (!places.has(text)) places.set(text, places.size);
      return places.get(text);
    })
    .join();
}

/** What runs are judged by, the first of it first. */
export function judgingMetrics(all: readonly RunColumn[]): readonly RunColumn[] {
  return all.filter((one) => one.id.startsWith('last:') && !/learning_rate|norm|memory|per_second/.test(one.id));
}

/** Until the person chooses: facts, the settings that differ, what runs are judged by. */
export function usualColumns(all: readonly RunColumn[], rows: readonly RunRow[]): readonly string[] {
  const differing = differingSettings(all, rows).filter(({ id }) => id !== 'setting:experiment');
  const noted = facts
    .filter(({ id }) => id === 'tags' || id === 'note')
    .filter((one) => rows.some((row) => one.text(row) !== ''));
  return [...facts.slice(0, 5), ...differing.slice(0, 5), ...judgingMetrics(all).slice(0, 4), ...noted].map(
    ({ id }) => id,
  );
}

/** Rows that say nothing come last, whichever way. */
export function sortRuns(rows: readonly RunRow[], by: RunColumn, descending: boolean): readonly RunRow[] {
  const way = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [one, other] = [by.value(a), by.value(b)];
    const missing = (value: typeof one) => value === undefined || value === '' || Number.isNaN(value);
    if (missing(one) || missing(other)) return Number(missing(one)) - Number(missing(other));
    if (typeof one === 'number' && typeof other === 'number') return way * (one - other) || 0;
    return way * byName(String(one), String(other));
  });
}

export const usualSort: TableSort = { column: 'created', descending: true };

export function tableCsv(rows: readonly RunRow[], columns: readonly RunColumn[]): string {
  const line = (cells: readonly (string | number | undefined)[]) => cells.map(csvCell).join(',');
  return [
    line(columns.map(({ id, title }) => (id === 'wall' ? `${title} (ms)` : title))),
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
