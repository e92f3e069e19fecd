/** Reads a table out of CSV text: names, cells, missing values. Knows no tensors and no data set. */
import { CsvError, parse } from 'csv-parse/sync';
import { DataError } from '../batch-stream.js';

export interface CsvTable {
  readonly columns: readonly string[];
  /** Cells as text; `undefined` where the value is missing. */
  readonly rows: readonly (readonly (string | undefined)[])[];
  /** The line in the file on which each row begins, from 1. */
  readonly lines: readonly number[];
}

/** What people and programs write where there is no value. */
const missingByCustom = ['', 'na', 'n/a', '#n/a', '<na>', 'nan', 'null', 'none', '?', '-', '--'];

/**
 * @param names of the columns, for text without a line of names
 * @param missingTexts what this file writes where there is no value, in any case, beside what is usual
 * @throws DataError where the text is no table
 */
export function parseTable(
  path: string,
  text: string,
  delimiter: string | undefined,
  names?: readonly string[],
  missingTexts: readonly string[] = [],
): CsvTable {
  const missing = new Set([...missingByCustom, ...missingTexts.map((one) => one.trim().toLowerCase())]);
  const firstLine = text.split('\n', 1)[0] ?? '';
  const separator = delimiter ?? guessDelimiter(firstLine);
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, {
      bom: true,
      delimiter: separator,
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as typeof records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw brokenTable(path, error);
  }
  const header = names ?? records.shift()?.record;
  if (!header || header.length === 0)
    throw new DataError(`${path} is empty.`, 'Expected is a line of column names and the rows below it.');
  if (records.length === 0) throw new DataError(`${path} has column names but no rows.`);
  const width = records[0]!.record.length;
  if (header.length !== width) {
    throw new DataError(`${path} has ${width} columns, but ${header.length} names are given: ${header.join(', ')}.`);
  }
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined) throw new DataError(`${path} has two columns named '${twice}'.`, 'Rename one of them.');
  return {
    columns: header,
    rows: records.map(({ record }) => record.map((cell) => (missing.has(cell.toLowerCase()) ? undefined : cell))),
    lines: records.map(({ info }) => info.lines),
  };
}

function brokenTable(path: string, error: CsvError): DataError {
  const line = typeof error['lines'] === 'number' ? `, line ${error['lines']}` : '';
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
    case 'CSV_RECORD_INCONSISTENT_COLUMNS': {
      const cells = Array.isArray(error['record']) ? `${error['record'].length}` : 'another number of';
      const counted = `has ${cells} ${cells === '1' ? 'cell' : 'cells'}, unlike the lines before it`;
      return new DataError(
        `${path}${line} is not a table: the line ${counted}.`,
        'Every line needs as many cells as the first; a cell that has the separator in it stands in quotation marks.',
      );
    }
    case 'CSV_QUOTE_NOT_CLOSED':
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return new DataError(
        `${path}${line} is not a table: a quotation mark there has no partner.`,
        'A cell begins and ends with one, or has none; within a cell each is written twice.',
      );
    default:
      return new DataError(`${path} is not a table: ${error.message}.`, 'Every line needs as many cells as the first.');
  }
}

/** The one of the usual separators that the first line has most of. */
function guessDelimiter(line: string): string {
  const counts = [',', ';', '\t'].map((character) => ({ character, count: line.split(character).length }));
  return counts.reduce((most, other) => (other.count > most.count ? other : most)).character;
}
