/** Finds the experiments and the scripts of a workspace by their text; runs nothing. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { workspacePlaces } from '../../shared/base/places.js';
import { isPlainScript, readScriptText, type ScriptText } from '../../shared/base/script-text.js';
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

/**
 * Absolute paths: those at the top first, in each folder `experiment.*` before its variants, then by name;
 * after all of them the plain TensorFlow.js scripts, in the same order.
 */
export async function findExperiments(root: string): Promise<string[]> {
  const found: string[] = [];
  const texts = new Map<string, ScriptText>();
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
          if (++looked > MOST_FILES) return [...found, ...scriptsAmong(texts)];
          const text = await textOf(full);
          if (text === undefined) continue;
          texts.set(full, readScriptText(text));
          if (isExperimentText(text)) found.push(full);
        }
      }
    }
    folders = next;
  }
  return [...found, ...scriptsAmong(texts)];
}

/** Of all code that was found: those that train, themselves or by files beside them, and that no other one is built of. */
function scriptsAmong(texts: ReadonlyMap<string, ScriptText>): string[] {
  const importedBy = new Map<string, readonly string[]>();
  for (const [file, { relativeImports }] of texts) {
    const imported = relativeImports.flatMap((one) => candidates(path.resolve(path.dirname(file), one)));
    importedBy.set(
      file,
      imported.filter((one) => texts.has(one)),
    );
  }
  const parts = new Set([...importedBy.values()].flat());
  return [...texts.keys()].filter((file) => {
    const own = texts.get(file)!;
    const imported = [...closure(file, importedBy)].map((one) => texts.get(one)!);
    const trains = own.callsTraining || imported.some(({ callsTraining }) => callsTraining);
    return !parts.has(file) && trains && isPlainScript(own, imported);
  });
}

function closure(file: string, importedBy: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...(importedBy.get(file) ?? [])];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (one === file || found.has(one)) continue;
    found.add(one);
    open.push(...(importedBy.get(one) ?? []));
  }
  return found;
}

/** What an import may mean: the file, one whose extension is left out, or the source of what a compiler makes. */
function candidates(wanted: string): string[] {
  const bare = wanted.replace(/\.[mc]?js$/, '');
  return [wanted, ...['.ts', '.mts', '.js', '.mjs', '.cjs', '/index.ts', '/index.js'].map((one) => bare + one)];
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

/** Of a file that is not too large to be somebody's code; `undefined` where it cannot be had. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return (await stat(file)).size <= LARGEST_FILE ? await readFile(file, 'utf8') : undefined;
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM', 'EISDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
