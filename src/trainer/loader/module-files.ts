/** Which file an import of a person's experiment means, extensions left out included. Knows overlays, not how modules run. */
import { statSync } from 'node:fs';
import path from 'node:path';

/** Unsaved text by absolute path, used in place of what is on disk. */
export type Overlays = ReadonlyMap<string, string>;

const extensions = ['.ts', '.mts', '.js', '.mjs', '.json'];
/** TypeScript's own habit: the import names the file that a compiler would make. */
const compiledFrom: Readonly<Record<string, readonly string[]>> = { '.js': ['.ts'], '.mjs': ['.mts'] };

export function isFile(file: string, overlays: Overlays): boolean {
  return overlays.has(file) || statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/** The file that `wanted` (an absolute path, perhaps without its extension) means; `undefined` where there is none. */
export function resolveModuleFile(wanted: string, overlays: Overlays): string | undefined {
  if (isFile(wanted, overlays)) return wanted;
  const extension = path.extname(wanted);
  const candidates = [
    ...(compiledFrom[extension] ?? []).map((source) => wanted.slice(0, -extension.length) + source),
    ...extensions.map((one) => wanted + one),
    ...extensions.map((one) => path.join(wanted, `index${one}`)),
  ];
  return candidates.find((candidate) => isFile(candidate, overlays));
}

/** Whether this is the person's own source, rather than a package they use. */
export function isOwnSource(file: string): boolean {
  return !file.split(path.sep).includes('node_modules');
}
