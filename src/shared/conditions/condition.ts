/**
 * Conditions of breakpoints, and what stands in braces in their log messages: `loss > 2 || isNaN(loss)`,
 * `gradNorm('dense_1') > 100`, `zeros(output) > 0.9`. Parsed once into closures over a fixed list of names
 * and functions, so that testing one costs little at thousands of steps a second and can reach nothing
 * else. Knows neither training nor breakpoints.
 */
import { messageOf } from '../base/message-of.js';
import { messageParts } from '../breakpoints/log-message.js';
import { parseExpression, type Compiled, type ParsedExpression } from './expression.js';
import { afterStep, type Reach, type TensorNumber, type TensorTerm } from './reach.js';

/** What a condition is tested against. In the middle of a step, loss and metrics are those of the step before. */
export interface ConditionScope {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly learningRate?: number;
  readonly step: number;
  readonly epoch: number;
  readonly stepInEpoch?: number;
  readonly phase?: string;
  /** Label of the layer, and name of the op, that training stands at. */
  readonly layer?: string;
  readonly op?: string;
  /** Over all gradients of the step, or one layer's; `undefined` where it is not known. */
  gradNorm(layer?: string): number | undefined;
  /** Over all weights after the step, or one layer's. */
  weightNorm(layer?: string): number | undefined;
  /** Whether the loss, a gradient or a weight is not finite after the step. */
  notFinite(): boolean | undefined;
  /** A number of a tensor; of several, over all of them. @throws Error in words where there is none */
  numberOf?(term: TensorTerm, number: TensorNumber): number;
}

/** A tensor that is read, and which of its numbers. */
export interface ReadTensor extends TensorTerm {
  readonly number: TensorNumber;
}

/** What somebody who tests it must have ready. */
export interface Needs {
  /** Values that are read, metrics by their own name, functions left out. */
  readonly names: readonly string[];
  /** Layers named in `gradNorm('…')` and `weightNorm('…')`. */
  readonly layers: readonly string[];
  readonly tensors: readonly ReadTensor[];
  readonly usesGradientNorms: boolean;
  /** Whether it reads `phase`, `layer` or `op`. */
  readonly readsPlace: boolean;
}

export interface Condition extends Needs {
  readonly text: string;
  /**
   * Never throws; what is not known counts as NaN, which fails every comparison. What cannot be read counts
   * as not met, and `failed` is told.
   */
  holds(scope: ConditionScope, failed?: (message: string) => void): boolean;
}

export interface LogText extends Needs {
  /** Never throws; what cannot be read says so in its place. */
  write(scope: ConditionScope): string;
}

export interface ConditionProblem {
  readonly kind: 'error';
  readonly message: string;
  /** From 1. */
  readonly column: number;
}

export type ParsedCondition =
  { readonly kind: 'ok'; readonly condition: Condition; readonly names: readonly string[] } | ConditionProblem;

export type ParsedLogText = { readonly kind: 'ok'; readonly text: LogText } | ConditionProblem;

/** What a run has, where that is known: names outside of it are errors then. */
export interface KnownNames {
  readonly metrics?: readonly string[];
  readonly layers?: readonly string[];
  /** `dense_1/kernel`. */
  readonly weights?: readonly string[];
}

export function parseCondition(text: string, known: KnownNames = {}, reach: Reach = afterStep): ParsedCondition {
  if (text.trim() === '')
    return { kind: 'error', message: `Write a condition, for example: ${example(reach)}`, column: 1 };
  const parsed = parseExpression(text, known, reach);
  if (parsed.kind === 'error') return parsed;
  const { compiled } = parsed;
  if (compiled.type !== 'number') {
    const message =
      compiled.type === 'tensor'
        ? `${text.trim()} is a tensor: compare one of its numbers, for example mean(${text.trim()}) > 0.`
        : `${text.trim()} is a text: compare it, for example ${text.trim()} == '…'.`;
    return { kind: 'error', message, column: 1 };
  }
  const needs = needsOf([parsed]);
  const { run } = compiled;
  const condition: Condition = {
    text,
    ...needs,
    holds: (scope, failed) => {
      try {
        return Boolean(run(scope));
      } catch (error) {
        failed?.(messageOf(error));
        return false;
      }
    },
  };
  return { kind: 'ok', condition, names: needs.names };
}

export function parseLogText(message: string, known: KnownNames = {}, reach: Reach = afterStep): ParsedLogText {
  const parts = messageParts(message);
  const compiled: (string | ParsedExpressionOk)[] = [];
  for (const part of parts) {
    if (part.kind === 'text') {
      compiled.push(part.text);
      continue;
    }
    const parsed = parseExpression(part.text, known, reach);
    if (parsed.kind === 'error') {
      return {
        kind: 'error',
        message: `{${part.text}} in the log message: ${parsed.message}`,
        column: placeOf(message, part.text) + parsed.column,
      };
    }
    compiled.push(parsed);
  }
  const expressions = compiled.filter((part) => typeof part !== 'string');
  const tensors = expressions.flatMap(({ compiled: one }) =>
    one.type === 'tensor' ? shownNumbers.map((number) => ({ ...one.term, number })) : [],
  );
  const needs = needsOf(expressions);
  const text: LogText = {
    ...needs,
    tensors: [...needs.tensors, ...tensors],
    write: (scope) =>
      compiled.map((part) => (typeof part === 'string' ? part : written(part.compiled, scope))).join(''),
  };
  return { kind: 'ok', text };
}

/** Where it stands in braces: the same letters may stand in the text as well. */
function placeOf(message: string, expression: string): number {
  let at = message.indexOf(expression);
  while (!message.slice(0, at).trimEnd().endsWith('{')) at = message.indexOf(expression, at + 1);
  return at;
}

export function usesGradientNorms(condition: Condition): boolean {
  return condition.usesGradientNorms;
}

type ParsedExpressionOk = Extract<ParsedExpression, { kind: 'ok' }>;

function needsOf(parts: readonly ParsedExpressionOk[]): Needs {
  const names = new Set(parts.flatMap((part) => [...part.names]));
  return {
    names: [...names],
    layers: [...new Set(parts.flatMap((part) => [...part.layers]))],
    tensors: parts.flatMap((part) => part.tensors),
    usesGradientNorms: names.has('gradNorm') || names.has('notFinite'),
    readsPlace: parts.some((part) => part.readsPlace),
  };
}

/** Of a whole tensor, in a log message. */
const shownNumbers = ['min', 'mean', 'max', 'spread', 'zeros', 'notFinite'] as const;

function written(compiled: Compiled, scope: ConditionScope): string {
  try {
    switch (compiled.type) {
      case 'number':
        return numberText(compiled.run(scope));
      case 'text':
        return compiled.run(scope);
      case 'tensor':
        return shownNumbers.map((number) => `${number} ${numberText(compiled.read(scope, number))}`).join(', ');
    }
  } catch (error) {
    return `(${messageOf(error)})`;
  }
}

function numberText(value: number | boolean): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value);
}

function example({ inStep, tensors }: Reach): string {
  if (!inStep) return 'loss > 2 || isNaN(loss)';
  return tensors.output ? 'zeros(output) > 0.9' : tensors.input ? 'notFinite(input) > 0' : 'step > 100';
}
