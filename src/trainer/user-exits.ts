/** The ways in which a person's code can end the process behind the training's back, turned into failures at their line. */
import { personsFrames } from './loader/stack-frames.js';

export class ExitCalled extends Error {
  override readonly name = 'ExitCalled';
  readonly hint = 'Remove the call: Backstep ends the process itself when training is done.';
  constructor(readonly code: unknown) {
    super(`The code called process.exit(${code === undefined ? '' : String(code)})`);
  }
}

let taken: ((exit: ExitCalled) => void) | undefined;

/** From here on `process.exit` of whatever code is no failure in itself: `take` is told, and the call throws. */
export function takeExits(take: (exit: ExitCalled) => void): void {
  taken = take;
}

/** The way out for Backstep's own code. */
export const exitProcess: (code: number) => never = process.exit.bind(process);

/**
 * For the rest of the process: `process.exit` throws, and what nobody caught is handed to `failed`
 * instead of ending the process with a stack on its error stream.
 */
export function guardExits(failed: (error: unknown) => void): void {
  process.exit = ((code?: unknown): never => {
    const error = new ExitCalled(code);
    if (taken) {
      taken(error);
      throw error;
    }
    if (personsFrames(error.stack).length === 0) exitProcess(Number(code ?? 0));
    throw error;
  }) as typeof process.exit;
  process.on('uncaughtException', failed);
  process.on('unhandledRejection', failed);
}
