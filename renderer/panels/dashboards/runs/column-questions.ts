/** Asks the person for a column, or for a range of one. */
import { ask } from '../../../state/dialogs.js';
import { changeRunsView } from '../../../state/dashboards.js';
import type { ColumnRange } from '../../../state/runs-view.js';
import type { ColumnAxis } from './column-axis.js';
import { findColumn, metricOf, readings, type RunColumn } from './run-columns.js';
import type { Ranges } from './run-filter.js';
import { NONE } from './view-choices.js';

const readingWords = { last: 'the last value', min: 'the least', max: 'the greatest', best: 'the best by its name' };

/** A column's id, `none` where that is offered; nothing where the person chose nothing. */
export async function askColumn(
  title: string,
  columns: readonly RunColumn[],
  { none = false, numbers = false }: { readonly none?: boolean; readonly numbers?: boolean } = {},
): Promise<string | undefined> {
  const items = columns
    .filter(({ id, numeric }) => !['tags', 'note'].includes(id) && (numeric || !numbers))
    .flatMap((column) => {
      const metric = metricOf(column.id);
      if (!metric) return [{ id: column.id, label: column.title, detail: detailOf(column) }];
      return readings.map((reading) => ({
        id: `${reading}:${metric.name}`,
        label: findColumn([], `${reading}:${metric.name}`)!.title,
        detail: readingWords[reading],
      }));
    });
  return ask({ kind: 'pick', title, items: none ? [{ id: NONE, label: 'None' }, ...items] : items });
}

function detailOf({ id }: RunColumn): string {
  return id.startsWith('setting:') ? 'setting' : 'of the run';
}

/** Takes a range away with none. */
export function setRange(ranges: Ranges, id: string, range: ColumnRange | undefined): void {
  const others = Object.entries(ranges).filter(([other]) => other !== id);
  changeRunsView({ ranges: Object.fromEntries(range ? [...others, [id, range]] : others) });
}

export async function askRange(axis: ColumnAxis, ranges: Ranges): Promise<void> {
  const { id, title } = axis.column;
  const before = ranges[id];
  const words = axis.kind === 'words';
  const typed = await ask({
    kind: 'text',
    title: `Only runs by ${title}`,
    label: words ? `Some of: ${axis.words.join(', ').slice(0, 200)}` : 'From, to: two numbers; empty for all runs',
    value: words ? wordsText(before, axis.words) : numbersText(before, axis),
    confirm: 'Show',
    check: (text) =>
      text.trim() === '' || readRange(text, axis) !== undefined
        ? undefined
        : words
          ? 'Words of the axis, with commas between them.'
          : 'Two numbers, the smaller one first: 0.001, 0.1',
  });
  if (typed !== undefined) setRange(ranges, id, typed.trim() === '' ? undefined : readRange(typed, axis));
}

function wordsText(before: ColumnRange | undefined, words: readonly string[]): string {
  return (before?.kind === 'among' ? before.values : words).join(', ');
}

function numbersText(before: ColumnRange | undefined, axis: ColumnAxis & { readonly kind: 'number' }): string {
  const { min, max } = before?.kind === 'between' ? before : axis.scale;
  return `${min}, ${max}`;
}

/** As it is typed; `undefined` where it makes no range of this axis. */
export function readRange(text: string, axis: ColumnAxis): ColumnRange | undefined {
  if (axis.kind === 'words') {
    const values = text.split(',').map((word) => word.trim());
    const known = axis.words.filter((word) => values.includes(word.trim()));
    return known.length > 0 ? { kind: 'among', values: known } : undefined;
  }
  const [min, max, more] = text
    .trim()
    .split(/\s*(?:,|;|–|…|\bto\b|\s)\s*/)
    .map((part) => Number(part.replace('−', '-') || Number.NaN));
  if (min === undefined || max === undefined || more !== undefined) return undefined;
  return min <= max && Number.isFinite(min) && Number.isFinite(max) ? { kind: 'between', min, max } : undefined;
}
