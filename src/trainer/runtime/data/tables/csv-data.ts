/** Tables in CSV files as data for a model: which columns go in, which comes out, and in what numbers. */
import path from 'node:path';
import { findNamedDataSet } from '../../../../shared/data/named-data-sets.js';
import {
  type DataEnvironment,
  DataError,
  DatasetDescription,
  type DataOutline,
  type LoadedData,
} from '../batch-stream.js';
import { locateData, notFound } from '../data-location.js';
import { type LabelMode, labelShape, labelValues } from '../labels.js';
import { type Column, MemoryStream } from '../memory-stream.js';
import { splitOff } from '../split.js';
import { splitRows } from '../tensor-data.js';
import { type ColumnReader, distinct, insistOnNumbers, kindOfColumn, toNumber } from './column-kind.js';
import { type CsvTable, parseTable } from './csv-table.js';
import { readText } from './text-file.js';

export interface CsvSettings {
  readonly name: string;
  readonly target: string;
  readonly features?: readonly string[];
  readonly targetKind: 'auto' | 'classes' | 'number';
  readonly labelMode: LabelMode;
  readonly batchSize: number;
  readonly validationSplit?: number;
  readonly shuffle: boolean;
  readonly standardize: boolean;
  readonly delimiter?: string;
  readonly columns?: readonly string[];
  readonly decimal: '.' | ',';
  readonly missing?: readonly string[];
  readonly categories?: readonly string[];
}

/** A column of the table as columns of the input. */
type Feature =
  | { readonly kind: 'number'; readonly column: number; readonly name: string }
  | { readonly kind: 'category'; readonly column: number; readonly name: string; readonly values: readonly string[] };

type Target =
  | { readonly kind: 'number'; readonly column: number }
  | { readonly kind: 'classes'; readonly column: number; readonly classNames: readonly string[] };

interface Prepared {
  readonly location: { readonly path: string; readonly source: LoadedData['info']['source'] };
  readonly table: CsvTable;
  readonly features: readonly Feature[];
  readonly featureNames: readonly string[];
  readonly target: Target;
  readonly train: Int32Array;
  readonly validation?: Int32Array;
}

/** A column of text with more different values than this is a name or a note, not a category. */
const mostCategories = 50;

export class CsvData extends DatasetDescription {
  constructor(private readonly settings: CsvSettings) {
    super();
  }

  override async outline(environment: DataEnvironment): Promise<DataOutline> {
    const prepared = await this.prepare(environment);
    const { target, featureNames } = prepared;
    const { labelMode } = this.settings;
    return {
      info: this.info(prepared),
      inputShape: [featureNames.length],
      targetShape: target.kind === 'number' ? [1] : labelShape(target.classNames.length, labelMode),
      sparseTargets: target.kind === 'classes' && labelMode === 'sparse',
      batchSize: this.settings.batchSize,
    };
  }

  override async load(environment: DataEnvironment): Promise<LoadedData> {
    const prepared = await this.prepare(environment);
    const { table, train, validation, featureNames } = prepared;
    const { batchSize, shuffle, standardize } = this.settings;
    const values = toInputs(prepared, this.settings.decimal);
    if (standardize) standardizeColumns(values, featureNames.length, train);
    const xs: Column = { values: Float32Array.from(values), shape: [featureNames.length], dtype: 'float32' };
    const ys = this.toTargets(prepared);
    const stream = (rows: Int32Array, shuffled: boolean): MemoryStream =>
      new MemoryStream({
        xs: { kind: 'one', column: xs },
        ys: { kind: 'one', column: ys },
        rows,
        batchSize,
        shuffle: shuffled,
        name: (row) => `line ${table.lines[row]}`,
      });
    return {
      info: this.info(prepared),
      train: stream(train, shuffle),
      ...(validation && { validation: stream(validation, false) }),
      featureNames,
      close: async () => undefined,
    };
  }

  private async prepare(environment: DataEnvironment): Promise<Prepared> {
    const { name, delimiter, columns, validationSplit, missing } = this.settings;
    const location = await locateData(name, 'file', environment);
    if (!location)
      throw notFound(name, environment, 'Give the path of a CSV file, relative to the experiment’s folder.');
    const text = await readText(location.path);
    const whole = parseTable(location.path, text, delimiter, columns, missing);
    const table = this.withoutMissing(whole, location.path, environment);
    const target = this.chooseTarget(table, location.path);
    const features = this.chooseFeatures(table, location.path, environment);
    const featureNames = features.flatMap((feature) =>
      feature.kind === 'number' ? [feature.name] : feature.values.map((value) => `${feature.name}=${value}`),
    );
    return { location, table, features, featureNames, target, ...this.split(table, target, validationSplit) };
  }

  /** Each class in the same proportion, where there are classes. */
  private split(table: CsvTable, target: Target, share: number | undefined): Pick<Prepared, 'train' | 'validation'> {
    if (share === undefined || target.kind === 'number') return splitRows(table.rows.length, share);
    const taken = new Set(
      target.classNames.flatMap((className) => {
        const rows = table.rows.flatMap((cells, row) => (cells[target.column] === className ? [row] : []));
        return splitOff(rows, share, className).taken;
      }),
    );
    const rows = table.rows.map((_, row) => row);
    const validation = Int32Array.from(rows.filter((row) => taken.has(row)));
    return {
      train: Int32Array.from(rows.filter((row) => !taken.has(row))),
      ...(validation.length > 0 && { validation }),
    };
  }

  private withoutMissing(table: CsvTable, file: string, environment: DataEnvironment): CsvTable {
    const used = this.usedColumns(table, file);
    const whole = table.rows.map((cells) => used.every((column) => cells[column] !== undefined));
    const missing = whole.filter((isWhole) => !isWhole).length;
    if (missing === 0) return table;
    const rows = table.rows.filter((_, row) => whole[row]);
    if (rows.length === 0) {
      const empty = used.filter((column) => table.rows.every((cells) => cells[column] === undefined));
      throw new DataError(
        `Every row of ${file} lacks a value.`,
        empty.length > 0
          ? `These columns are empty; leave them out of features: ${empty.map((column) => table.columns[column]).join(', ')}.`
          : 'Choose fewer columns with features.',
      );
    }
    environment.notify({
      severity: 'warning',
      message: `${missing} of ${table.rows.length} rows of ${path.basename(file)} lack a value and are left out.`,
      hint: 'Fill the empty cells, or choose columns without gaps with features.',
    });
    return { ...table, rows, lines: table.lines.filter((_, row) => whole[row]) };
  }

  private usedColumns({ columns }: CsvTable, file: string): number[] {
    const { target, features } = this.settings;
    const find = (name: string): number => {
      const column = columns.indexOf(name);
      if (column >= 0) return column;
      const unnamed = columns.every((other) => toNumber(other, this.settings.decimal) !== undefined);
      throw new DataError(
        `${file} has no column '${name}'.`,
        unnamed
          ? `Its first line is numbers, ${columns.slice(0, 5).join(', ')}: where it has no line of names, give them with columns: ['…', '${name}'].`
          : `Its columns are ${columns.join(', ')}.`,
      );
    };
    if (features?.includes(target))
      throw new DataError(`The target '${target}' is among the features.`, 'Take it out: a model would only copy it.');
    if (features?.length === 0)
      throw new DataError('datasets.csv: features is empty.', `Leave it out to use all columns but '${target}'.`);
    return [find(target), ...(features ?? columns.filter((name) => name !== target)).map(find)];
  }

  private chooseTarget(table: CsvTable, path: string): Target {
    const { target, targetKind, labelMode, decimal } = this.settings;
    const column = table.columns.indexOf(target);
    const reader: ColumnReader = { table, path, decimal, asCategories: `targetKind: 'classes'` };
    if (targetKind === 'number') insistOnNumbers(column, { table, path, decimal });
    if (targetKind === 'number' || (targetKind === 'auto' && kindOfColumn(column, reader).kind === 'number'))
      return { kind: 'number', column };
    const cells = table.rows.map((row) => row[column]!);
    const numeric = cells.every((cell) => toNumber(cell, decimal) !== undefined);
    const classNames = [...new Set(cells)].sort((one, other) =>
      numeric ? toNumber(one, decimal)! - toNumber(other, decimal)! : one < other ? -1 : 1,
    );
    if (classNames.length < 2) {
      throw new DataError(
        `'${target}' has the same value, '${classNames[0]}', in every row: there is nothing to tell apart.`,
      );
    }
    if (labelMode === 'binary' && classNames.length !== 2) {
      throw new DataError(
        `labelMode 'binary' needs two classes; '${target}' has ${classNames.length}.`,
        `Use 'categorical' or 'sparse'.`,
      );
    }
    return { kind: 'classes', column, classNames };
  }

  private chooseFeatures(table: CsvTable, path: string, environment: DataEnvironment): Feature[] {
    const { decimal, categories = [] } = this.settings;
    const [, ...columns] = this.usedColumns(table, path);
    const unknown = categories.find((name) => !columns.some((column) => table.columns[column] === name));
    if (unknown !== undefined) {
      const names = columns.map((column) => table.columns[column]).join(', ');
      throw new DataError(`categories names '${unknown}', which is none of the features.`, `They are ${names}.`);
    }
    const chosen = columns.flatMap((column): Feature[] => {
      const name = table.columns[column]!;
      const cells = table.rows.map((row) => row[column]!);
      const asked = categories.includes(name);
      const found = asked
        ? { kind: 'text' as const, values: distinct(cells) }
        : kindOfColumn(column, { table, path, decimal, asCategories: `categories: ['${name}']` });
      if (found.kind === 'number') return [{ kind: 'number', column, name }];
      const { values } = found;
      if (values.length <= mostCategories || asked) return [{ kind: 'category', column, name, values }];
      const odd = cells.findIndex((cell) => toNumber(cell, decimal) === undefined);
      const message = `'${name}' has ${values.length} different texts (line ${table.lines[odd]}: '${cells[odd]}')`;
      if (this.settings.features)
        throw new DataError(`${message}: it is neither a number nor a category.`, 'Take it out of features.');
      environment.notify({
        severity: 'warning',
        message: `${message} and is left out.`,
        hint: 'Name the columns to use with features.',
      });
      return [];
    });
    if (chosen.length === 0)
      throw new DataError(`${path} has no column to learn from besides '${this.settings.target}'.`);
    return chosen;
  }

  private toTargets({ table, target }: Prepared): Column {
    const cells = table.rows.map((row) => row[target.column]!);
    if (target.kind === 'number')
      return {
        values: Float32Array.from(cells, (cell) => toNumber(cell, this.settings.decimal)!),
        shape: [1],
        dtype: 'float32',
      };
    const { labelMode } = this.settings;
    const labels = Int32Array.from(cells, (cell) => target.classNames.indexOf(cell));
    return {
      values: labelValues(labels, target.classNames.length, labelMode),
      shape: labelShape(target.classNames.length, labelMode),
      dtype: 'float32',
    };
  }

  private info({ location, target, train, validation }: Prepared): LoadedData['info'] {
    const { name } = this.settings;
    return {
      name,
      source: location.source,
      description: findNamedDataSet(name)?.title ?? location.path,
      path: location.path,
      ...(target.kind === 'classes' && { classNames: [...target.classNames] }),
      trainExamples: train.length,
      ...(validation && { validationExamples: validation.length }),
      skipped: [],
      skippedCount: 0,
    };
  }
}

function toInputs({ table, features, featureNames }: Prepared, decimal: '.' | ','): Float64Array {
  const values = new Float64Array(table.rows.length * featureNames.length);
  let at = 0;
  for (const cells of table.rows) {
    for (const feature of features) {
      const cell = cells[feature.column]!;
      if (feature.kind === 'number') values[at++] = toNumber(cell, decimal)!;
      else for (const value of feature.values) values[at++] = value === cell ? 1 : 0;
    }
  }
  return values;
}

/** To mean 0 and spread 1 over the training rows; the others by the same measure. A constant column becomes 0. */
function standardizeColumns(values: Float64Array, width: number, train: Int32Array): void {
  for (let column = 0; column < width; column++) {
    let sum = 0;
    for (const row of train) sum += values[row * width + column]!;
    const mean = sum / train.length;
    let squares = 0;
    for (const row of train) squares += (values[row * width + column]! - mean) ** 2;
    const spread = Math.sqrt(squares / train.length);
    for (let at = column; at < values.length; at += width) values[at] = spread > 0 ? (values[at]! - mean) / spread : 0;
  }
}
