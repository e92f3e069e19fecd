/** Images and labels in idx files, or drawn digits where MNIST's files are not on this machine. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { findNamedDataSet } from '../../../shared/data/named-data-sets.js';
import type { DataInfo } from '../../../shared/protocol/training.js';
import {
  type DataEnvironment,
  DataError,
  DatasetDescription,
  type DataOutline,
  type LoadedData,
} from './batch-stream.js';
import { locateData, notFound } from './data-location.js';
import { digitSize, drawDigit } from './generated/digit-drawing.js';
import { type IdxFile, readIdx, readIdxShape } from './idx-file.js';
import { type LabelMode, labelShape, labelValues } from './labels.js';
import { allRows, type Column, MemoryStream } from './memory-stream.js';
import { mix, shuffledOrder } from './random.js';
import { splitRows } from './tensor-data.js';

/** Paths of idx files, relative to the experiment's folder or absolute. */
export interface IdxPaths {
  readonly images: string;
  readonly labels: string;
  readonly validationImages?: string;
  readonly validationLabels?: string;
}

export interface IdxSettings {
  readonly from: string | IdxPaths;
  readonly batchSize: number;
  readonly validationSplit?: number;
  readonly shuffle: boolean;
  readonly labelMode: LabelMode;
  readonly flatten: boolean;
  readonly limit?: number;
  readonly validationLimit?: number;
}

interface IdxPair {
  readonly images: IdxFile;
  readonly labels: IdxFile;
}

/** Generated digits: enough to learn from, few enough to be drawn in about a second. */
const drawnCounts = { train: 5000, test: 1000 } as const;
const digitClasses = 10;

export class IdxData extends DatasetDescription {
  constructor(private readonly settings: IdxSettings) {
    super();
  }

  override async outline(environment: DataEnvironment): Promise<DataOutline> {
    const files = await this.locate(environment);
    const { labelMode, validationSplit, limit, validationLimit } = this.settings;
    const shape = files ? await readIdxShape(files.images) : [drawnCounts.train, digitSize, digitSize];
    const classCount = files ? classesIn(await readIdx(files.labels)) : digitClasses;
    const [examples = 0] = shape;
    const separate = files
      ? files.validationImages === undefined
        ? undefined
        : (await readIdxShape(files.validationImages))[0]
      : drawnCounts.test;
    const split = splitRows(examples, separate === undefined ? validationSplit : undefined);
    return {
      info: this.info(
        files,
        environment,
        classCount,
        Math.min(split.train.length, limit ?? Infinity),
        cut(separate ?? split.validation?.length, validationLimit),
      ),
      inputShape: this.inputShape(shape),
      targetShape: labelShape(classCount, labelMode),
      sparseTargets: labelMode === 'sparse',
      batchSize: this.settings.batchSize,
    };
  }

  override async load(environment: DataEnvironment): Promise<LoadedData> {
    const files = await this.locate(environment);
    if (!files) {
      environment.notify({
        severity: 'info',
        message: 'The MNIST files are not on this machine: digits drawn by Backstep stand in for handwriting.',
        hint: 'Name a folder with train-images-idx3-ubyte.gz and its three companions to train on the original.',
      });
    }
    const train = files ? await readPair(files.images, files.labels) : drawn('train', this.settings.limit);
    const separate = files
      ? files.validationImages !== undefined && files.validationLabels !== undefined
        ? await readPair(files.validationImages, files.validationLabels)
        : undefined
      : drawn('test', this.settings.validationLimit);
    if (separate && separate.images.shape.slice(1).join() !== train.images.shape.slice(1).join()) {
      throw new DataError('Training and validation images have different sizes.');
    }
    const classCount = Math.max(
      classesIn(train.labels),
      separate ? classesIn(separate.labels) : 0,
      files ? 0 : digitClasses,
    );
    this.checkBinary(classCount);
    const split = splitRows(train.images.shape[0]!, separate ? undefined : this.settings.validationSplit);
    const { batchSize, shuffle, labelMode, limit, validationLimit } = this.settings;
    const stream = (pair: IdxPair, rows: Int32Array, shuffled: boolean, title: string): MemoryStream =>
      new MemoryStream({
        xs: { kind: 'one', column: this.pixels(pair.images) },
        ys: { kind: 'one', column: targets(pair.labels, classCount, labelMode) },
        rows,
        batchSize,
        shuffle: shuffled,
        name: (row) => `${title} ${row + 1}`,
      });
    const trainRows = split.train.subarray(0, limit);
    const validationRows = (separate ? allRows(separate.images.shape[0]!) : split.validation)?.subarray(
      0,
      validationLimit,
    );
    return {
      info: this.info(files, environment, classCount, trainRows.length, validationRows?.length),
      train: stream(train, trainRows, shuffle, 'image'),
      ...(validationRows && {
        validation: stream(separate ?? train, validationRows, false, separate ? 'validation image' : 'image'),
      }),
      close: async () => undefined,
    };
  }

  private checkBinary(classCount: number): void {
    if (this.settings.labelMode !== 'binary' || classCount === 2) return;
    throw new DataError(
      `labelMode 'binary' needs two classes; there are ${classCount}.`,
      `Use 'categorical' or 'sparse'.`,
    );
  }

  /** `undefined`: the digits are drawn. */
  private async locate(environment: DataEnvironment): Promise<IdxPaths | undefined> {
    const { from } = this.settings;
    if (typeof from !== 'string') {
      const resolve = (file: string): string => path.resolve(environment.dataDir ?? environment.experimentDir, file);
      const { images, labels, validationImages, validationLabels } = from;
      return {
        images: resolve(images),
        labels: resolve(labels),
        ...(validationImages !== undefined && { validationImages: resolve(validationImages) }),
        ...(validationLabels !== undefined && { validationLabels: resolve(validationLabels) }),
      };
    }
    const location = await locateData(from, 'folder', environment);
    if (location) return await filesIn(location.path);
    const known = findNamedDataSet(from);
    if (known?.kind === 'idx' && known.hasGenerator) return undefined;
    throw notFound(from, environment, expectedFiles);
  }

  private info(
    files: IdxPaths | undefined,
    environment: DataEnvironment,
    classCount: number,
    trainExamples: number,
    validationExamples: number | undefined,
  ): DataInfo {
    const { from } = this.settings;
    const name = typeof from === 'string' ? from : path.basename(from.images);
    const known = typeof from === 'string' ? findNamedDataSet(from) : undefined;
    const folder = files && path.dirname(files.images);
    const downloaded = folder !== undefined && folder === path.join(environment.cacheDir, name);
    return {
      name,
      source: !files ? 'generated' : downloaded ? 'download' : 'file',
      description: folder ?? `${known?.title ?? name}, generated digits`,
      ...(folder !== undefined && { path: folder }),
      classNames: Array.from({ length: classCount }, (_, index) => known?.classNames[index] ?? String(index)),
      trainExamples,
      ...(validationExamples !== undefined && { validationExamples }),
      skipped: [],
      skippedCount: 0,
    };
  }

  private inputShape([, ...sizes]: readonly number[]): readonly number[] {
    if (this.settings.flatten) return [sizes.reduce((product, size) => product * size, 1)];
    return sizes.length === 2 ? [...sizes, 1] : sizes;
  }

  private pixels({ shape, values }: IdxFile): Column {
    return { values, shape: this.inputShape(shape), dtype: 'float32', divisor: 255 };
  }
}

const cut = (count: number | undefined, limit = Infinity): number | undefined =>
  count === undefined ? undefined : Math.min(count, limit);

const targets = ({ values }: IdxFile, classCount: number, mode: LabelMode): Column => ({
  values: labelValues(Int32Array.from(values), classCount, mode),
  shape: labelShape(classCount, mode),
  dtype: 'float32',
});

const classesIn = ({ values }: IdxFile): number => values.reduce((most, label) => Math.max(most, label), 0) + 1;

const expectedFiles =
  'Expected is a folder with train-images-idx3-ubyte, train-labels-idx1-ubyte and, for validation, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each packed (.gz) or not.';

async function filesIn(folder: string): Promise<IdxPaths> {
  const names = (await readdir(folder)).sort();
  const find = (start: RegExp, kind: RegExp): string | undefined => {
    const name = names.find((other) => start.test(other) && kind.test(other));
    return name === undefined ? undefined : path.join(folder, name);
  };
  // Both spellings go round: train-images-idx3-ubyte and train-images.idx3-ubyte.
  const images = /images[-.]idx3-ubyte(\.gz)?$/i;
  const labels = /labels[-.]idx1-ubyte(\.gz)?$/i;
  const trainImages = find(/^train/i, images);
  const trainLabels = find(/^train/i, labels);
  if (trainImages === undefined || trainLabels === undefined) {
    throw new DataError(`${folder} holds no idx files of images and labels.`, expectedFiles);
  }
  const validationImages = find(/^(t10k|test|val)/i, images);
  const validationLabels = find(/^(t10k|test|val)/i, labels);
  const both = validationImages !== undefined && validationLabels !== undefined;
  return { images: trainImages, labels: trainLabels, ...(both && { validationImages, validationLabels }) };
}

async function readPair(imagesPath: string, labelsPath: string): Promise<IdxPair> {
  const [images, labels] = await Promise.all([readIdx(imagesPath), readIdx(labelsPath)]);
  if (images.shape.length < 2)
    throw new DataError(`${imagesPath} holds no images but a row of numbers.`, expectedFiles);
  if (labels.shape.length !== 1) throw new DataError(`${labelsPath} holds no labels.`, expectedFiles);
  if (images.shape[0] !== labels.shape[0]) {
    throw new DataError(
      `${imagesPath} has ${images.shape[0]} images, ${labelsPath} has ${labels.shape[0]} labels.`,
      'They belong together only if the numbers are equal.',
    );
  }
  if (images.shape[0] === 0) throw new DataError(`${imagesPath} holds no images.`);
  return { images, labels };
}

function drawn(part: 'train' | 'test', limit = Infinity): IdxPair {
  const count = Math.min(limit, drawnCounts[part]);
  const values = new Uint8Array(count * digitSize * digitSize);
  // As many of each digit as of any other, in no order.
  const labels = Uint8Array.from(shuffledOrder(drawnCounts[part], mix(part.length)), (index) => index % digitClasses);
  for (let index = 0; index < count; index++) {
    drawDigit(labels[index]!, mix(part.length, index), values, index * digitSize * digitSize);
  }
  return {
    images: { shape: [count, digitSize, digitSize], values },
    labels: { shape: [count], values: labels.subarray(0, count) },
  };
}
