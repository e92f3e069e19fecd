/**
 * Data in a workspace that a model could be trained on, by what can be seen without opening it all: folders
 * of images with as many classes, tables with as many columns. Looks at names and first lines alone.
 */
import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { FittingData } from '../shared/models/experiment-text.js';
import type { TrainingOutline } from '../shared/models/training-outline.js';

const DEEPEST = 3;
const MOST_FOLDERS = 300;
const NOT_LOOKED_INTO = new Set(['node_modules', 'runs', 'dist', 'build', 'venv', '__pycache__']);
const picture = /\.(jpe?g|png|webp|bmp)$/i;
const parts = ['train', 'training'];

/** The first that fits, those beside the model before others; `undefined` where none does. */
export async function fittingData(
  root: string,
  folder: string,
  { inputs, outputs }: TrainingOutline,
): Promise<FittingData | undefined> {
  const [shape] = inputs;
  const units = outputs[0]?.shape.at(-1);
  if (inputs.length !== 1 || outputs.length !== 1 || !shape || units === undefined) return undefined;
  // One output tells two classes apart.
  const classes = units === 1 ? 2 : units;
  const isImage = shape.length === 3 && (shape[2] === 1 || shape[2] === 3);
  const named = (place: string): string => path.relative(folder, place).split(path.sep).join('/') || '.';
  for await (const { place, files, folders } of foldersIn([folder, root])) {
    if (isImage && place !== root && (await holdsClasses(place, folders, classes)))
      return { kind: 'images', folder: named(place) };
    if (shape.length !== 1) continue;
    for (const name of files.filter((one) => /\.csv$/i.test(one)).sort()) {
      const columns = await columnsOf(path.join(place, name));
      const target = columns?.length === shape[0]! + 1 ? columns.at(-1) : undefined;
      if (target) return { kind: 'table', file: named(path.join(place, name)), target };
    }
  }
  const isDigits = units === 10 && ['28,28,1', '784'].includes(shape.join());
  return isDigits ? { kind: 'digits' } : undefined;
}

interface Folder {
  readonly place: string;
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

async function* foldersIn(starts: readonly string[]): AsyncGenerator<Folder> {
  const seen = new Set<string>();
  let level = [...starts];
  for (let depth = 0; depth <= DEEPEST && level.length > 0; depth++) {
    const next: string[] = [];
    for (const place of level) {
      if (seen.has(place) || seen.size >= MOST_FOLDERS) continue;
      seen.add(place);
      const found = await listed(place);
      if (!found) continue;
      yield found;
      next.push(...found.folders.map((name) => path.join(place, name)));
    }
    level = next;
  }
}

/** `undefined` where it cannot be read: what a person may not see is no data of theirs. */
async function listed(place: string): Promise<Folder | undefined> {
  const entries = await readdir(place, { withFileTypes: true }).catch(() => undefined);
  return (
    entries && {
      place,
      files: entries.filter((entry) => entry.isFile()).map(({ name }) => name),
      folders: entries
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !NOT_LOOKED_INTO.has(entry.name))
        .map(({ name }) => name)
        .sort(),
    }
  );
}

/** Class folders in it, or those of its training part. */
async function holdsClasses(place: string, folders: readonly string[], classes: number): Promise<boolean> {
  const part = folders.find((name) => parts.includes(name.toLowerCase()));
  const inner = part === undefined ? { place, folders } : await listed(path.join(place, part));
  if (inner?.folders.length !== classes) return false;
  const holds = await Promise.all(
    inner.folders.map(async (name) =>
      (await listed(path.join(inner.place, name)))?.files.some((file) => picture.test(file)),
    ),
  );
  return holds.every((one) => one === true);
}

/** Names in the first line of a table. */
async function columnsOf(file: string): Promise<string[] | undefined> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16_384), 0, 16_384, 0);
    const [line = ''] = buffer
      .toString('utf8', 0, bytesRead)
      .replace(/^\ufeff/, '')
      .split(/\r?\n/);
    const separator = [',', ';', '\t'].find((one) => line.includes(one));
    if (separator === undefined) return undefined;
    const columns = line.split(separator).map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
    // A first line of numbers is data.
    return columns.every((name) => name !== '' && Number.isNaN(Number(name))) ? columns : undefined;
  } finally {
    await handle.close();
  }
}
