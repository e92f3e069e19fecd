/**
 * Whether a column of a table holds numbers or texts, and which cells do not belong: a stray text among
 * numbers is a slip to be mended, not a reason to take the column for a category. Knows no tensors.
 */
import { DataError } from '../batch-stream.js';
import type { CsvTable } from './csv-table.js';

export type ColumnKind =
  | { readonly kind: 'number' }
  /** `values`: the different ones, in order. */
  | { readonly kind: 'text'; readonly values: readonly string[] };

export interface ColumnReader {
  readonly table: CsvTable;
  readonly path: string;
  readonly decimal: '.' | ',';
  /** The option that takes this column as categories, as a person writes it; none where numbers were asked for. */
  readonly asCategories?: string;
}

const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const decimalComma = /^[+-]?\d*,\d+(e[+-]?\d+)?$/i;
/** What tensors hold, 32-bit floats, reach no further. */
const largest = 3.4028234663852886e38;

/** `undefined` where the text is no number that a tensor can hold. */
export function toNumber(text: string, decimal: '.' | ','): number | undefined {
  const plain = decimal === ',' ? text.replace(',', '.') : text;
  if (!plainNumber.test(plain) || (decimal === ',' && text.includes('.'))) return undefined;
  const value = Number(plain);
  return Math.abs(value) <= largest ? value : undefined;
}

/**
 * Numbers where all cells are, texts where many are none.
 * @throws DataError where all but few are numbers: it names the cells that are not
 */
export function kindOfColumn(column: number, reader: ColumnReader): ColumnKind {
  const cells = cellsOf(column, reader);
  const strays = straysOf(cells, reader);
  if (strays.length === 0) return { kind: 'number' };
  const numbers = cells.length - strays.length;
  // One in ten, or a single cell of a small table, is a slip; as many as a third are texts by intent.
  const few = Math.max(1, cells.length / 10);
  const meantAsNumbers = strays.every((row) => reasonOf(cells[row]!, reader.decimal) !== undefined);
  if (meantAsNumbers || (strays.length <= few && numbers >= 3 * strays.length))
    throw strayCells(column, strays, reader);
  return { kind: 'text', values: distinct(cells) };
}

/** In the same order on every machine. */
export const distinct = (cells: readonly string[]): string[] =>
  [...new Set(cells)].sort((one, other) => (one < other ? -1 : 1));

/** @throws DataError that names the cells that are no numbers */
export function insistOnNumbers(column: number, reader: ColumnReader): void {
  const strays = straysOf(cellsOf(column, reader), reader);
  if (strays.length > 0) throw strayCells(column, strays, reader);
}

function cellsOf(column: number, { table }: ColumnReader): string[] {
  return table.rows.map((row) => row[column]!);
}

/** Rows. */
function straysOf(cells: readonly string[], { decimal }: ColumnReader): number[] {
  return cells.flatMap((cell, row) => (toNumber(cell, decimal) === undefined ? [row] : []));
}

/** Why a cell that was meant as a number is none; `undefined` where it was not meant so. */
function reasonOf(cell: string, decimal: '.' | ','): string | undefined {
  if (plainNumber.test(cell) && !(Math.abs(Number(cell)) <= largest))
    return 'is larger than 3.4e38, which is as far as 32-bit numbers reach';
  if (decimal === '.' && decimalComma.test(cell)) return 'has a decimal comma';
  if (/^[+-]?0[xbo][\da-f]+$/i.test(cell)) return 'is not written as a decimal number';
  if (/^[+-]?inf(inity)?$/i.test(cell)) return 'is not a finite number';
  return undefined;
}

function strayCells(column: number, strays: readonly number[], reader: ColumnReader): DataError {
  const { table, path, decimal } = reader;
  const [first, ...more] = strays as [number, ...number[]];
  const cell = table.rows[first]![column]!;
  const reason = reasonOf(cell, decimal) ?? `is not a number${othersAre(table.rows.length - strays.length)}`;
  const lines = more.slice(0, 5).map((row) => table.lines[row]);
  const rest = more.length === 0 ? '' : ` So ${are(more.length)} ${listed(lines, more.length)}.`;
  return new DataError(
    `${path}, line ${table.lines[first]}, column '${table.columns[column]}': '${shortened(cell)}' ${reason}.${rest}`,
    hintFor(cell, reader),
  );
}

function hintFor(cell: string, { decimal, asCategories }: ColumnReader): string {
  const mend =
    decimal === '.' && decimalComma.test(cell)
      ? `Where the file writes its numbers so, add the option decimal: ','`
      : `Mend it in the file, or leave out rows that have it with the option missing: ['${shortened(cell)}']`;
  return asCategories === undefined
    ? `${mend}.`
    : `${mend}. To take the column’s texts as classes, add ${asCategories}.`;
}

function othersAre(count: number): string {
  if (count === 0) return '';
  return count === 1 ? ', though the other value is' : `, though the other ${count.toLocaleString('en-US')} values are`;
}

const are = (count: number): string => (count === 1 ? 'is the one' : `are ${count.toLocaleString('en-US')} more,`);

function listed(lines: readonly (number | undefined)[], count: number): string {
  if (count === 1) return `in line ${lines[0]}`;
  return `in lines ${lines.join(', ')}${count > lines.length ? ' and so on' : ''}`;
}

/** As much as a person needs to find it. */
const shortened = (cell: string): string => (cell.length > 40 ? `${cell.slice(0, 39)}…` : cell);
