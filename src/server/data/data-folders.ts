/** The folders that a person named for data sets: one JSON file, which the command line and the trainer honour too. */
import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { homePlaces } from '../../shared/base/places.js';
import type { NamedDataSet } from '../../shared/data/named-data-sets.js';
import { readJson, writeFileAtomically } from '../atomic-file.js';
import { about, Failure } from '../failure.js';
import { log } from '../log.js';
import { Serial } from '../serial.js';

const IMAGE = /\.(?:jpe?g|png|webp|bmp)$/i;
const foldersFile = z.record(z.string(), z.string());

export class DataFolders {
  private readonly file: string;
  private readonly serial = new Serial();

  constructor(private readonly home: string) {
    this.file = path.join(home, homePlaces.dataFolders);
  }

  async find(name: string): Promise<string | undefined> {
    const folders = await this.read();
    return Object.hasOwn(folders, name) ? folders[name] : undefined;
  }

  /** Without a folder: forgets it. */
  async set(name: string, folder: string | undefined): Promise<void> {
    await this.serial.run('write', async () => {
      const folders = await this.read();
      if (folder === undefined) delete folders[name];
      else folders[name] = folder;
      await about(this.file, async () => {
        await mkdir(this.home, { recursive: true });
        await writeFileAtomically(this.file, `${JSON.stringify(folders, undefined, 2)}\n`);
      });
    });
  }

  private async read(): Promise<Record<string, string>> {
    try {
      return foldersFile.parse((await readJson(this.file)) ?? {});
    } catch (error) {
      log('data', `${this.file} cannot be read and counts as empty`, error);
      return {};
    }
  }
}

/** @throws Failure that says what is missing in the folder for this data set */
export async function checkDataFolder(folder: string, dataSet: NamedDataSet | undefined): Promise<void> {
  if (!path.isAbsolute(folder)) throw new Failure('invalid-params', `“${folder}” is not a whole path.`);
  await about(folder, async () => {
    if (!(await stat(folder)).isDirectory()) throw new Failure('not-a-folder', `“${folder}” is not a folder.`);
    const entries = await readdir(folder, { withFileTypes: true });
    switch (dataSet?.kind) {
      case 'idx':
        if (!entries.some((entry) => /idx[13]-ubyte(?:\.gz)?$/.test(entry.name))) {
          throw new Failure(
            'not-found',
            `“${folder}” has no idx files.`,
            'Name the folder with train-images-idx3-ubyte (or .gz) and the three others.',
          );
        }
        return;
      case 'csv':
        if (!entries.some((entry) => /\.(?:csv|data)$/i.test(entry.name))) {
          throw new Failure(
            'not-found',
            `“${folder}” has no CSV file.`,
            `Name the folder that holds ${dataSet.fileName ?? 'the .csv file'}.`,
          );
        }
        return;
      case 'images':
        if (!(await holdsClassFolders(folder, 2))) {
          throw new Failure(
            'not-found',
            `“${folder}” has no class folders with images.`,
            'Name a folder with one sub-folder a class (or train and test folders of such), with JPEG, PNG, WebP or BMP images in them.',
          );
        }
        return;
      case undefined:
        // A data set of the person's own: what must be in it, their experiment knows.
        if (entries.length === 0) throw new Failure('not-found', `“${folder}” is empty.`);
    }
  });
}

/** Whether some sub-folder holds images: a class. `depth` 2 looks through `train/` and the like. */
async function holdsClassFolders(folder: string, depth: number): Promise<boolean> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || !(entry.isDirectory() || entry.isSymbolicLink())) continue;
    const full = path.join(folder, entry.name);
    if (entry.isSymbolicLink() && !(await stat(full)).isDirectory()) continue;
    const names = await readdir(full);
    if (names.some((name) => IMAGE.test(name))) return true;
    if (depth > 1 && (await holdsClassFolders(full, depth - 1))) return true;
  }
  return false;
}
