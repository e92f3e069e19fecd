/**
 * Where data of some name lies on this machine: the run's folder, the experiment's own, the folder that the
 * person named for it, or what was downloaded; in this order. Where they chose what Backstep generates, that
 * stands in for the last two. Reads no data.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { cachedFolders, findNamedDataSet, GENERATED_FOLDER } from '../../../shared/data/named-data-sets.js';
import { type DataEnvironment, DataError } from './batch-stream.js';

export interface DataLocation {
  readonly path: string;
  readonly source: 'folder' | 'file' | 'download';
}

/** `any`: a file or a folder. */
export type Wanted = 'file' | 'folder';

/**
 * `undefined` where it is in none of these places.
 * @throws DataError where the person named a place that does not hold it, or a file where a folder is wanted:
 *   nothing else is taken in its stead.
 */
export async function locateData(
  name: string,
  wanted: Wanted,
  environment: DataEnvironment,
): Promise<DataLocation | undefined> {
  const known = findNamedDataSet(name);
  const found = async (candidate: string): Promise<DataLocation | undefined> =>
    (await kindOf(candidate)) === wanted ? { path: candidate, source: wanted } : undefined;
  /** A place itself, or for data of one file, the file in it. */
  const within = async (place: string): Promise<DataLocation | undefined> => {
    const here = await found(place);
    if (here || wanted === 'folder') return here;
    const fileNames = [known?.fileName, path.basename(name)].filter((fileName) => fileName !== undefined);
    for (const fileName of fileNames) {
      const inside = await found(path.join(place, fileName));
      if (inside) return inside;
    }
    return undefined;
  };

  if (environment.dataDir !== undefined) {
    const dataDir = path.resolve(environment.dataDir);
    if ((await kindOf(dataDir)) === undefined) {
      throw new DataError(
        `The data folder ${dataDir} is not there.`,
        'Name an existing folder, or leave it out to use the data that the experiment names.',
      );
    }
    const sub = path.isAbsolute(name) ? undefined : await within(path.join(dataDir, name));
    const here = sub ?? (await within(dataDir));
    if (here) return here;
    throw new DataError(
      `The data folder ${dataDir} holds no ${wanted} for '${name}'.`,
      wanted === 'file' ? `Put ${known?.fileName ?? path.basename(name)} into it, or name another folder.` : undefined,
    );
  }

  const asPath = await within(path.resolve(environment.experimentDir, name));
  if (asPath) return asPath;

  const named = Object.hasOwn(environment.namedFolders, name) ? environment.namedFolders[name] : undefined;
  if (named === GENERATED_FOLDER && known?.hasGenerator) return undefined;
  if (named !== undefined && named !== GENERATED_FOLDER) {
    const here = await within(path.resolve(named));
    if (here) return here;
    throw new DataError(
      `The folder named for '${name}', ${named}, is ${(await kindOf(named)) === undefined ? 'not there any more' : `no ${wanted} of data`}.`,
      'Name another one for it, or forget the folder to use what else there is.',
    );
  }

  const cached = path.join(environment.cacheDir, name);
  if (!path.isAbsolute(name) && isInside(environment.cacheDir, cached)) {
    const complete = await Promise.all(
      (known ? cachedFolders(known) : []).map((folder) => kindOf(path.join(cached, folder))),
    );
    const here = complete.every((kind) => kind === 'folder') ? await within(cached) : undefined;
    if (here) return { ...here, source: 'download' };
  }
  // Data that has a name of its own may be drawn or downloaded, whatever else is called so.
  if (!known) await refuseOtherKind(path.resolve(environment.experimentDir, name), wanted);
  return undefined;
}

/** @throws DataError that says what is at the place and what to give instead */
async function refuseOtherKind(place: string, wanted: Wanted): Promise<void> {
  const kind = await kindOf(place);
  if (kind === 'folder' && wanted === 'file') {
    const files = (await readdir(place).catch(() => [])).filter((name) => /\.(csv|tsv|txt|data)$/i.test(name)).sort();
    const shown = files.slice(0, 5).join(', ');
    throw new DataError(
      `${place} is a folder; one file of it is wanted.`,
      files.length > 0
        ? `Name one of its files: ${shown}${files.length > 5 ? ' and more' : ''}.`
        : 'It holds no CSV file. For images in class folders use datasets.imageFolder.',
    );
  }
  if (kind === 'file' && wanted === 'folder')
    throw new DataError(`${place} is ${fileKind(place)}, not a folder.`, fileHint(place));
}

const archive = /\.(zip|tar|tgz|tar\.gz|tar\.xz|7z|rar)$/i;
const picture = /\.(jpe?g|png|webp|bmp|gif|tiff?)$/i;
const tableFile = /\.(csv|tsv)$/i;
const idxName = /idx\d-ubyte(\.gz)?$/i;

function fileKind(place: string): string {
  if (archive.test(place)) return 'an archive';
  if (picture.test(place)) return 'an image';
  if (tableFile.test(place)) return 'a table';
  if (idxName.test(place)) return 'one idx file';
  return 'a file';
}

function fileHint(place: string): string {
  if (archive.test(place)) return 'Unpack it, and name the folder that comes out of it.';
  if (picture.test(place)) return 'Name the folder that holds one folder of images for each class.';
  if (tableFile.test(place)) return 'For a table use datasets.csv.';
  if (idxName.test(place))
    return `Name the folder that it is in, or both files: datasets.idx({ images: '…', labels: '…' }).`;
  return 'Name a folder.';
}

/** For data that is in no place and has no generator. */
export function notFound(name: string, environment: DataEnvironment, layout: string): DataError {
  const place = path.resolve(environment.experimentDir, name);
  return new DataError(`There is no data '${name}': ${place} is not there, and no folder is named for it.`, layout);
}

async function kindOf(place: string): Promise<Wanted | undefined> {
  const info = await stat(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ENAMETOOLONG') return undefined;
    throw new DataError(`${place} cannot be read: ${error.message}`, 'Check its permissions, or name another folder.');
  });
  if (!info) return undefined;
  return info.isDirectory() ? 'folder' : 'file';
}

function isInside(folder: string, place: string): boolean {
  const relative = path.relative(folder, place);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}
