/**
 * The files that an experiment is made of: its own and those that it imports by relative path,
 * found by reading, not by running. Knows neither runs nor training.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const importPattern = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])(\.{1,2}\/[^'"\n]+)\1/g;
const extensions = ['', '.ts', '.mts', '.js', '.mjs', '.json', '/index.ts', '/index.js'];
const MOST_FILES = 500;

/** Absolute paths, the experiment's file first. What cannot be found or read is left out: running will tell. */
export function experimentFiles(experiment: string): string[] {
  const found = new Set<string>();
  const open = [path.resolve(experiment)];
  for (let file = open.shift(); file !== undefined && found.size < MOST_FILES; file = open.shift()) {
    if (found.has(file) || !existsSync(file)) continue;
    found.add(file);
    if (file.endsWith('.json')) continue;
    for (const match of readFileSync(file, 'utf8').matchAll(importPattern)) {
      const imported = resolveImport(path.resolve(path.dirname(file), match[2]!));
      if (imported !== undefined) open.push(imported);
    }
  }
  return [...found];
}

function resolveImport(wanted: string): string | undefined {
  // The import may name the file that a compiler would make of the source.
  const sources = wanted.replace(/\.(m?)js$/, '.$1ts');
  return [wanted, sources, ...extensions.map((extension) => wanted + extension)].find(
    (candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile() === true,
  );
}

/** The deepest folder that holds all of the files. */
export function commonFolder(files: readonly string[]): string {
  let folder = path.dirname(files[0]!);
  while (!files.every((file) => file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)))
    folder = path.dirname(folder);
  return folder;
}
