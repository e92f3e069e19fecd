/**
 * Which settings of many trainings a metric depends on: each setting's share of what a forest learns to foretell the
 * metric by, and its linear correlation with it. Says why where nothing can be told. Knows no files and no window.
 */
import { fitLine } from './line-fit.js';
import { RandomForest } from './random-forest.js';

type SettingValue = string | number | undefined;

export interface SettingValues {
  readonly name: string;
  /** One a run; nothing where the run has no such setting. */
  readonly values: readonly SettingValue[];
}

export interface SettingImportance {
  readonly name: string;
  /** Share of all settings’ importance, 0 to 1. */
  readonly importance: number;
  /** Pearson's r with the metric; of words only where there are two of them: then of the second, `correlationOf`. */
  readonly correlation?: number;
  readonly correlationOf?: string;
}

export type Importance =
  | { readonly kind: 'too-few'; readonly runs: number; readonly needed: number }
  /** All runs have the same settings, or settings that are other words in each run. */
  | { readonly kind: 'same-settings' }
  | { readonly kind: 'same-metric' }
  | {
      readonly kind: 'forest';
      readonly forest: RandomForest;
      /** Runs that have the metric, as a finite number. */
      readonly runs: number;
      /** Words that are another in nearly each run: names, notes. */
      readonly leftOut: readonly string[];
      /** From the trees grown by now, the most important first. */
      settings(): readonly SettingImportance[];
    };

export const FEWEST_RUNS = 5;
const SEED = 1;
/** Different words of a setting; more say which run it is. */
const MOST_WORDS = 30;

export function importanceOf(settings: readonly SettingValues[], metric: readonly (number | undefined)[]): Importance {
  const rows = metric.flatMap((value, row) => (value !== undefined && Number.isFinite(value) ? [row] : []));
  if (rows.length < FEWEST_RUNS) return { kind: 'too-few', runs: rows.length, needed: FEWEST_RUNS };
  const targets = Float64Array.from(rows, (row) => metric[row]!);
  if (targets.every((value) => value === targets[0])) return { kind: 'same-metric' };
  const differing = settings
    .map(({ name, values }) => ({ name, values: rows.map((row) => values[row]) }))
    .filter(({ values }) => new Set(values).size > 1);
  const leftOut = differing.filter(({ values }) => isNaming(values)).map(({ name }) => name);
  const used = differing.filter(({ name }) => !leftOut.includes(name));
  if (used.length === 0) return { kind: 'same-settings' };
  const encoded = used.map(({ values }) => columnsOf(values));
  const forest = new RandomForest(encoded.flat(), targets, SEED);
  return {
    kind: 'forest',
    forest,
    runs: rows.length,
    leftOut,
    settings: () => {
      const shares = forest.importances;
      let at = 0;
      return used
        .map(({ name, values }, index): SettingImportance => {
          let importance = 0;
          for (const end = at + encoded[index]!.length; at < end; at++) importance += shares[at]!;
          return { name, importance, ...correlationOf(values, targets) };
        })
        .sort((a, b) => b.importance - a.importance);
    },
  };
}

function isNumbers(values: readonly SettingValue[]): boolean {
  return values.every((value) => value === undefined || typeof value === 'number');
}

function wordsOf(values: readonly SettingValue[]): string[] {
  return [...new Set(values.map((value) => (value === undefined ? '' : String(value))))].sort();
}

function isNaming(values: readonly SettingValue[]): boolean {
  if (isNumbers(values)) return false;
  const { length } = wordsOf(values);
  return length > MOST_WORDS || (length > 2 && length > values.length * 0.8);
}

/** Numbers as one column, with what is missing below all others; words as a column each. */
function columnsOf(values: readonly SettingValue[]): Float64Array[] {
  if (isNumbers(values)) {
    const finite = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
    const least = finite.reduce((a, b) => Math.min(a, b), Infinity);
    const most = finite.reduce((a, b) => Math.max(a, b), -Infinity);
    const place = (value: SettingValue) => {
      if (typeof value !== 'number' || Number.isNaN(value)) return finite.length > 0 ? least - 1 : -1;
      return Number.isFinite(value) ? value : value > 0 ? most + 1 : least - 0.5;
    };
    return [Float64Array.from(values, place)];
  }
  const words = wordsOf(values);
  // Two words are one question.
  return (words.length === 2 ? words.slice(1) : words).map((word) =>
    Float64Array.from(values, (value) => (String(value ?? '') === word ? 1 : 0)),
  );
}

function correlationOf(
  values: readonly SettingValue[],
  targets: Float64Array,
): Pick<SettingImportance, 'correlation' | 'correlationOf'> {
  const ys = [...targets];
  if (isNumbers(values)) {
    const fit = fitLine(values as readonly (number | undefined)[], ys);
    return fit ? { correlation: fit.correlation } : {};
  }
  const words = wordsOf(values).filter((word) => word !== '');
  if (words.length !== 2) return {};
  const numbers = values.map((value) => (value === undefined ? undefined : String(value) === words[1] ? 1 : 0));
  const fit = fitLine(numbers, ys);
  return fit ? { correlation: fit.correlation, correlationOf: words[1]! } : {};
}
