/**
 * What experiments get their data from. Nothing is read here: each function describes data, which is looked
 * at when shapes are shown and loaded when training starts.
 */
import { DataError, type DatasetDescription } from './batch-stream.js';
import { IdxData, type IdxPaths } from './idx-data.js';
import type { Augmentation } from './images/augmentation.js';
import { ImageFolderData } from './images/image-folder.js';
import { type LabelMode, labelModes } from './labels.js';
import { checkBatchSize, checkChoice, checkInteger, checkNames, checkShare } from './options.js';
import { CsvData } from './tables/csv-data.js';
import { TensorData, type TensorSource } from './tensor-data.js';

export type { Augmentation, IdxPaths, LabelMode, TensorSource };

/** What all data sets can be told. */
export interface DatasetOptions {
  /** Examples in a batch. The last batch of an epoch may be shorter. Default 32. */
  readonly batchSize?: number;
  /** Share of the examples kept aside for validation, for example `0.2`: the same ones in every run. */
  readonly validationSplit?: number;
  /** Whether each epoch meets the training examples in a new order, which follows from the seed. Default true. */
  readonly shuffle?: boolean;
}

export interface ImageFolderOptions extends DatasetOptions {
  /** Height and width that every image is resized to. */
  readonly imageSize: readonly [height: number, width: number];
  /** 3 for colour, 1 for grey. Default 3. */
  readonly channels?: 1 | 3;
  /** Random changes to training images, so that a model meets each one in many poses. Default none. */
  readonly augment?: Augmentation;
  /** What the targets look like; it has to fit the loss. Default `'categorical'`: one-hot rows. */
  readonly labelMode?: LabelMode;
  /** At most this many training images of each class, evenly over its files; validation images in proportion. */
  readonly limitPerClass?: number;
}

/**
 * Images in class folders: JPEG, PNG, WebP or BMP, of any size. Values are floats from 0 to 1, shaped
 * `[batch, height, width, channels]`; class numbers follow the alphabet.
 *
 * ```ts
 * data: () => datasets.imageFolder('rps', {
 *   imageSize: [150, 150],
 *   augment: { horizontalFlip: true, rotation: 0.1, zoom: 0.15, shift: 0.1 },
 * })
 * ```
 *
 * The folder holds one folder a class, or those below `train/` and `validation/` (or `val/`, `test/`):
 *
 * ```text
 * my-images/rock/001.jpg            my-images/train/rock/001.jpg
 * my-images/paper/001.png           my-images/validation/rock/001.jpg
 * ```
 *
 * Files that cannot be read are skipped and named. Images are decoded on threads of their own, ahead of
 * training, and kept in memory.
 *
 * @param folder a folder, relative to the experiment's, or the name of a known data set: `'rps'`
 * (Rock-Paper-Scissors), which is drawn where it is neither named nor downloaded
 */
export function imageFolder(folder: string, options: ImageFolderOptions): DatasetDescription {
  const where = 'datasets.imageFolder';
  checkSource(where, folder, 'a folder of class folders');
  checkOptions(where, options, ['imageSize', 'channels', 'augment', 'labelMode', 'limitPerClass']);
  const { imageSize, channels = 3, augment, labelMode = 'categorical', shuffle = true, limitPerClass } = options;
  if (!Array.isArray(imageSize) || imageSize.length !== 2) {
    throw new DataError(`${where}: imageSize must be [height, width].`, 'For example imageSize: [150, 150].');
  }
  const [height, width] = imageSize.map((length: number) => checkInteger(where, 'imageSize', length)) as [
    number,
    number,
  ];
  if (channels !== 1 && channels !== 3) throw new DataError(`${where}: channels must be 1 (grey) or 3 (colour).`);
  return new ImageFolderData({
    name: folder,
    shape: { height, width, channels },
    batchSize: checkBatchSize(where, options.batchSize ?? 32),
    validationSplit: checkShare(where, 'validationSplit', options.validationSplit),
    augmentation: augment && checkAugmentation(where, augment),
    shuffle,
    labelMode: checkChoice(where, 'labelMode', labelMode, labelModes),
    limitPerClass: limitPerClass === undefined ? undefined : checkInteger(where, 'limitPerClass', limitPerClass),
  });
}

export interface CsvOptions extends DatasetOptions {
  /** The column to predict. Text is taken as classes, numbers as numbers. */
  readonly target: string;
  /** The columns to predict from. By default all others. Text becomes one column a value: `island=Biscoe`. */
  readonly features?: readonly string[];
  /** Bring each feature to mean 0 and spread 1, measured on the training rows. Default false. */
  readonly standardize?: boolean;
  /** `'classes'` takes numbers in the target as classes too, `'number'` insists on numbers. Default `'auto'`. */
  readonly targetKind?: 'auto' | 'classes' | 'number';
  /** What the targets look like where they are classes; it has to fit the loss. Default `'categorical'`: one-hot rows. */
  readonly labelMode?: LabelMode;
  /** Between cells. By default whichever of comma, semicolon and tab the first line has. */
  readonly delimiter?: string;
  /** Names of the columns, for a file without a line of names. */
  readonly columns?: readonly string[];
  /** Texts that stand for a missing value, beside empty cells, `NA`, `n/a`, `null`, `-` and `?`: such rows are left out. */
  readonly missing?: readonly string[];
  /** Columns of features to take as categories although they hold numbers, such as codes of places. */
  readonly categories?: readonly string[];
  /** What stands before the fraction of a number. Default `'.'`. */
  readonly decimal?: '.' | ',';
}

/**
 * A table in a CSV file. Values are floats, shaped `[batch, columns]`; rows that lack a value are left out,
 * and that is said.
 *
 * ```ts
 * data: () => datasets.csv('iris.csv', { target: 'species', standardize: true, validationSplit: 0.2 })
 * ```
 *
 * @param file relative to the experiment's folder
 */
export function csv(file: string, options: CsvOptions): DatasetDescription {
  const where = 'datasets.csv';
  checkSource(where, file, 'a CSV file');
  checkOptions(where, options, [
    'target',
    'features',
    'standardize',
    'targetKind',
    'labelMode',
    'delimiter',
    'columns',
    'missing',
    'categories',
    'decimal',
  ]);
  const {
    target,
    features,
    missing,
    categories,
    standardize = false,
    targetKind = 'auto',
    labelMode = 'categorical',
  } = options;
  if (typeof target !== 'string' || target === '') {
    throw new DataError(`${where}: target is missing.`, 'Name the column to predict.');
  }
  return new CsvData({
    name: file,
    target,
    features,
    targetKind: checkChoice(where, 'targetKind', targetKind, ['auto', 'classes', 'number']),
    labelMode: checkChoice(where, 'labelMode', labelMode, labelModes),
    batchSize: checkBatchSize(where, options.batchSize ?? 32),
    validationSplit: checkShare(where, 'validationSplit', options.validationSplit),
    shuffle: options.shuffle ?? true,
    standardize,
    delimiter: options.delimiter,
    columns: options.columns,
    decimal: checkChoice(where, 'decimal', options.decimal ?? '.', ['.', ',']),
    missing: missing && checkTexts(where, 'missing', missing),
    categories: categories && checkTexts(where, 'categories', categories),
  });
}

export interface IdxOptions extends DatasetOptions {
  /** One row of numbers an image, for dense layers, rather than `[height, width, 1]`. Default false. */
  readonly flatten?: boolean;
  /** What the targets look like; it has to fit the loss. Default `'categorical'`: one-hot rows. */
  readonly labelMode?: LabelMode;
  /** Use only the first training images. */
  readonly limit?: number;
  /** Use only the first validation images. */
  readonly validationLimit?: number;
}

/**
 * Images and labels in idx files, as MNIST comes, packed with gzip or not. Values are floats from 0 to 1,
 * shaped `[batch, height, width, 1]`, or `[batch, height × width]` with `flatten`.
 *
 * ```ts
 * data: () => datasets.idx('mnist', { flatten: true, batchSize: 50 })
 * ```
 *
 * @param from a folder with `train-images-idx3-ubyte.gz` and its companions; the paths of the files; or
 * `'mnist'`, whose digits are drawn where no folder is named for it
 */
export function idx(from: string | IdxPaths, options: IdxOptions = {}): DatasetDescription {
  const where = 'datasets.idx';
  if (typeof from === 'string') checkSource(where, from, 'a folder of idx files');
  else {
    checkNames(where, from, ['images', 'labels', 'validationImages', 'validationLabels']);
    if (typeof from.images !== 'string' || typeof from.labels !== 'string') {
      throw new DataError(`${where}: images and labels must both be named.`);
    }
  }
  checkOptions(where, options, ['flatten', 'labelMode', 'limit', 'validationLimit']);
  const { flatten = false, labelMode = 'categorical', limit, validationLimit } = options;
  return new IdxData({
    from,
    flatten,
    labelMode: checkChoice(where, 'labelMode', labelMode, labelModes),
    batchSize: checkBatchSize(where, options.batchSize ?? 32),
    validationSplit: checkShare(where, 'validationSplit', options.validationSplit),
    shuffle: options.shuffle ?? true,
    limit: limit === undefined ? undefined : checkInteger(where, 'limit', limit),
    validationLimit:
      validationLimit === undefined ? undefined : checkInteger(where, 'validationLimit', validationLimit),
  });
}

export interface TensorsOptions extends DatasetOptions {
  /** Inputs: a tensor or arrays whose first dimension counts the examples; several by name or in order. */
  readonly xs: TensorSource;
  /** Targets, as many as inputs. */
  readonly ys: TensorSource;
}

/**
 * Data that is in memory. The data set takes the tensors over and disposes them when training ends.
 *
 * ```ts
 * data: () => datasets.tensors({ xs: [[0, 0], [0, 1], [1, 0], [1, 1]], ys: [[0], [1], [1], [0]], batchSize: 4 })
 * ```
 */
export function tensors(options: TensorsOptions): DatasetDescription {
  const where = 'datasets.tensors';
  checkOptions(where, options, ['xs', 'ys']);
  return new TensorData({
    xs: options.xs,
    ys: options.ys,
    batchSize: checkBatchSize(where, options.batchSize ?? 32),
    shuffle: options.shuffle ?? true,
    validationSplit: checkShare(where, 'validationSplit', options.validationSplit),
  });
}

function checkSource(where: string, source: unknown, expected: string): void {
  if (typeof source === 'string' && source !== '') return;
  throw new DataError(`${where}: the first argument must be the path of ${expected}.`);
}

function checkOptions(where: string, options: unknown, own: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new DataError(
      `${where}: its options are missing.`,
      `They are ${own.join(', ')}, batchSize, validationSplit, shuffle.`,
    );
  }
  checkNames(where, options, [...own, 'batchSize', 'validationSplit', 'shuffle']);
}

function checkTexts(where: string, name: string, texts: unknown): readonly string[] {
  if (Array.isArray(texts) && texts.every((text) => typeof text === 'string')) return texts;
  throw new DataError(`${where}: ${name} must be a list of texts.`, `For example ${name}: ['a', 'b'].`);
}

function checkAugmentation(where: string, augment: Augmentation): Augmentation {
  checkNames(`${where}: augment`, augment, ['horizontalFlip', 'rotation', 'zoom', 'shift']);
  for (const [name, most] of [
    ['rotation', 0.5],
    ['zoom', 0.9],
    ['shift', 1],
  ] as const) {
    const value = augment[name] ?? 0;
    if (!(value >= 0 && value <= most)) {
      throw new DataError(`${where}: augment.${name} is ${String(value)}; it must lie between 0 and ${most}.`);
    }
  }
  return augment;
}
