/** Where a training that is started again writes its run: the one before stays as it is. */
import { readdirSync } from 'node:fs';

/** Launch arguments whose `runDir`, where they name one, holds no run yet: `run`, `run-2`, `run-3`… */
export function withFreeRunFolder(launch: unknown): unknown {
  if (typeof launch !== 'object' || launch === null || !('runDir' in launch)) return launch;
  const { runDir } = launch;
  if (typeof runDir !== 'string') return launch;
  let folder = runDir;
  for (let number = 2; isTaken(folder); number++) folder = `${runDir.replace(/[\\/]+$/, '')}-${number}`;
  return folder === runDir ? launch : { ...launch, runDir: folder };
}

function isTaken(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    // Not there, or nothing to be read: the trainer says what is wrong with it.
    return false;
  }
}
