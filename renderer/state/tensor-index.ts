/**
 * Places in a tensor: as an index (`[0, 12, 5, 3]`), as one number counted through all values, as a cell of
 * the table (last dimension across, all others down). Pure; knows no values.
 */

export type Shape = readonly number[];

export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** A vector has one column; a scalar is one cell. */
export function tableSize(shape: Shape): { readonly rows: number; readonly columns: number } {
  const size = shape.reduce((product, length) => product * length, 1);
  if (shape.length < 2) return { rows: size, columns: size === 0 ? 0 : 1 };
  const columns = shape.at(-1)!;
  return { rows: columns === 0 ? 0 : size / columns, columns };
}

/** As curves or bars: the last dimension with more than one entry along the line; of a signal, time. */
export function linesOf(shape: Shape): { readonly lines: number; readonly length: number } {
  const { rows, columns } = tableSize(shape);
  if (columns !== 1) return { lines: rows, length: columns };
  const length = shape.length > 2 ? shape.at(-2)! : rows;
  return { lines: length === 0 ? 0 : rows / length, length };
}

export function cellOf(flat: number, shape: Shape): Cell {
  const { columns } = tableSize(shape);
  return columns === 0 ? { row: 0, column: 0 } : { row: Math.floor(flat / columns), column: flat % columns };
}

export function flatOf({ row, column }: Cell, shape: Shape): number {
  return row * tableSize(shape).columns + column;
}

export function indexOf(flat: number, shape: Shape): readonly number[] {
  const index: number[] = [];
  let rest = flat;
  for (const length of shape.toReversed()) {
    index.unshift(length === 0 ? 0 : rest % length);
    rest = length === 0 ? 0 : Math.floor(rest / length);
  }
  return index;
}

export function indexText(flat: number, shape: Shape): string {
  return `[${indexOf(flat, shape).join(', ')}]`;
}

/** What stands before a row of the table: its index without the last dimension. */
export function rowText(row: number, shape: Shape): string {
  return shape.length < 2
    ? shape.length === 0
      ? ''
      : String(row)
    : `[${indexOf(row, shape.slice(0, -1)).join(', ')}]`;
}

export type ReadIndex =
  { readonly kind: 'ok'; readonly flat: number } | { readonly kind: 'error'; readonly message: string };

/** `[0, 12, 5, 3]`, also without brackets; negative ones count from the end; of the last dimensions none need be said. */
export function readIndex(text: string, shape: Shape): ReadIndex {
  const words = text.replace(/^\s*[[(]|[\])]\s*$/g, '').trim();
  if (shape.length === 0) return { kind: 'ok', flat: 0 };
  const parts = words.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length === 0) return { kind: 'error', message: `For example [${shape.map(() => 0).join(', ')}]` };
  if (parts.length > shape.length) {
    return {
      kind: 'error',
      message: `${parts.length} numbers are too many: the shape ${shape.join('×')} has ${shape.length}.`,
    };
  }
  let flat = 0;
  for (const [at, length] of shape.entries()) {
    const part = (parts[at] ?? '0').replace('−', '-');
    if (!/^-?\d+$/.test(part)) return { kind: 'error', message: `${part} is not a whole number.` };
    const wished = Number(part);
    const index = wished < 0 ? wished + length : wished;
    if (index < 0 || index >= length) {
      return {
        kind: 'error',
        message:
          length === 0
            ? 'There are no values in this tensor.'
            : `${wished} is outside of dimension ${at}, which goes from 0 to ${length - 1}.`,
      };
    }
    flat = flat * length + index;
  }
  return { kind: 'ok', flat };
}
