/** A failure of the person's code in their words, at their line. */
import type { Problem } from '../../shared/protocol/training.js';
import { thrownText, TrainingFailure, type PartProblem } from '../runtime/failure.js';
import { plainWords } from './plain-words.js';
import { loaderProblemOf } from './loader-problem.js';
import { isPersons, personsFrames, syntaxErrorPlace, type SourcePlace } from './stack-frames.js';

/** A failure whose place is known already. */
export class ExperimentProblem extends Error {
  override readonly name = 'ExperimentProblem';
  constructor(
    readonly problem: Omit<Problem, 'severity'>,
    options?: ErrorOptions,
  ) {
    super(problem.message, options);
  }
}

const failedAt = Symbol('backstep.failedAt');

/** Says where the person's code is at fault, where the stack alone does not. The innermost place wins. */
export function tagFailure(error: unknown, place: SourcePlace | undefined): void {
  if (!place || typeof error !== 'object' || error === null || failedAt in error || !Object.isExtensible(error)) return;
  Object.defineProperty(error, failedAt, { value: place });
}

/** Where parts of the experiment stand in its text. */
export interface ExperimentPlaces {
  /** The experiment's file: named where nothing tells a better place. */
  readonly file: string;
  placeOfPart?(part: string): SourcePlace;
  /** By the layer's label. */
  placeOfLayer?(label: string): SourcePlace | undefined;
}

/** The problem that `error` is for the person. */
export function problemOf(error: unknown, places: ExperimentPlaces): Problem {
  if (error instanceof TrainingFailure) return problemOfFailure(error, places);
  const { file } = places;
  if (error instanceof ExperimentProblem) return { severity: 'error', file, ...error.problem };
  const loading = loaderProblemOf(error);
  if (loading) return { severity: 'error', file, ...loading };
  if (!(error instanceof Error)) {
    return {
      severity: 'error',
      message: `The code threw ${thrownText(error)}`,
      hint: 'Throw an Error, so that its line is known.',
      file,
    };
  }
  const place = placeOf(error);
  return { severity: 'error', message: messageOf(error), hint: hintOf(error), file, ...place, stack: error.stack };
}

function problemOfFailure(failure: TrainingFailure, places: ExperimentPlaces): Problem {
  const { cause } = failure;
  if (cause instanceof ExperimentProblem || loaderProblemOf(cause)) return problemOf(cause, places);
  const { severity, part, layer, ...problem } = failure.problems[0] ?? {
    severity: 'error' as const,
    part: failure.part,
    layer: failure.layer,
    message: failure.repeatsCause && cause instanceof Error ? messageOf(cause) : failure.message,
    hint: failure.hint,
  };
  const place = (cause instanceof Error ? placeOf(cause) : undefined) ?? placeOfPart({ part, layer }, places);
  return {
    ...problem,
    severity,
    hint: problem.hint ?? (cause instanceof Error ? hintOf(cause) : undefined),
    file: places.file,
    ...place,
    stack: cause instanceof Error ? cause.stack : undefined,
  };
}

/** A finding about a part of the experiment, at its line. */
export function problemOfPart({ part, layer, ...problem }: PartProblem, places: ExperimentPlaces): Problem {
  return { file: places.file, ...placeOfPart({ part, layer }, places), ...problem };
}

function placeOfPart(
  { part, layer }: Pick<PartProblem, 'part' | 'layer'>,
  places: ExperimentPlaces,
): SourcePlace | undefined {
  // What is wrong with the loss is put right at the loss, even where a layer is named as the other side of it.
  const ofLayer =
    layer !== undefined && (part === undefined || part === 'model') ? places.placeOfLayer?.(layer) : undefined;
  return ofLayer ?? (part === undefined ? undefined : places.placeOfPart?.(part));
}

function placeOf(error: Error): SourcePlace | undefined {
  if (failedAt in error) return error[failedAt] as SourcePlace;
  if (error instanceof SyntaxError) {
    const place = syntaxErrorPlace(error.stack);
    if (place && isPersons(place.file)) return place;
  }
  const frame = personsFrames(error.stack)[0];
  if (frame) return { file: frame.file, line: frame.line, column: frame.column };
  return error.cause instanceof Error ? placeOf(error.cause) : undefined;
}

/** `TypeError: …` keeps its kind, which people look up; plain errors and Backstep's own do without. */
function messageOf(error: Error): string {
  const plain = plainWords(error.message);
  if (plain) return plain.message;
  // Node adds the chain of files that asked for a module.
  const message = error.message.split('\nRequire stack:')[0] || 'It failed without a message';
  const standard = ['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError'].includes(error.name);
  return standard ? `${error.name}: ${message}` : message;
}

const knownHints: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [
    /^Cannot find module 'backstep'/,
    "Write the file as an ES module: `import { datasets, defineExperiment, tf } from 'backstep';` and `export default`.",
  ],
  [
    /does not provide an export named '(\w+)'/,
    'If it is a type, write `import type { … }`; otherwise check the name and that the other file exports it.',
  ],
  [
    /Array buffer allocation failed|Invalid typed array length|Out of memory|could not allocate/i,
    'It needs more memory than there is: use fewer filters or units, smaller images or a smaller batch.',
  ],
  [/^Maximum call stack size exceeded/, 'A function calls itself without end.'],
  [
    /Tensor is disposed/,
    'A tensor is used after it was given back; do not dispose what Backstep hands over, or clone it first.',
  ],
];

function hintOf(error: Error): string | undefined {
  if ('hint' in error && typeof error.hint === 'string') return error.hint;
  const plain = plainWords(error.message);
  if (plain) return plain.hint;
  return knownHints.find(([pattern]) => pattern.test(error.message))?.[1];
}
