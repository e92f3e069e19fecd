/** How a training fails: in words for the person, with the part of the experiment that it concerns. */
import { inspect } from 'node:util';
import type { Problem } from '../../shared/protocol/training.js';

/** A property of the experiment; where the person's text has it, the problem is shown there. */
export type ExperimentPart =
  | 'settings'
  | 'data'
  | 'model'
  | 'optimizer'
  | 'loss'
  | 'metrics'
  | 'classWeight'
  | 'epochs'
  | 'trainStep'
  | 'summaries';

/** A problem with the part of the experiment that it concerns. */
export interface PartProblem extends Problem {
  readonly part?: ExperimentPart;
  /** Label of the layer to change, where it is one. */
  readonly layer?: string;
}

export interface FailureDetails {
  /** What the person can do next. */
  readonly hint?: string;
  readonly part?: ExperimentPart;
  readonly layer?: string;
  /** All that was found, where it is more than one. */
  readonly problems?: readonly PartProblem[];
  /** What the person's code threw; its stack leads to their line. */
  readonly cause?: unknown;
  /** Whether `message` only repeats the cause's: whoever shows it may find better words for that. */
  readonly repeatsCause?: boolean;
}

/** The run ended by a failure. What was saved and flushed before it stays. */
export class TrainingFailure extends Error {
  override readonly name = 'TrainingFailure';
  readonly hint: string | undefined;
  readonly part: ExperimentPart | undefined;
  readonly layer: string | undefined;
  readonly repeatsCause: boolean;
  readonly problems: readonly PartProblem[];
  /** The run's folder, where there is one already. */
  runDir: string | undefined;

  constructor(message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.hint = details.hint;
    this.part = details.part;
    this.layer = details.layer;
    this.repeatsCause = details.repeatsCause ?? false;
    this.problems = details.problems ?? [];
  }

  static of(problems: readonly PartProblem[]): TrainingFailure {
    const first = problems[0]!;
    return new TrainingFailure(first.message, { hint: first.hint, part: first.part, layer: first.layer, problems });
  }
}

/**
 * Runs the person's code (or a library on their behalf) and says of a failure which part it was in.
 * Failures that are said already pass as they are.
 */
export async function during<T>(part: ExperimentPart, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(error, part);
  }
}

/** Of what somebody threw that is no Error. */
export function thrownText(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : inspect(value, { breakLength: Infinity });
}

export function failureOf(error: unknown, part?: ExperimentPart): TrainingFailure {
  if (error instanceof TrainingFailure) return error;
  if (!(error instanceof Error)) {
    return new TrainingFailure(`The code threw ${thrownText(error)}`, {
      part,
      cause: error,
      hint: 'Throw an Error, so that its line is known.',
    });
  }
  const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
  const kind = ['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError'].includes(error.name)
    ? `${error.name}: `
    : '';
  return new TrainingFailure(kind + (error.message || 'It failed without a message'), {
    part,
    hint,
    cause: error,
    repeatsCause: true,
  });
}
