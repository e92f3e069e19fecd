/** All values of one row, fetched window by window; of a vector, all of it is the row, of signals one of them. */
import { useEffect } from 'react';
import { linesOf, tableSize, type Shape } from '../../state/tensor-index.js';
import { windowAt, windowSize, type TensorReading } from '../../state/tensor-reading.js';
import { usePages } from './use-pages.js';

/** Beyond this many, the first ones are shown. */
const MOST_IN_A_ROW = 60_000;

/** What to say of a row that is longer than what is shown of it. */
export function firstOfRow(length: number): string | undefined {
  if (length <= MOST_IN_A_ROW) return undefined;
  return `The first ${MOST_IN_A_ROW.toLocaleString('en-US')} of ${length.toLocaleString('en-US')}; the table has all.`;
}

export function useRow(
  reading: TensorReading,
  previous: TensorReading | undefined,
  shape: Shape,
  row: number,
): { readonly length: number; readonly values: readonly number[]; readonly version: number } {
  const version = usePages(reading.numbers);
  const isDown = tableSize(shape).columns === 1;
  const { length } = linesOf(shape);
  const shown = Math.min(length, MOST_IN_A_ROW);
  const size = windowSize(shape);
  /** Where it lies in which window, and how many of the row lie there from it on. */
  const placeOf = (at: number) => {
    const {
      key,
      row: down,
      column,
    } = windowAt(isDown ? { row: row * length + at, column: 0 } : { row, column: at }, shape);
    const rest = isDown ? size.rows - down : size.columns - column;
    return { key, down, count: Math.min(rest, shown - at) };
  };
  const places: ReturnType<typeof placeOf>[] = [];
  for (let at = 0; at < shown; at += places.at(-1)!.count) places.push(placeOf(at));
  useEffect(() => {
    reading.numbers.want(places.map(({ key }) => key));
  }, [reading, shape, row]); // eslint-disable-line react-hooks/exhaustive-deps -- `places` follows from these
  const values: number[] = [];
  for (const { key, down, count } of places) {
    const page = reading.numbers.get(key) ?? previous?.numbers.get(key);
    const from = isDown ? down : down * (page?.columns ?? 0);
    for (let next = 0; next < count; next++) values.push(page?.values[from + next] ?? NaN);
  }
  const first = places[0]?.key ?? '';
  const isThere = (reading.numbers.get(first) ?? previous?.numbers.get(first)) !== undefined;
  return { length, values: isThere ? values : [], version };
}
