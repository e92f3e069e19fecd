/**
 * One tensor at one stop: its facts, its pictures and its numbers, fetched as they come into sight and kept
 * when training has gone on. Knows no view and no screen.
 */
import type { TensorFacts, TensorPictures, TensorPlace, TensorView } from '../../src/shared/protocol/tensors.js';
import type { Connection } from './connection.js';
import { PageCache } from './page-cache.js';
import { bytesOf, numbersOf } from './tensor-bytes.js';
import { tableSize, type Cell, type Shape } from './tensor-index.js';

export type PictureView = Exclude<TensorView, 'bars' | 'curve' | 'table'>;

/** Which pictures, and how they are wanted. */
export interface PictureWish {
  readonly view: PictureView;
  readonly example: number;
  readonly scale: 'all' | 'each';
  readonly maxSide: number;
}

/** Some pictures, decoded. */
export interface PicturePage extends Omit<TensorPictures, 'pixels' | 'notFiniteRuns'> {
  readonly count: number;
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Place and length of each run of bytes that stand for not-finite values, one after the other. */
  readonly notFiniteRuns: readonly number[];
}

/** A window of the table, decoded. */
export interface NumberPage {
  readonly values: Float64Array;
  readonly texts?: readonly string[];
  readonly rows: number;
  readonly columns: number;
}

export type Sought = 'max' | 'min' | 'largest' | 'notFinite' | 'zero' | 'value';

export interface Found {
  readonly index?: number;
  readonly value?: number;
  readonly count?: number;
}

/** Of one answer; well below what a socket takes in a frame's time. */
const BYTES_A_PAGE = 1_500_000;
const CELLS_A_PAGE = 4096;

export class TensorReading {
  readonly pictures: PageCache<PicturePage>;
  readonly numbers: PageCache<NumberPage>;

  constructor(
    private readonly place: TensorPlace,
    /** Of the stop: "step 41". */
    readonly of: string,
    private readonly connection: Pick<Connection, 'backstep'>,
  ) {
    this.pictures = new PageCache((key) => this.readPictures(key), { atOnce: 1, most: 64 });
    this.numbers = new PageCache((key) => this.readNumbers(key), { atOnce: 2, most: 400 });
  }

  /** `numbers`: also those that a large tensor takes a moment for. @throws RequestError */
  facts(numbers: boolean): Promise<TensorFacts> {
    return this.connection.backstep('backstep/tensor', { tensor: this.place, numbers });
  }

  /** The place after `from`, round the end. @throws RequestError */
  find(sought: Sought, from: number, value?: number): Promise<Found> {
    return this.connection.backstep('backstep/tensorFind', { tensor: this.place, for: sought, from, value });
  }

  /** Training has gone on: what was read stays, nothing more can be. */
  end(): void {
    this.pictures.close();
    this.numbers.close();
  }

  private async readPictures(key: string): Promise<PicturePage> {
    const { wish, first, count } = JSON.parse(key) as PictureKey;
    const answer = await this.connection.backstep('backstep/tensorPictures', {
      tensor: this.place,
      ...wish,
      first,
      count,
    });
    const { pixels, notFiniteRuns = [], ...rest } = answer;
    return { ...rest, count: answer.ranges.length, pixels: bytesOf(pixels), notFiniteRuns };
  }

  private async readNumbers(key: string): Promise<NumberPage> {
    const window = JSON.parse(key) as NumberWindow;
    const { values, texts, rows, columns } = await this.connection.backstep('backstep/tensorNumbers', {
      tensor: this.place,
      ...window,
    });
    return { values: numbersOf(values), texts, rows, columns };
  }
}

interface PictureKey {
  readonly wish: PictureWish;
  readonly first: number;
  readonly count: number;
}

interface NumberWindow {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

export function pictureKey(wish: PictureWish, first: number, count: number): string {
  const { view, example, scale, maxSide } = wish;
  return JSON.stringify({ wish: { view, example, scale, maxSide }, first, count } satisfies PictureKey);
}

/** How many pictures are asked for together; of all that there are no more than the protocol allows. */
export function picturesAPage(pixels: number, maxSide: number): number {
  const most = Math.min(pixels, maxSide * maxSide * 3);
  return Math.max(1, Math.min(64, Math.floor(BYTES_A_PAGE / Math.max(1, most))));
}

/** The windows that a table is fetched in: as wide as it is, up to 64 columns. */
export function windowSize(shape: Shape): { readonly rows: number; readonly columns: number } {
  const columns = Math.max(1, Math.min(64, tableSize(shape).columns));
  return { rows: Math.max(32, Math.min(1000, Math.floor(CELLS_A_PAGE / columns))), columns };
}

/** Key of the window that holds a cell, and where in it the cell is. */
export function windowAt(
  { row, column }: Cell,
  shape: Shape,
): { readonly key: string; readonly row: number; readonly column: number } {
  const size = windowSize(shape);
  const all = tableSize(shape);
  const top = row - (row % size.rows);
  const left = column - (column % size.columns);
  const window: NumberWindow = {
    row: top,
    rows: Math.min(size.rows, all.rows - top),
    column: left,
    columns: Math.min(size.columns, all.columns - left),
  };
  return { key: JSON.stringify(window), row: row - top, column: column - left };
}

/** A value where it has been read; text where the tensor holds text. */
export function valueAt(reading: TensorReading, cell: Cell, shape: Shape): number | string | undefined {
  const { key, row, column } = windowAt(cell, shape);
  const page = reading.numbers.get(key);
  if (!page) return undefined;
  const at = row * page.columns + column;
  return page.texts ? page.texts[at] : page.values[at];
}
