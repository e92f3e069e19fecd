/** Whether a process is there, by its id. */
import { errorCode } from './failure.js';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is there all the same.
    return errorCode(error) === 'EPERM';
  }
}
