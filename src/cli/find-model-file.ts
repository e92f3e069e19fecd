/** Whether a command's argument means a model file by others rather than an experiment. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { mayBeModelFile } from '../shared/models/model-file-names.js';

/** The model file that the argument names, itself or by SavedModel's folder; `undefined` where it names an experiment. */
export function findModelFile(argument: string): string | undefined {
  const wanted = path.resolve(argument);
  const stats = statSync(wanted, { throwIfNoEntry: false });
  if (stats?.isDirectory()) {
    return ['saved_model.pb', 'saved_model.pbtxt']
      .map((name) => path.join(wanted, name))
      .find((file) => existsSync(file));
  }
  return stats && mayBeModelFile(path.basename(wanted)) ? wanted : undefined;
}
