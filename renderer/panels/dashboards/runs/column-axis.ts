/** A column of runs as an axis: where on it each run is, what is written beside it. Pure; knows no pixels. */
import { byName } from '../../../../src/shared/base/by-name.js';
import { formatDuration, formatSetting, formatTick, formatValue, formatWhenShort } from '../../../charts/format.js';
import { linearScale, logScale, logTicks, niceTicks, type Scale } from '../../../charts/scale.js';
import type { ColumnRange } from '../../../state/runs-view.js';
import type { RunColumn, RunRow } from './run-columns.js';

interface Mark {
  /** 0 is the axis's beginning, 1 its end. */
  readonly share: number;
  readonly text: string;
}

interface AnyAxis {
  readonly column: RunColumn;
  /** Whether all values are above zero. */
  readonly canBeLogarithmic: boolean;
  /** Nothing for a run that says nothing of the column, or nothing finite. */
  share(row: RunRow): number | undefined;
  /** About so many. */
  marks(count: number): readonly Mark[];
}

export type ColumnAxis = AnyAxis &
  ({ readonly kind: 'number'; readonly scale: Scale } | { readonly kind: 'words'; readonly words: readonly string[] });

/** The part of an axis between two shares of its length; its ends are the outermost values exactly, others are round. */
export function axisRange(axis: ColumnAxis, low: number, high: number): ColumnRange {
  if (axis.kind === 'words') {
    const count = axis.words.length;
    return { kind: 'among', values: axis.words.filter((_, at) => (at + 1) / count > low && at / count < high) };
  }
  const { scale } = axis;
  const round = (value: number) => Number(value.toPrecision(4));
  const min = low <= 0 ? scale.min : round(scale.at(low));
  return { kind: 'between', min, max: Math.max(min, high >= 1 ? scale.max : round(scale.at(high))) };
}

/** Settings of which most lie at the beginning of a linear axis are logarithmic, unless `logarithmic` says otherwise. */
export function columnAxis(column: RunColumn, rows: readonly RunRow[], logarithmic?: boolean): ColumnAxis {
  const values = rows.flatMap((row) => column.value(row) ?? []).filter((value) => value !== '');
  if (values.some((value) => typeof value !== 'number')) return wordAxis(column, values);
  const finite = (values as number[]).filter(Number.isFinite);
  let min = finite.reduce((a, b) => Math.min(a, b), Infinity);
  let max = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const canBeLogarithmic = min > 0 && min < max;
  const isLogarithmic =
    canBeLogarithmic && (logarithmic ?? (column.id.startsWith('setting:') && isCrowded(finite, min, max)));
  if (finite.length === 0) [min, max] = [0, 1];
  if (min === max) [min, max] = [min - (Math.abs(min) || 1) / 2, max + (Math.abs(max) || 1) / 2];
  const scale = isLogarithmic ? logScale(min, max) : linearScale(min, max);
  return {
    kind: 'number',
    column,
    scale,
    canBeLogarithmic,
    share: (row) => {
      const value = column.value(row);
      return typeof value === 'number' && Number.isFinite(value) ? scale.share(value) : undefined;
    },
    marks: (count) =>
      (isLogarithmic ? logTicks(min, max, count) : niceTicks(min, max, count))
        .filter((value) => value >= min && value <= max)
        .map((value) => ({ share: scale.share(value), text: markText(column, value) })),
  };
}

/** A number of the column, as short as can be. */
export function valueText(column: RunColumn, value: number): string {
  if (column.id === 'created') return formatWhenShort(value);
  if (column.id === 'wall') return formatDuration(value);
  return column.id.startsWith('setting:') ? formatSetting(Number(value.toPrecision(4))) : formatValue(value);
}

/** What a run says of the column. */
export function rowText(column: RunColumn, row: RunRow): string {
  const value = column.value(row);
  return typeof value === 'number' ? valueText(column, value) : (value ?? 'no value');
}

function markText(column: RunColumn, value: number): string {
  const isPlain =
    column.id === 'created' || column.id === 'wall' || (column.id.startsWith('setting:') && Math.abs(value) < 1e5);
  return isPlain ? valueText(column, value) : formatTick(value);
}

/** Most of them in the first tenth. */
function isCrowded(values: readonly number[], min: number, max: number): boolean {
  return values.filter((value) => value - min < (max - min) / 10).length > values.length / 2;
}

function wordAxis(column: RunColumn, values: readonly (string | number)[]): ColumnAxis {
  const words = [...new Set(values.map(String))].sort(byName);
  const places = new Map(words.map((word, index) => [word, (index + 0.5) / words.length]));
  return {
    kind: 'words',
    column,
    words,
    canBeLogarithmic: false,
    share: (row) => {
      const value = column.value(row);
      return value === undefined ? undefined : places.get(String(value));
    },
    marks: (count) => {
      const every = Math.max(1, Math.ceil(words.length / Math.max(1, count)));
      return words.filter((_, index) => index % every === 0).map((word) => ({ share: places.get(word)!, text: word }));
    },
  };
}
