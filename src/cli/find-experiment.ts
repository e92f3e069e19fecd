/** Which file the `<experiment>` argument means: a file, or a folder with exactly one experiment. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from './exit-codes.js';

const sources = /\.(m?ts|m?js)$/;

/** @throws UsageError */
export function findExperiment(argument: string): string {
  const wanted = path.resolve(argument);
  const stats = statSync(wanted, { throwIfNoEntry: false });
  if (!stats) throw new UsageError(`There is no file or folder ${argument}.`);
  if (!stats.isDirectory()) {
    if (!sources.test(wanted)) throw new UsageError(`${argument} is not an experiment: it must be a .ts or .js file.`);
    return wanted;
  }
  const found = experimentsIn(wanted);
  const main = found.find((file) => /^experiment\.(m?ts|m?js)$/.test(file));
  if (found.length === 0) {
    throw new UsageError(
      `There is no experiment in ${argument}: no file there has a default export made by \`defineExperiment\`.`,
    );
  }
  if (found.length > 1 && !main) {
    throw new UsageError(`There are several experiments in ${argument}: name one of ${found.join(', ')}.`);
  }
  return path.join(wanted, main ?? found[0]!);
}

function experimentsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && sources.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => entry.name)
    .filter((name) => {
      const text = readFileSync(path.join(folder, name), 'utf8');
      return /\bexport\s+default\b/.test(text) && /\bdefineExperiment\b/.test(text);
    })
    .sort();
}
