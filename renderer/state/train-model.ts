/** From a model file by others to an experiment that trains it: written beside the file, and opened. */
import { messageOf } from '../../src/shared/base/message-of.js';
import { notify } from './app-state.js';
import { RequestError } from './connection.js';
import { openFile } from './file-actions.js';
import { closeModel } from './opened-model.js';
import { baseName } from './paths.js';
import { server } from './server.js';

export async function trainModel(path: string): Promise<void> {
  try {
    const written = await server().request('model/experiment', { path });
    // The experiment's own graph takes the file's place.
    closeModel();
    await openFile(written.path);
    notify({
      severity: 'info',
      message: `${baseName(written.path)} trains ${baseName(path)}.`,
      detail: 'Look at its data line before you start the run.',
    });
  } catch (error) {
    notify({
      severity: 'error',
      message: messageOf(error),
      detail: error instanceof RequestError ? error.hint : undefined,
    });
  }
}
