/**
 * Which images a folder holds, by part and class, in an order that is the same everywhere. Looks at names
 * only, never into files. Knows no tensors and no threads.
 */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Problem } from '../../../../shared/protocol/training.js';
import { DataError } from '../batch-stream.js';

export interface ImageFile {
  /** Absolute. */
  readonly path: string;
  /** Relative to the data's folder, with `/`. */
  readonly name: string;
}

export interface ClassFolder {
  readonly className: string;
  /** By name. Files that no image format's name fits are among `others`. */
  readonly images: readonly ImageFile[];
  readonly others: readonly ImageFile[];
}

export interface ImageFolderLayout {
  /** Alphabetical; the classes of the training part. */
  readonly classNames: readonly string[];
  readonly train: readonly ClassFolder[];
  /** The sub-folder for it, where there is one; its classes are some of the training part's. */
  readonly validation?: readonly ClassFolder[];
  readonly problems: readonly Problem[];
}

export const expectedLayout =
  'Expected is one folder a class with its images in it, such as rock/001.jpg and paper/001.jpg, or the same below train/ and validation/ (or test/).';

/** In the order in which they are taken where several are there. */
const validationNames = ['validation', 'val', 'valid', 'test'];
const imageName = /\.(jpe?g|jpe|jfif|png|webp|bmp|dib)$/i;
const clutter = /^(thumbs\.db|desktop\.ini|__macosx)$|\.(txt|md|csv|json)$/i;
const deepest = 8;

/**
 * @param aliases other names of the parts' folders, for archives that people unpacked themselves
 * @throws DataError where there is nothing to learn from
 */
export async function readLayout(
  root: string,
  aliases: { readonly train: readonly string[]; readonly test: readonly string[] } = { train: [], test: [] },
): Promise<ImageFolderLayout> {
  const problems: Problem[] = [];
  const top = await entries(root);
  const folders = top.filter(({ kind }) => kind === 'folder').map(({ name }) => name);
  const named = (names: readonly string[]): string | undefined =>
    names.map((name) => folders.find((folder) => folder.toLowerCase() === name)).find((folder) => folder !== undefined);

  const validationFolder = named([...validationNames, ...aliases.test]);
  const ownTrain = named(['train', 'training']);
  const trainFolder = ownTrain ?? (validationFolder === undefined ? undefined : named(aliases.train));
  const trainRoot = trainFolder === undefined ? root : path.join(root, trainFolder);
  const all = await classFolders(trainRoot, root);
  const train = all.filter(({ images }) => images.length > 0);
  checkClasses(trainRoot, await entries(trainRoot), all, train, problems);
  const classNames = train.map(({ className }) => className);
  if (trainFolder === undefined || validationFolder === undefined) return { classNames, train, problems };

  const validation = await classFolders(path.join(root, validationFolder), root);
  const shared = validation.filter(({ className, images }) => classNames.includes(className) && images.length > 0);
  const unknown = validation.filter(({ className, images }) => !classNames.includes(className) && images.length > 0);
  if (unknown.length > 0) {
    problems.push({
      severity: 'warning',
      message: `${validationFolder}/ has classes that ${trainFolder}/ has not, and they are left out: ${list(unknown)}.`,
      hint: 'Class folders must have the same names in both.',
    });
  }
  if (shared.length === 0) {
    problems.push({
      severity: 'warning',
      message: `${path.join(root, validationFolder)} holds no images of the training classes: there is no validation.`,
      hint: expectedLayout,
    });
    return { classNames, train, problems };
  }
  const unseen = train.filter(({ className }) => !shared.some((other) => other.className === className));
  if (unseen.length > 0) {
    problems.push({
      severity: 'warning',
      message: `${validationFolder}/ has no images of ${list(unseen)}: validation says nothing of ${unseen.length === 1 ? 'that class' : 'those classes'}.`,
      hint: `Put some images of ${unseen.length === 1 ? 'it' : 'each'} into ${validationFolder}/, in a folder of the same name as in ${trainFolder}/.`,
    });
  }
  return { classNames, train, validation: shared, problems };
}

function checkClasses(
  root: string,
  top: readonly Entry[],
  all: readonly ClassFolder[],
  train: readonly ClassFolder[],
  problems: Problem[],
): void {
  if (train.length === 0) {
    const loose = top.filter(({ kind, name }) => kind === 'file' && imageName.test(name)).length;
    if (loose > 0)
      throw new DataError(
        `${root} holds ${loose === 1 ? '1 image' : `${loose} images`} but no class folders.`,
        expectedLayout,
      );
    if (top.length === 0) throw new DataError(`The folder ${root} is empty.`, expectedLayout);
    throw new DataError(`${root} holds no folders with images.`, expectedLayout);
  }
  if (train.length === 1) {
    throw new DataError(
      `${root} holds images of one class only: ${list(train)}. A classifier needs at least two.`,
      expectedLayout,
    );
  }
  const empty = all.filter(({ images }) => images.length === 0);
  if (empty.length > 0) {
    problems.push({
      severity: 'warning',
      message: `Folders without images are left out: ${list(empty)}.`,
      hint: `The classes are ${list(train)}. Put JPEG, PNG, WebP or BMP images into a folder to make it one.`,
    });
  }
}

const list = (folders: readonly ClassFolder[]): string => folders.map(({ className }) => className).join(', ');

async function classFolders(partRoot: string, root: string): Promise<ClassFolder[]> {
  const folders = (await entries(partRoot)).filter(({ kind }) => kind === 'folder');
  return await Promise.all(
    folders.map(async ({ name: className }) => {
      const files: ImageFile[] = [];
      await collect(path.join(partRoot, className), root, files, 0);
      const isImage = ({ name }: ImageFile): boolean => imageName.test(name);
      return {
        className,
        images: files.filter(isImage),
        others: files.filter((file) => !isImage(file) && !clutter.test(path.basename(file.name))),
      };
    }),
  );
}

async function collect(folder: string, root: string, files: ImageFile[], depth: number): Promise<void> {
  for (const { name, kind } of await entries(folder)) {
    const place = path.join(folder, name);
    if (kind === 'file') files.push({ path: place, name: path.relative(root, place).split(path.sep).join('/') });
    // A link that leads back to where it lies would never end.
    else if (depth < deepest) await collect(place, root, files, depth + 1);
  }
}

interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

/** Without hidden ones; by code units, so that every machine and locale agrees. */
async function entries(folder: string): Promise<Entry[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new DataError(`${folder} cannot be read: ${error.message}`, 'Check its permissions, or name another folder.');
  });
  const visible = found.filter(({ name }) => !name.startsWith('.') && name.toLowerCase() !== '__macosx');
  const kinds = await Promise.all(
    visible.map(async (entry) => ({ name: entry.name, kind: await kindOf(folder, entry) })),
  );
  return kinds
    .filter((entry): entry is Entry => entry.kind !== undefined)
    .sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}

async function kindOf(folder: string, entry: Dirent): Promise<Entry['kind'] | undefined> {
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return 'file';
  if (!entry.isSymbolicLink()) return undefined;
  // A link to nowhere is listed as a file: reading it then says so by name.
  const target = await stat(path.join(folder, entry.name)).catch(() => undefined);
  return target?.isDirectory() ? 'folder' : 'file';
}
