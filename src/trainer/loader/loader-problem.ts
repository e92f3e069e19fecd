/**
 * A failure to load a person's module, with its place. Loading happens on Node's hooks thread, whose
 * errors reach the main thread as message text alone: the problem travels inside it.
 */
import { inspect } from 'node:util';
import type { Problem } from '../../shared/protocol/training.js';

const marker = 'backstep-problem:';

export class LoaderProblem extends Error {
  override readonly name = 'LoaderProblem';
  constructor(problem: Omit<Problem, 'severity'>) {
    super(marker + JSON.stringify(problem));
  }
}

/** The problem inside an error that a module hook threw, where there is one. */
export function loaderProblemOf(error: unknown): Omit<Problem, 'severity'> | undefined {
  // Anything can be thrown: looking at it must not run what it brings along.
  const message = error instanceof Error ? error.message : inspect(error);
  const at = message.indexOf(marker);
  return at < 0 ? undefined : (JSON.parse(message.slice(at + marker.length)) as Omit<Problem, 'severity'>);
}
