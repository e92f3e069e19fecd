/** All values of one row, fetched window by window; of a vector, all of it is the row. */
import { useEffect } from 'react';
import { tableSize, type Shape } from '../../state/tensor-index.js';
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
  const { rows, columns } = tableSize(shape);
  const isVector = columns === 1;
  const length = isVector ? rows : columns;
  const shown = Math.min(length, MOST_IN_A_ROW);
  const size = windowSize(shape);
  const step = isVector ? size.rows : size.columns;
  const keyAt = (at: number) => windowAt(isVector ? { row: at, column: 0 } : { row, column: at }, shape);
  useEffect(() => {
    const keys = Array.from({ length: Math.ceil(shown / step) }, (_, at) => keyAt(at * step).key);
    reading.numbers.want(keys);
  }, [reading, shape, row, shown, step]); // eslint-disable-line react-hooks/exhaustive-deps -- `keyAt` follows from these
  const values: number[] = [];
  for (let at = 0; at < shown; at += step) {
    const { key, row: within } = keyAt(at);
    const page = reading.numbers.get(key) ?? previous?.numbers.get(key);
    const count = Math.min(step, shown - at);
    const from = isVector ? 0 : within * (page?.columns ?? 0);
    for (let next = 0; next < count; next++) values.push(page?.values[from + next] ?? NaN);
  }
  const first = keyAt(0).key;
  const isThere = (reading.numbers.get(first) ?? previous?.numbers.get(first)) !== undefined;
  return { length, values: isThere ? values : [], version };
}
