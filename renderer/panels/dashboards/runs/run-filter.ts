/** Which runs the ranges of columns let through; as text for a person too. Pure. */
import type { ColumnRange } from '../../../state/runs-view.js';
import { valueText } from './column-axis.js';
import { findColumn, type RunColumn, type RunRow } from './run-columns.js';

export type Ranges = Readonly<Record<string, ColumnRange>>;

/** Runs that say nothing of a column are outside any range of it. */
export function withinRanges(ranges: Ranges, all: readonly RunColumn[]): (row: RunRow) => boolean {
  const tests = Object.entries(ranges).flatMap(([id, range]) => {
    const column = findColumn(all, id);
    // What no run here has any more is no reason to hide them all.
    return column ? [(row: RunRow) => isWithin(range, column.value(row))] : [];
  });
  return (row) => tests.every((test) => test(row));
}

function isWithin(range: ColumnRange, value: string | number | undefined): boolean {
  if (value === undefined) return false;
  if (range.kind === 'among') return range.values.includes(String(value));
  return typeof value === 'number' && value >= range.min && value <= range.max;
}

export function rangeWords(range: ColumnRange, column: RunColumn): string {
  if (range.kind === 'among') return range.values.length === 0 ? 'none' : range.values.join(', ');
  return `${valueText(column, range.min)} – ${valueText(column, range.max)}`;
}
