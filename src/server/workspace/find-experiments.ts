/** Finds the experiments of a workspace by their text; runs nothing. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { workspacePlaces } from '../../shared/base/places.js';
import { errorCode } from '../failure.js';
import { log } from '../log.js';

const DEEPEST = 5;
const MOST_FILES = 2000;
const LARGEST_FILE = 512 * 1024;
/** Runs hold copies of the experiment. */
const NOT_LOOKED_INTO = new Set(['node_modules', workspacePlaces.runs, 'dist', 'build', 'out', 'venv', '__pycache__']);
const CODE = /\.(?:[mc]?ts|[mc]?js)$/;

export function mayHoldExperiment(relative: string): boolean {
  const folders = relative.split('/').slice(0, -1);
  return isCode(relative) && !folders.some((name) => name.startsWith('.') || NOT_LOOKED_INTO.has(name));
}

/** A default export made by `defineExperiment`, written at once or by name. */
export function isExperimentText(text: string): boolean {
  if (/\bexport\s+default\s+(?:\w+\.)?defineExperiment\s*[(<]/.test(text)) return true;
  const made = /\b(?:const|let|var)\s+(\w+)(?:\s*:[^=]+)?\s*=\s*(?:\w+\.)?defineExperiment\s*[(<]/.exec(text)?.[1];
  return (
    made !== undefined &&
    new RegExp(`\\bexport\\s+default\\s+${made}\\b|\\bexport\\s*\\{[^}]*\\b${made}\\s+as\\s+default\\b`).test(text)
  );
}

/** Absolute paths: those at the top first, in each folder `experiment.*` before its variants, then by name. */
export async function findExperiments(root: string): Promise<string[]> {
  const found: string[] = [];
  let looked = 0;
  let folders = [root];
  for (let depth = 0; depth <= DEEPEST && folders.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of folders) {
      for (const entry of await entriesOf(folder)) {
        const full = path.join(folder, entry.name);
        if (entry.isDirectory()) {
          if (!entry.name.startsWith('.') && !NOT_LOOKED_INTO.has(entry.name)) next.push(full);
        } else if (entry.isFile() && isCode(entry.name)) {
          if (++looked > MOST_FILES) return found;
          if (await isExperiment(full)) found.push(full);
        }
      }
    }
    folders = next;
  }
  return found;
}

/** The file that a folder's experiment is usually written in is the one that opens and runs. */
function rank(name: string): number {
  return /^experiment\.\w+$/.test(name) ? 0 : 1;
}

function isCode(name: string): boolean {
  return CODE.test(name) && !name.endsWith('.d.ts');
}

async function entriesOf(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
  } catch (error) {
    // Gone since its parent was read, or not for this person to see.
    log('workspace', `${folder} is left out`, error);
    return [];
  }
}

async function isExperiment(file: string): Promise<boolean> {
  try {
    return (await stat(file)).size <= LARGEST_FILE && isExperimentText(await readFile(file, 'utf8'));
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM', 'EISDIR'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}
