/** Expected failures of setting up an engine: what happened, what would help, and the output that matters. */
import type { EngineObstacle } from '../shared/protocol/engine.js';

export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';
  constructor(
    message: string,
    readonly hint?: string,
    readonly log?: string,
  ) {
    super(message);
  }
}

/** Known before anything is downloaded, all of them at once. */
export class EngineObstacles extends Error {
  override readonly name = 'EngineObstacles';
  constructor(readonly obstacles: readonly EngineObstacle[]) {
    super(obstacles.map(({ message }) => message).join(' '));
  }
}

export function errorCode(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** What the operating system refuses, in plain words; anything else as it is. */
export function inPlainWords(error: unknown, what: string): unknown {
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new EngineFailure(
        `There is no room left on the disk for ${what}.`,
        'Free some space, then try again: what was downloaded is kept.',
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new EngineFailure(
        `The system does not allow writing ${what}.`,
        'Check who owns the folder, or set BACKSTEP_HOME to one that you may write to.',
      );
    default:
      return error;
  }
}
