/**
 * What the training loop asks of data: passes over batches, each the same for the same seed and epoch.
 * Knows nothing of files, images or models.
 */
import type { Tensor } from '@tensorflow/tfjs';
import type { DataInfo, Problem } from '../../../shared/protocol/training.js';

/** One tensor, or several in order or by name, for models of several inputs or outputs. */
export type Tensors = Tensor | Tensor[] | { [name: string]: Tensor };

/** Some examples side by side; the first dimension of every tensor is `size`. Whoever receives it disposes `xs` and `ys`. */
export interface Batch {
  readonly xs: Tensors;
  readonly ys: Tensors;
  readonly size: number;
  /** File names or row numbers, one an example, where known. */
  readonly names?: readonly string[];
}

export interface Pass {
  readonly seed: number;
  /** From 1. With the seed it decides order and augmentation. */
  readonly epoch: number;
  /** Batches to leave out at the beginning, for continuing in mid-epoch. */
  readonly skip: number;
}

export interface BatchIterator {
  /** The next batch, `undefined` after the last. May be prepared before it is asked for. */
  next(): Promise<Batch | undefined>;
  /** Gives back whatever was prepared and not asked for. */
  close(): Promise<void>;
}

export interface BatchStream {
  readonly examples?: number;
  readonly batchSize?: number;
  readonly batchesPerEpoch?: number;
  open(pass: Pass): BatchIterator;
}

export interface OutlinedTensor {
  readonly name?: string;
  /** Without the batch dimension. */
  readonly shape: readonly (number | null)[];
}

/** One side of a batch. */
export function outlinedTensors(tensors: Tensors): OutlinedTensor[] {
  if (Array.isArray(tensors)) return tensors.map(({ shape }) => ({ shape: shape.slice(1) }));
  // A tensor by its shape, as copies of the library may meet; a named side has no such property of numbers.
  if (isTensor(tensors)) return [{ shape: tensors.shape.slice(1) }];
  return Object.entries(tensors).map(([name, { shape }]) => ({ name, shape: shape.slice(1) }));
}

const isTensor = (tensors: Tensors): tensors is Tensor => 'shape' in tensors && Array.isArray(tensors.shape);

/** What is known of data without reading it: enough to check a model against. Shapes are without the batch dimension. */
export interface DataOutline {
  readonly info: DataInfo;
  readonly inputShape?: readonly (number | null)[];
  readonly targetShape?: readonly (number | null)[];
  /** All tensors that go in and those that should come out, in order, where known; named where the data names them. */
  readonly inputs?: readonly OutlinedTensor[];
  readonly targets?: readonly OutlinedTensor[];
  /** Targets are class numbers rather than one-hot rows. */
  readonly sparseTargets?: boolean;
  /** Examples in a batch, as asked for; there may be fewer in all. */
  readonly batchSize?: number;
}

export interface LoadedData {
  readonly info: DataInfo;
  readonly train: BatchStream;
  readonly validation?: BatchStream;
  /** Names of the input's columns, for tables. */
  readonly featureNames?: readonly string[];
  /** Ends workers and gives back memory. */
  close(): Promise<void>;
}

/** Where data may be looked for, and whom to tell. */
export interface DataEnvironment {
  /** Folder of the experiment's file: relative paths start here. */
  readonly experimentDir: string;
  /** Folder named by the person for this run. */
  readonly dataDir?: string;
  /** Folder that the person named for a data set, by its name. */
  readonly namedFolders: Readonly<Record<string, string>>;
  /** Where downloads are kept, one folder a data set. */
  readonly cacheDir: string;
  readonly seed: number;
  notify(problem: Problem): void;
  progress(message: string, done: number, total: number): void;
}

const description = Symbol.for('backstep.dataset');

/** What `datasets.*` return: reads nothing until asked to. */
export abstract class DatasetDescription {
  readonly [description] = true;
  /** Cheap: lists folders or reads a header. @throws DataError */
  abstract outline(environment: DataEnvironment): Promise<DataOutline>;
  /** Ready to open passes. @throws DataError */
  abstract load(environment: DataEnvironment): Promise<LoadedData>;

  static is(value: unknown): value is DatasetDescription {
    return typeof value === 'object' && value !== null && description in value;
  }
}

/** Data that cannot be used, in words that say what to do next. */
export class DataError extends Error {
  override readonly name = 'DataError';
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}
