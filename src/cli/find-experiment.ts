/** Which file the `<experiment>` argument means: a file, or a folder with exactly one experiment, or one script. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { readScriptText } from '../shared/base/script-text.js';
import { UsageError } from './exit-codes.js';

/** Whether a file of this name can be an experiment. */
export function isSource(name: string): boolean {
  return /\.(m?ts|[mc]?js)$/.test(name);
}

/** @throws UsageError */
export function findExperiment(argument: string): string {
  const wanted = path.resolve(argument);
  const stats = statSync(wanted, { throwIfNoEntry: false });
  if (!stats) throw new UsageError(`There is no file or folder ${argument}.`);
  if (!stats.isDirectory()) {
    if (!isSource(wanted)) throw new UsageError(`${argument} is not an experiment: it must be a .ts or .js file.`);
    return wanted;
  }
  const texts = textsIn(wanted);
  const experiments = texts.filter(({ text }) => text.hasDefaultExport && text.namesDefineExperiment);
  // A script is what is left where nothing is described as an experiment.
  const scripts = texts.filter(
    ({ text }) => text.importsTensorFlow && text.callsTraining && !text.namesDefineExperiment && !text.exportsObject,
  );
  const found = (experiments.length > 0 ? experiments : scripts).map(({ name }) => name);
  const main = found.find((file) => /^experiment\.(m?ts|m?js)$/.test(file));
  if (found.length === 0) {
    throw new UsageError(
      `There is no experiment in ${argument}: no file there has a default export made by \`defineExperiment\`, or is a TensorFlow.js script that trains.`,
    );
  }
  if (found.length > 1 && !main) {
    throw new UsageError(`There are several experiments in ${argument}: name one of ${found.join(', ')}.`);
  }
  return path.join(wanted, main ?? found[0]!);
}

function textsIn(folder: string): { readonly name: string; readonly text: ReturnType<typeof readScriptText> }[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && isSource(entry.name) && !entry.name.endsWith('.d.ts'))
    .map(({ name }) => ({ name, text: readScriptText(readFileSync(path.join(folder, name), 'utf8')) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
