/** The samples that come with Backstep: listed for the welcome view, copied to a folder of the person's. */
import { cp, mkdir, readdir, readFile, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { sampleInfo, type SampleInfo } from '../shared/protocol/rpc.js';
import { readJson } from './atomic-file.js';
import { about, errorCode, Failure } from './failure.js';
import { log } from './log.js';

/** Of a sample's folder: for the welcome view, not copied. */
const DESCRIPTION = 'sample.json';
const sampleFile = z.looseObject({ ...sampleInfo.omit({ id: true }).shape, order: z.number().default(100) });

export interface CopiedSample {
  readonly folder: string;
  /** Whether it holds what Backstep put there, so that its code may run unasked. */
  readonly isOurs: boolean;
}

export class Samples {
  constructor(private readonly folder: string) {}

  async list(): Promise<SampleInfo[]> {
    let names: string[];
    try {
      names = await readdir(this.folder);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      return [];
    }
    const found: { readonly order: number; readonly info: SampleInfo }[] = [];
    for (const id of names.sort()) {
      const parsed = sampleFile.safeParse(await this.read(id));
      if (!parsed.success) continue;
      const { order, title, description, tags } = parsed.data;
      found.push({ order, info: { id, title, description, tags } });
    }
    return found.sort((a, b) => a.order - b.order).map(({ info }) => info);
  }

  /** A folder that is a copy of the sample already, edited or not, is taken instead of making another. */
  async copy(id: string, parent: string): Promise<CopiedSample> {
    if (!(await this.list()).some((sample) => sample.id === id))
      throw new Failure('not-found', `There is no sample “${id}”.`);
    const source = path.join(this.folder, id);
    return about(path.join(parent, id), async () => {
      await mkdir(parent, { recursive: true });
      const files = await filesOf(source);
      for (let number = 1; ; number++) {
        const target = path.join(parent, number === 1 ? id : `${id}-${number}`);
        const state = await compare(source, target, files);
        if (state === 'other') continue;
        if (state === 'absent') await copyWhole(source, target, files);
        return { folder: await realpath(target), isOurs: state !== 'edited' };
      }
    });
  }

  private async read(id: string): Promise<unknown> {
    try {
      return await readJson(path.join(this.folder, id, DESCRIPTION));
    } catch (error) {
      if (errorCode(error) !== 'ENOTDIR') log('samples', `${id} is left out`, error);
      return undefined;
    }
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((relative) => relative !== DESCRIPTION)
    .sort();
}

/** `edited`: our code files are all there, with changes; `other`: something that is not the sample. */
async function compare(
  source: string,
  target: string,
  files: readonly string[],
): Promise<'absent' | 'same' | 'edited' | 'other'> {
  let entries: string[];
  try {
    entries = await readdir(target);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'absent';
    if (errorCode(error) === 'ENOTDIR') return 'other';
    throw error;
  }
  if (entries.length === 0) return 'absent';
  let edited = false;
  for (const relative of files) {
    const [ours, theirs] = await Promise.all([
      readFile(path.join(source, relative)),
      readOrUndefined(path.join(target, relative)),
    ]);
    if (theirs === undefined) {
      if (/\.[mc]?[jt]s$/.test(relative)) return 'other';
      edited = true;
    } else if (!ours.equals(theirs)) edited = true;
  }
  return edited ? 'edited' : 'same';
}

/** Under another name first, so that an interrupted copy is not taken for the sample. */
async function copyWhole(source: string, target: string, files: readonly string[]): Promise<void> {
  const temporary = `${target}.${process.pid}.copying`;
  try {
    for (const relative of files) {
      await mkdir(path.dirname(path.join(temporary, relative)), { recursive: true });
      await cp(path.join(source, relative), path.join(temporary, relative));
    }
    // Takes the place of an empty folder, too, where the system lets it.
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function readOrUndefined(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
