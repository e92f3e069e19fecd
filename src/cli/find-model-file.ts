/** Whether a command's argument means a model file by others rather than an experiment. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { mayBeModelFile } from '../shared/models/model-file-names.js';
import { isSource } from './find-experiment.js';

/** The model file that the argument names, itself or by the folder that is a model; `undefined` where it names an experiment. */
export function findModelFile(argument: string): string | undefined {
  const wanted = path.resolve(argument);
  const stats = statSync(wanted, { throwIfNoEntry: false });
  if (stats?.isDirectory()) {
    // Beside code, a model.json is what the experiment loads.
    const names = [
      'saved_model.pb',
      'saved_model.pbtxt',
      ...(readdirSync(wanted).some(isSource) ? [] : ['model.json']),
    ];
    return names.map((name) => path.join(wanted, name)).find((file) => existsSync(file));
  }
  return stats && mayBeModelFile(path.basename(wanted)) ? wanted : undefined;
}
