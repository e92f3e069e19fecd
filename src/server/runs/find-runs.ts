/**
 * Finds runs and their event files: folders with a run.json below a `runs` folder, and folders of event files that
 * other programs wrote, wherever they are. Reads names only.
 */
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { runPlaces, workspacePlaces } from '../../shared/base/places.js';
import { errorCode } from '../failure.js';
import { log } from '../log.js';

export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  /** The folder within the run, with `/`; empty for the run's own. */
  readonly family: string;
}

export interface FoundRun {
  /** The folder's name; for one that does not lie in the workspace's own `runs`, its path from the workspace. */
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  readonly hasRunFile: boolean;
  /** In the order in which they were written, as their names tell it. */
  readonly files: readonly FoundFile[];
}

export interface FoundRuns {
  readonly runs: readonly FoundRun[];
  /** Where runs, or new files of them, may come to be: folders that lead to event files first, then the others. */
  readonly folders: readonly string[];
  /** For a person; undefined where all was looked at. */
  readonly problem?: string;
}

const DEEPEST = 8;
const MOST_FOLDERS = 20_000;
const NOT_LOOKED_INTO = new Set(['node_modules', 'venv', '__pycache__']);
/** Names of folders that hold one curve family of a run, not a run. */
const FAMILIES = new Set(['train', 'validation', 'val', 'valid', 'eval', 'test']);

interface Folder {
  readonly path: string;
  readonly hasRunFile: boolean;
  readonly files: readonly string[];
  readonly children: Folder[];
}

/** A link to a folder, in `parent`. */
interface FolderLink {
  readonly parent: Folder;
  readonly path: string;
  readonly real: string;
  readonly depth: number;
}

interface Look {
  folders: number;
  /** Real paths of the folders that were looked into: links may lead round in circles, or to what is there without them. */
  readonly seen: Set<string>;
  /** To be followed when everything that is there without links was seen: a run is found at its own place. */
  readonly links: FolderLink[];
  readonly refused: string[];
}

export function isEventFile(name: string): boolean {
  return name.includes('tfevents') && !name.endsWith('.profile-empty');
}

/** The runs of a workspace; none of one that cannot be read. */
export async function findRuns(root: string): Promise<readonly FoundRun[]> {
  try {
    return (await lookForRuns(root, { rootIsRun: false })).runs;
  } catch (error) {
    log('runs', `${root} is left out`, error);
    return [];
  }
}

/** Event files in a run's folder and below it, in order. */
export async function findEventFiles(run: string): Promise<string[]> {
  const files: FoundFile[] = [];
  collectFiles((await lookInto(run)).top, run, files);
  return files.map((file) => file.path).sort();
}

/** `rootIsRun`: event files in the folder itself are a run, whose id is empty. @throws where the folder itself cannot be read */
export async function lookForRuns(root: string, { rootIsRun }: { readonly rootIsRun: boolean }): Promise<FoundRuns> {
  const { top, folders: foldersLeft, refused } = await lookInto(root);
  const runs: FoundRun[] = [];
  collect(top, root, rootIsRun, runs);
  const leading: string[] = [];
  const others: string[] = [];
  collectFolders(top, leading, others);
  const problems = [
    ...(foldersLeft < 0 ? [`It holds more than ${MOST_FOLDERS.toLocaleString('en')} folders: not all are shown.`] : []),
    ...(refused.length > 0 ? [`Folders in it may not be read: ${refused.slice(0, 3).join(', ')}.`] : []),
  ];
  return { runs, folders: [...leading, ...others], ...(problems.length > 0 ? { problem: problems.join(' ') } : {}) };
}

function collect(folder: Folder, root: string, rootIsRun: boolean, found: FoundRun[]): void {
  const own = folder.files.length > 0;
  const hasFamilies = folder.children.some(
    (child) => child.files.length > 0 && FAMILIES.has(path.basename(child.path)),
  );
  const isRun = (folder.path !== root || rootIsRun) && (folder.hasRunFile || own || hasFamilies);
  if (!isRun) {
    for (const child of folder.children) collect(child, root, rootIsRun, found);
    return;
  }
  // Beside `train` and `validation` everything is of the same run; below a stray file there are runs of their own.
  const families =
    folder.hasRunFile || hasFamilies
      ? folder.children
      : folder.children.filter((child) => isNamedByTime(path.basename(child.path)));
  const files = folder.files.map((file) => ({ path: file, family: '' }));
  for (const child of families) collectFiles(child, folder.path, files);
  found.push({
    id: idOf(folder.path, root),
    folder: folder.path,
    hasRunFile: folder.hasRunFile,
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
  });
  for (const child of folder.children) if (!families.includes(child)) collect(child, root, rootIsRun, found);
}

/** Settings that PyTorch writes for a run lie in a folder below it, named by the time. */
function isNamedByTime(folder: string): boolean {
  return /^\d{9,}(\.\d+)?$/.test(folder);
}

function collectFiles(folder: Folder, run: string, files: FoundFile[]): void {
  // A time is no family: the results in such a folder are the run's, by the same names in each run.
  const names = path.relative(run, folder.path).split(path.sep);
  const family = names.filter((name) => !isNamedByTime(name)).join('/');
  files.push(...folder.files.map((file) => ({ path: file, family })));
  for (const child of folder.children) collectFiles(child, run, files);
}

/** All folders, those that lead to event files in `leading`. */
function collectFolders(folder: Folder, leading: string[], others: string[]): boolean {
  const below = folder.children.map((child) => collectFolders(child, leading, others));
  const leads = folder.files.length > 0 || below.includes(true);
  (leads ? leading : others).push(folder.path);
  return leads;
}

function idOf(folder: string, root: string): string {
  const relative = path.relative(root, folder).split(path.sep).join('/');
  const inRuns = `${workspacePlaces.runs}/`;
  const name = relative.slice(inRuns.length);
  return relative.startsWith(inRuns) && !name.includes('/') ? name : relative;
}

/** @throws where the folder itself cannot be read */
async function lookInto(root: string): Promise<{ readonly top: Folder } & Look> {
  const state: Look = { folders: MOST_FOLDERS, seen: new Set(), links: [], refused: [] };
  const top = await look(root, await realpath(root), 0, state);
  for (const { parent, path: link, real, depth } of state.links) {
    if (!state.seen.has(real)) parent.children.push(await look(link, real, depth, state));
  }
  return { top, ...state };
}

/** Goes on with `state.links` where there are links to folders; they are followed by whoever called. */
async function look(folder: string, real: string, depth: number, state: Look): Promise<Folder> {
  const nothing: Folder = { path: folder, hasRunFile: false, files: [], children: [] };
  if (state.seen.has(real) || state.folders-- <= 0) return nothing;
  state.seen.add(real);
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (depth === 0) throw error;
    if (errorCode(error) === 'EACCES' || errorCode(error) === 'EPERM') state.refused.push(path.basename(folder));
    return nothing;
  }
  let hasRunFile = false;
  const files: string[] = [];
  const folders: string[] = [];
  const links: { readonly path: string; readonly real: string }[] = [];
  for (const entry of entries) {
    const full = path.join(folder, entry.name);
    const link = entry.isSymbolicLink() ? await endOfLink(full) : undefined;
    const kind = entry.isSymbolicLink() ? link?.kind : entry;
    if (kind?.isFile()) {
      if (entry.name === runPlaces.summary) hasRunFile = true;
      else if (isEventFile(entry.name)) files.push(full);
    } else if (kind?.isDirectory() && isLookedInto(entry.name)) {
      if (link) links.push({ path: full, real: link.real });
      else folders.push(full);
    }
  }
  const found: Folder = { path: folder, hasRunFile, files, children: [] };
  if (depth >= DEEPEST) return found;
  for (const child of folders) {
    // What a run of ours keeps of its experiment is nobody's log.
    const name = path.basename(child);
    if (hasRunFile && name === runPlaces.experiment) continue;
    found.children.push(await look(child, path.join(real, name), depth + 1, state));
  }
  for (const link of links) state.links.push({ parent: found, path: link.path, real: link.real, depth: depth + 1 });
  return found;
}

function isLookedInto(name: string): boolean {
  return !name.startsWith('.') && !NOT_LOOKED_INTO.has(name) && name !== 'plugins';
}

async function endOfLink(link: string) {
  try {
    return { kind: await stat(link), real: await realpath(link) };
  } catch (error) {
    // It leads nowhere, or nowhere that may be looked at.
    if (['ENOENT', 'ELOOP', 'EACCES', 'EPERM', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
