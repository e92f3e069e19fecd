/**
 * Attributes of a file's op in the measure of what a person looks at: a file can hold millions of numbers in one,
 * or lists within lists without end. Numbers that JSON does not have become words. Knows no format.
 */
import { isRecord } from './is-record.js';

const MOST_ATTRIBUTES = 300;
const MOST_ITEMS = 100;
const MOST_LETTERS = 2000;
const DEEPEST = 6;

/** `undefined` where there are none. */
export function shownAttributes(
  attributes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> | undefined {
  const names = Object.keys(attributes);
  if (names.length === 0) return undefined;
  const shown = names.slice(0, MOST_ATTRIBUTES).map((name) => [cut(name), shortened(attributes[name], 0)] as const);
  if (names.length > MOST_ATTRIBUTES) shown.push(['…', `${names.length.toLocaleString('en-US')} in all`]);
  return Object.fromEntries(shown);
}

function shortened(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (!Array.isArray(value) && !isRecord(value)) return value;
  if (depth === DEEPEST) return '…';
  if (isRecord(value))
    return Object.fromEntries(
      Object.entries(value)
        .slice(0, MOST_ITEMS)
        .map(([name, inner]) => [cut(name), shortened(inner, depth + 1)]),
    );
  const items = value.slice(0, MOST_ITEMS).map((item) => shortened(item, depth + 1));
  return value.length > MOST_ITEMS ? [...items, `… (${value.length.toLocaleString('en-US')} in all)`] : items;
}

function cut(text: string): string {
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text;
}
