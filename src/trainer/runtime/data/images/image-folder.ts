/**
 * Images in class folders, or drawn where a named data set is not on this machine: from an option object to
 * streams of batches. Ties layout, inspection, split and threads together; each is in a file of its own.
 */
import { findNamedDataSet, type NamedDataSet } from '../../../../shared/data/named-data-sets.js';
import type { DataInfo } from '../../../../shared/protocol/training.js';
import {
  type DataEnvironment,
  DataError,
  DatasetDescription,
  type DataOutline,
  type LoadedData,
} from '../batch-stream.js';
import { locateData, notFound } from '../data-location.js';
import { drawnHands } from '../generated/drawn-hands.js';
import { type LabelMode, labelShape } from '../labels.js';
import { splitOff } from '../split.js';
import type { Augmentation } from './augmentation.js';
import { pixelBytes, type PixelShape } from './decode-image.js';
import { expectedLayout, readLayout } from './image-folder-layout.js';
import { ImageStream } from './image-stream.js';
import type { ImageSet, ImageSource } from './image-work.js';
import { ImageWorkers } from './image-workers.js';
import { SkippedFiles } from './skipped-files.js';

export interface ImageFolderSettings {
  readonly name: string;
  readonly shape: PixelShape;
  readonly batchSize: number;
  readonly validationSplit?: number;
  readonly augmentation?: Augmentation;
  readonly shuffle: boolean;
  readonly labelMode: LabelMode;
  readonly limitPerClass?: number;
  /** The built entry of image workers, where it does not lie beside this code. */
  readonly workerFile?: string;
}

/** Images of one class, in order. */
interface ImageClass {
  readonly className: string;
  readonly images: readonly { readonly name: string; readonly source: ImageSource }[];
}

interface Survey {
  readonly info: DataInfo;
  readonly classNames: readonly string[];
  readonly train: readonly ImageClass[];
  readonly validation?: readonly ImageClass[];
}

/** Decoded images that are kept in memory, so that later epochs only augment. */
const cacheBytes = 512 * 2 ** 20;
/** Files that are looked at in one task. */
const inspectedAtOnce = 128;

export class ImageFolderData extends DatasetDescription {
  constructor(private readonly settings: ImageFolderSettings) {
    super();
  }

  override async outline(environment: DataEnvironment): Promise<DataOutline> {
    const { info, classNames } = this.parts(await this.survey(environment, new SkippedFiles()), environment, false);
    const { shape, labelMode } = this.settings;
    this.checkBinary(classNames);
    return {
      info,
      inputShape: [shape.height, shape.width, shape.channels],
      targetShape: labelShape(classNames.length, labelMode),
      sparseTargets: labelMode === 'sparse',
      batchSize: this.settings.batchSize,
    };
  }

  override async load(environment: DataEnvironment): Promise<LoadedData> {
    const skipped = new SkippedFiles();
    const workers = new ImageWorkers({
      workerFile: this.settings.workerFile,
      onLost: (reason) =>
        environment.notify({
          severity: 'warning',
          message: `The thread that decodes images ended unexpectedly (${reason}); training goes on without it, more slowly.`,
        }),
    });
    try {
      const survey = await this.survey(environment, skipped);
      this.checkBinary(survey.classNames);
      const readable = await this.inspect(survey, workers, skipped, environment);
      const parts = this.parts(readable, environment, true);
      skipped.announce(environment);
      return await this.open(parts, workers, skipped, environment);
    } catch (error) {
      await workers.close();
      throw error;
    }
  }

  private checkBinary(classNames: readonly string[]): void {
    if (this.settings.labelMode !== 'binary' || classNames.length === 2) return;
    throw new DataError(
      `labelMode 'binary' needs two classes; there are ${classNames.length}: ${classNames.join(', ')}.`,
      `Use labelMode 'categorical' with the loss 'categoricalCrossentropy'.`,
    );
  }

  /** What there is, by names alone. */
  private async survey(environment: DataEnvironment, skipped: SkippedFiles): Promise<Survey> {
    const { name } = this.settings;
    const known = findNamedDataSet(name);
    const location = await locateData(name, 'folder', environment);
    if (!location) {
      if (known?.kind !== 'images' || !known.hasGenerator) throw notFound(name, environment, expectedLayout);
      return this.drawn(known, environment);
    }
    const layout = await readLayout(location.path, known?.folderNames);
    layout.problems.forEach((problem) => environment.notify(problem));
    const classes = (folders: (typeof layout)['train']): ImageClass[] =>
      folders.map(({ className, images, others }) => {
        for (const { name: other } of others) skipped.add(other, 'it is not a JPEG, PNG, WebP or BMP image');
        return {
          className,
          images: images.map(({ name: file, path }) => ({ name: file, source: { kind: 'file', path } })),
        };
      });
    const title = known && location.source === 'download' ? `${known.title}, downloaded` : location.path;
    return {
      info: { ...emptyInfo(name), source: location.source, description: title, path: location.path },
      classNames: layout.classNames,
      train: classes(layout.train),
      validation: layout.validation && classes(layout.validation),
    };
  }

  private drawn({ title }: NamedDataSet, environment: DataEnvironment): Survey {
    const { name } = this.settings;
    environment.notify({
      severity: 'info',
      message: `${title} is not on this machine: hands drawn by Backstep stand in for the photographs.`,
      hint: 'Download the original, or name a folder of images, to train on photographs.',
    });
    const { classNames, train, test } = drawnHands();
    return {
      info: { ...emptyInfo(name), source: 'generated', description: `${title}, generated images` },
      classNames,
      train,
      validation: test,
    };
  }

  /** Leaves out the files that cannot be used. */
  private async inspect(
    survey: Survey,
    workers: ImageWorkers,
    skipped: SkippedFiles,
    environment: DataEnvironment,
  ): Promise<Survey> {
    const classes = [...survey.train, ...(survey.validation ?? [])];
    const paths = classes.flatMap(({ images }) =>
      images.flatMap(({ source }) => (source.kind === 'file' ? [source.path] : [])),
    );
    if (paths.length === 0) return survey;
    const reasons = new Map<string, string>();
    let done = 0;
    environment.progress('Looking at images', 0, paths.length);
    const chunks = Array.from({ length: Math.ceil(paths.length / inspectedAtOnce) }, (_, index) =>
      paths.slice(index * inspectedAtOnce, (index + 1) * inspectedAtOnce),
    );
    await Promise.all(
      chunks.map(async (chunk) => {
        const verdicts = await workers.run({ kind: 'inspect', paths: chunk });
        verdicts.forEach((reason, index) => {
          if (reason !== undefined) reasons.set(chunk[index]!, reason);
        });
        done += chunk.length;
        environment.progress('Looking at images', done, paths.length);
      }),
    );
    if (reasons.size === 0) return survey;
    const usable = (part: readonly ImageClass[]): ImageClass[] =>
      part.map(({ className, images }) => ({
        className,
        images: images.filter(({ name, source }) => {
          const reason = source.kind === 'file' ? reasons.get(source.path) : undefined;
          if (reason !== undefined) skipped.add(name, reason);
          return reason === undefined;
        }),
      }));
    const train = usable(survey.train);
    const lost = train.find(({ images }) => images.length === 0);
    if (lost) {
      const [first] = skipped.files;
      throw new DataError(
        `None of the images of class '${lost.className}' can be read${first ? `; ${first.path}: ${first.reason}` : ''}.`,
        'Replace them by whole JPEG, PNG, WebP or BMP images, or take the class folder away.',
      );
    }
    return { ...survey, train, validation: survey.validation && usable(survey.validation) };
  }

  /** Cuts the classes to what the options ask for, and splits off validation images where there are none. */
  private parts(survey: Survey, environment: DataEnvironment, tell: boolean): Survey {
    const { validationSplit, limitPerClass } = this.settings;
    let { train, validation } = survey;
    if (!validation && validationSplit !== undefined) {
      const halves = train.map((whole) => ({ whole, ...splitOff(whole.images, validationSplit, whole.className) }));
      train = halves.map(({ whole, kept }) => ({ ...whole, images: kept }));
      validation = halves.map(({ whole, taken }) => ({ ...whole, images: taken }));
    }
    if (limitPerClass !== undefined) {
      const before = count(train);
      train = train.map((whole) => ({ ...whole, images: spread(whole.images, limitPerClass) }));
      const share = count(train) / before;
      validation = validation?.map((whole) => ({
        ...whole,
        images: spread(whole.images, Math.ceil(whole.images.length * share)),
      }));
    }
    const single = train.filter(({ images }) => images.length === 1).map(({ className }) => className);
    if (tell && single.length > 0) {
      environment.notify({
        severity: 'warning',
        message: `There is a single training image of ${single.join(', ')}.`,
        hint: 'A model learns such a class by heart at best: add more images.',
      });
    }
    const validationExamples = validation ? count(validation) : undefined;
    const info: DataInfo = {
      ...survey.info,
      classNames: [...survey.classNames],
      trainExamples: count(train),
      ...(validationExamples !== undefined && { validationExamples }),
    };
    return { ...survey, info, train, validation: validationExamples ? validation : undefined };
  }

  private async open(
    { info, classNames, train, validation }: Survey,
    workers: ImageWorkers,
    skipped: SkippedFiles,
    environment: DataEnvironment,
  ): Promise<LoadedData> {
    const { shape, batchSize, shuffle, labelMode, augmentation } = this.settings;
    const all = [...train, ...(validation ?? [])];
    const images = all.flatMap((whole) => whole.images);
    const names = images.map(({ name }) => name);
    let end = 0;
    const set: ImageSet = {
      shape,
      sources: images.map(({ source }) => source),
      groupEnds: all.map((whole) => (end += whole.images.length)),
      cache: cacheFor(shape, images.length),
    };
    await workers.open(set);
    const loaded: DataInfo = { ...info, skipped: skipped.files, skippedCount: skipped.count };
    const stream = (part: readonly ImageClass[], first: number, isTraining: boolean): ImageStream =>
      new ImageStream({
        workers,
        shape,
        first,
        classes: Int32Array.from(part.flatMap((whole) => whole.images.map(() => classNames.indexOf(whole.className)))),
        names: names.slice(first, first + count(part)),
        classCount: classNames.length,
        labelMode,
        batchSize,
        shuffle: isTraining && shuffle,
        ...(isTraining && augmentation && { augmentation }),
        onReplaced: (replacements) => {
          for (const { example, by, reason } of replacements) {
            if (!skipped.add(names[example]!, reason)) continue;
            environment.notify({
              severity: 'warning',
              message: `${names[example]} cannot be decoded (${reason}); ${names[by]} takes its place.`,
              hint: 'Replace or remove the file.',
            });
          }
          loaded.skippedCount = skipped.count;
        },
      });
    return {
      info: loaded,
      train: stream(train, 0, true),
      ...(validation && { validation: stream(validation, count(train), false) }),
      close: () => workers.close(),
    };
  }
}

const emptyInfo = (name: string): Pick<DataInfo, 'name' | 'skipped' | 'skippedCount'> => ({
  name,
  skipped: [],
  skippedCount: 0,
});

const count = (classes: readonly ImageClass[]): number => classes.reduce((sum, { images }) => sum + images.length, 0);

/** At most `limit` items, evenly over all. */
function spread<T>(items: readonly T[], limit: number): readonly T[] {
  if (items.length <= limit) return items;
  return Array.from({ length: limit }, (_, index) => items[Math.floor((index * items.length) / limit)]!);
}

function cacheFor(shape: PixelShape, images: number): ImageSet['cache'] {
  const bytes = pixelBytes(shape);
  const slots = Math.min(images, Math.floor(cacheBytes / bytes));
  return { pixels: new SharedArrayBuffer(slots * bytes), ready: new SharedArrayBuffer(slots * 4) };
}
