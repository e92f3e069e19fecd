/** The saved state of an earlier run, to go on from. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../shared/base/message-of.js';
import { runPlaces } from '../../shared/base/places.js';
import { TrainingFailure } from './failure.js';
import { SafetensorsError } from './safetensors.js';
import { decodeState, type StateFile } from './state-file.js';

/** @throws TrainingFailure that says what is wrong with the folder */
export function readSavedRun(runDir: string): StateFile {
  const file = path.join(runDir, runPlaces.state);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const gone = code === 'ENOENT' || code === 'ENOTDIR';
    throw new TrainingFailure(
      gone
        ? `There is no saved state to continue from in ${runDir}.`
        : `The saved state cannot be read: ${messageOf(cause)}`,
      { hint: 'Name the folder of a run that has ended an epoch or was stopped.', cause },
    );
  }
  try {
    return decodeState(bytes);
  } catch (cause) {
    if (!(cause instanceof SafetensorsError)) throw cause;
    throw new TrainingFailure(`${file} cannot be continued from. ${cause.message}`, {
      hint: 'Continue from another run, or train anew.',
      cause,
    });
  }
}
