/**
 * Finds the runs of a workspace: folders with a run.json below a `runs` folder, and folders of event
 * files that other programs wrote, wherever they are. Reads names only.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { runPlaces, workspacePlaces } from '../../shared/base/places.js';
import { log } from '../log.js';
import { isEventFile } from './event-folder.js';

export interface FoundRun {
  /** The folder's name; for one that does not lie in the workspace's own `runs`, its path from the workspace. */
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  readonly hasRunFile: boolean;
}

const DEEPEST = 6;
const MOST_FOLDERS = 5000;
const NOT_LOOKED_INTO = new Set(['node_modules', 'venv', '__pycache__']);
/** Names of folders that hold one curve family of a run, not a run. */
const FAMILIES = new Set(['train', 'validation', 'val', 'valid', 'eval', 'test']);

interface Folder {
  readonly path: string;
  readonly hasRunFile: boolean;
  readonly hasEvents: boolean;
  readonly children: Folder[];
}

export async function findRuns(root: string): Promise<FoundRun[]> {
  const budget = { folders: MOST_FOLDERS };
  const top = await look(root, 0, budget);
  const found: FoundRun[] = [];
  if (top) collect(top, root, found);
  return found;
}

function collect(folder: Folder, root: string, found: FoundRun[]): void {
  const isParentOfFamilies = folder.children.some(
    (child) => child.hasEvents && FAMILIES.has(path.basename(child.path)),
  );
  if (folder.path !== root && (folder.hasRunFile || folder.hasEvents || isParentOfFamilies)) {
    found.push({ id: idOf(folder.path, root), folder: folder.path, hasRunFile: folder.hasRunFile });
    return;
  }
  for (const child of folder.children) collect(child, root, found);
}

function idOf(folder: string, root: string): string {
  const relative = path.relative(root, folder).split(path.sep).join('/');
  const inRuns = `${workspacePlaces.runs}/`;
  const name = relative.slice(inRuns.length);
  return relative.startsWith(inRuns) && !name.includes('/') ? name : relative;
}

async function look(folder: string, depth: number, budget: { folders: number }): Promise<Folder | undefined> {
  if (budget.folders-- <= 0) return undefined;
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    log('runs', `${folder} is left out`, error);
    return undefined;
  }
  const hasRunFile = entries.some((entry) => entry.name === runPlaces.summary && entry.isFile());
  const hasEvents = entries.some((entry) => isEventFile(entry.name) && entry.isFile());
  const children: Folder[] = [];
  // Below a run of ours there are no others.
  if (!hasRunFile && depth < DEEPEST) {
    for (const entry of entries) {
      if (!entry.isDirectory() || entry.name.startsWith('.') || NOT_LOOKED_INTO.has(entry.name)) continue;
      const child = await look(path.join(folder, entry.name), depth + 1, budget);
      if (child) children.push(child);
    }
  }
  return { path: folder, hasRunFile, hasEvents, children };
}
