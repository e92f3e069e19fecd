/** Small files of the system or the person that need not be there. Knows nothing of what they say. */
import { readFileSync } from 'node:fs';
import { errorCode } from '../engine-failure.js';

/** Undefined where there is no such file, or it may not be read: what needs it says what is lacking. */
export function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
