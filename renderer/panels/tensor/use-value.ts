/** Values that are pointed at, exactly; they come with the window of the table that they are in. */
import { useEffect } from 'react';
import { cellOf, type Shape } from '../../state/tensor-index.js';
import { valueAt, windowAt, type TensorReading } from '../../state/tensor-reading.js';
import { usePages } from './use-pages.js';

/** In the order of `flats`; undefined where a value is not there yet. */
export function useValues(
  reading: TensorReading,
  flats: readonly number[],
  shape: Shape,
): readonly (number | string | undefined)[] {
  usePages(reading.numbers);
  const wanted = flats.join(' ');
  useEffect(() => {
    if (wanted === '') return;
    const keys = wanted.split(' ').map((flat) => windowAt(cellOf(Number(flat), shape), shape).key);
    reading.numbers.want([...new Set(keys)]);
  }, [reading, wanted, shape]);
  return flats.map((flat) => valueAt(reading, cellOf(flat, shape), shape));
}
