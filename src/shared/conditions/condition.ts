/**
 * Conditions of breakpoints: `loss > 2 || isNaN(loss)`, `gradNorm('dense_1') > 100`. Parsed once into
 * closures over a fixed list of names and functions, so that testing one costs little at thousands
 * of steps a second and can reach nothing else. Knows neither training nor breakpoints.
 */
import jsep from 'jsep';
import { closestName } from './closest-name.js';

/** What a condition is tested against: one training step. */
export interface ConditionScope {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly learningRate?: number;
  readonly step: number;
  readonly epoch: number;
  /** Over all gradients of the step, or one layer's; `undefined` where it is not known. */
  gradNorm(layer?: string): number | undefined;
  /** Over all weights after the step, or one layer's. */
  weightNorm(layer?: string): number | undefined;
  /** Whether the loss, a gradient or a weight is not finite after the step. */
  notFinite(): boolean | undefined;
}

export interface Condition {
  readonly text: string;
  /** Values that the condition reads, metrics by their own name, functions left out. */
  readonly names: readonly string[];
  /** Layers named in `gradNorm('…')` and `weightNorm('…')`. */
  readonly layers: readonly string[];
  readonly usesGradientNorms: boolean;
  /** Never throws; what is not known counts as NaN, which fails every comparison. */
  holds(scope: ConditionScope): boolean;
}

export type ParsedCondition =
  | { readonly kind: 'ok'; readonly condition: Condition; readonly names: readonly string[] }
  | { readonly kind: 'error'; readonly message: string; /** From 1. */ readonly column: number };

/** What a run has, where that is known: names outside of it are errors then. */
export interface KnownNames {
  readonly metrics?: readonly string[];
  readonly layers?: readonly string[];
}

export function parseCondition(text: string, known: KnownNames = {}): ParsedCondition {
  if (text.trim() === '')
    return { kind: 'error', message: 'Write a condition, for example: loss > 2 || isNaN(loss)', column: 1 };
  try {
    const builder = new Builder(text, known);
    const evaluate = builder.compile(parse(text));
    const names = [...builder.names];
    const condition: Condition = {
      text,
      names,
      layers: [...builder.layers],
      usesGradientNorms: builder.names.has('gradNorm') || builder.names.has('notFinite'),
      holds: (scope) => Boolean(evaluate(scope)),
    };
    return { kind: 'ok', condition, names };
  } catch (error) {
    if (error instanceof ConditionError) return { kind: 'error', message: error.message, column: error.column };
    throw error;
  }
}

export function usesGradientNorms(condition: Condition): boolean {
  return condition.usesGradientNorms;
}

class ConditionError extends Error {
  constructor(
    message: string,
    readonly column: number,
  ) {
    super(message);
  }
}

type Value = number | boolean;
type Evaluate = (scope: ConditionScope) => Value;

const values: Readonly<Record<string, Evaluate>> = {
  loss: (scope) => scope.loss,
  learningRate: (scope) => scope.learningRate ?? NaN,
  lr: (scope) => scope.learningRate ?? NaN,
  step: (scope) => scope.step,
  epoch: (scope) => scope.epoch,
  gradNorm: (scope) => scope.gradNorm() ?? NaN,
  weightNorm: (scope) => scope.weightNorm() ?? NaN,
  notFinite: (scope) => scope.notFinite() ?? false,
};

/** Names that can also be called with a layer's. */
const norms = ['gradNorm', 'weightNorm'] as const;

const constants: Readonly<Record<string, Value>> = { NaN, Infinity, true: true, false: false };

interface ConditionFunction {
  readonly least: number;
  readonly most: number;
  readonly call: (...values: number[]) => Value;
}

const functions: Readonly<Record<string, ConditionFunction>> = {
  isNaN: { least: 1, most: 1, call: (value) => Number.isNaN(value) },
  isFinite: { least: 1, most: 1, call: (value) => Number.isFinite(value) },
  abs: { least: 1, most: 1, call: Math.abs },
  sqrt: { least: 1, most: 1, call: Math.sqrt },
  log: { least: 1, most: 1, call: Math.log },
  exp: { least: 1, most: 1, call: Math.exp },
  pow: { least: 2, most: 2, call: Math.pow },
  min: { least: 1, most: Infinity, call: Math.min },
  max: { least: 1, most: Infinity, call: Math.max },
};

const binary: Readonly<Record<string, (left: number, right: number) => Value>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '==': (left, right) => left === right,
  '===': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '!==': (left, right) => left !== right,
};

const has = (table: object, name: string): boolean => Object.hasOwn(table, name);

class Builder {
  readonly names = new Set<string>();
  readonly layers = new Set<string>();

  constructor(
    private readonly text: string,
    private readonly known: KnownNames,
  ) {}

  compile(node: jsep.Expression): Evaluate {
    const expression = node as jsep.CoreExpression;
    switch (expression.type) {
      case 'Literal': {
        const { value } = expression;
        if (typeof value === 'number' || typeof value === 'boolean') return () => value;
        throw this.error(`Text such as ${expression.raw} can only stand in gradNorm('layer').`, expression.raw);
      }
      case 'Identifier':
        return this.name(expression.name);
      case 'UnaryExpression': {
        const argument = this.compile(expression.argument);
        if (expression.operator === '!') return (scope) => !argument(scope);
        if (expression.operator === '-') return (scope) => -argument(scope);
        if (expression.operator === '+') return (scope) => +argument(scope);
        throw this.error(`${expression.operator} cannot be used in a condition.`, expression.operator);
      }
      case 'BinaryExpression': {
        const { operator } = expression;
        const [left, right] = [this.compile(expression.left), this.compile(expression.right)];
        if (operator === '&&') return (scope) => left(scope) && right(scope);
        if (operator === '||') return (scope) => left(scope) || right(scope);
        const apply = has(binary, operator) ? binary[operator] : undefined;
        if (!apply) throw this.error(`${operator} cannot be used in a condition.`, operator);
        return (scope) => apply(Number(left(scope)), Number(right(scope)));
      }
      case 'ConditionalExpression': {
        const [test, yes, no] = [expression.test, expression.consequent, expression.alternate].map((part) =>
          this.compile(part),
        );
        return (scope) => (test!(scope) ? yes!(scope) : no!(scope));
      }
      case 'CallExpression':
        return this.call(expression);
      case 'Compound':
        throw this.error(
          /\b(and|or|not)\b/.test(this.text)
            ? 'Write && for and, || for or, ! for not.'
            : 'Something is missing between two parts: an operator such as && or >.',
          this.text,
        );
      case 'MemberExpression':
        throw this.error(
          'A dot or bracket cannot be used in a condition: name the value alone, for example loss or accuracy.',
          '.',
        );
      default:
        throw this.error('Only numbers, names and operators can be used in a condition.', this.text);
    }
  }

  private name(name: string): Evaluate {
    if (has(constants, name)) {
      const value = constants[name]!;
      return () => value;
    }
    if (has(values, name)) {
      this.names.add(name === 'lr' ? 'learningRate' : name);
      return values[name]!;
    }
    if (has(functions, name)) throw this.error(`${name} is a function: write ${name}(…).`, name);
    const { metrics } = this.known;
    if (metrics && !metrics.includes(name)) throw this.unknown(name, [...Object.keys(values), ...metrics], true);
    if (!metrics && closestName(name, Object.keys(values), 1) !== undefined)
      throw this.unknown(name, Object.keys(values), false);
    this.names.add(name);
    return (scope) => (has(scope.metrics, name) ? scope.metrics[name]! : NaN);
  }

  private call(expression: jsep.CallExpression): Evaluate {
    const callee = expression.callee as jsep.CoreExpression;
    if (callee.type !== 'Identifier')
      throw this.error('Only functions by their name can be called in a condition.', '(');
    const { name } = callee;
    const norm = norms.find((one) => one === name);
    if (norm) return this.norm(norm, expression.arguments as jsep.CoreExpression[]);
    const entry = has(functions, name) ? functions[name] : undefined;
    if (!entry) {
      const close = closestName(name, [...Object.keys(functions), ...norms]);
      throw this.error(
        `There is no function ${name}.${close ? ` Did you mean ${close}?` : ` There are: ${[...norms, ...Object.keys(functions)].join(', ')}.`}`,
        name,
      );
    }
    const count = expression.arguments.length;
    if (count < entry.least || count > entry.most) {
      const wanted =
        entry.most === entry.least ? `${entry.least} ${entry.least === 1 ? 'value' : 'values'}` : 'at least one value';
      throw this.error(`${name} takes ${wanted}, not ${count}.`, name);
    }
    const parts = expression.arguments.map((part) => this.compile(part));
    const { call } = entry;
    if (parts.length === 1) {
      const only = parts[0]!;
      return (scope) => call(Number(only(scope)));
    }
    return (scope) => call(...parts.map((part) => Number(part(scope))));
  }

  private norm(name: (typeof norms)[number], parts: readonly jsep.CoreExpression[]): Evaluate {
    this.names.add(name);
    if (parts.length === 0) return values[name]!;
    const part = parts[0]!;
    if (parts.length > 1 || part.type !== 'Literal' || typeof part.value !== 'string') {
      throw this.error(`${name} takes a layer's name in quotes, for example ${name}('dense_1').`, name);
    }
    const layer = part.value;
    const { layers } = this.known;
    if (layers && !layers.includes(layer)) {
      const close = closestName(layer, layers);
      throw this.error(
        `The model has no layer ${layer}.${close ? ` Did you mean ${close}?` : ` It has: ${layers.join(', ')}.`}`,
        layer,
      );
    }
    this.layers.add(layer);
    return (scope) => scope[name](layer) ?? NaN;
  }

  private unknown(name: string, candidates: readonly string[], complete: boolean): ConditionError {
    const close = closestName(name, candidates);
    const rest =
      complete && !close ? ` There are: ${candidates.filter((candidate) => candidate !== 'lr').join(', ')}.` : '';
    return this.error(`${name} is not known here.${close ? ` Did you mean ${close}?` : rest}`, name);
  }

  /** At the first place where `part` stands in the text. */
  private error(message: string, part: string): ConditionError {
    return new ConditionError(message, Math.max(0, this.text.indexOf(part)) + 1);
  }
}

function parse(text: string): jsep.Expression {
  const assignment = /(?<![=!<>])=(?!=)/.exec(text);
  if (assignment) throw new ConditionError('A single = does not compare. Write == for “equal”.', assignment.index + 1);
  try {
    return jsep(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const index = 'index' in error && typeof error.index === 'number' ? error.index : text.length;
    throw new ConditionError(plainWords(error.message, text, index), Math.min(index, text.length) + 1);
  }
}

/** jsep's own messages name its internals ("gobbleGroup"); people get the place and what is missing. */
function plainWords(message: string, text: string, index: number): string {
  const count = (character: string) => text.split(character).length - 1;
  if (count('(') > count(')')) return 'A closing bracket ) is missing.';
  if (count(')') > count('(')) return 'There is a closing bracket ) too many.';
  if (/quote/i.test(message)) return 'A closing quote is missing.';
  if (/Expected expression after|Expected exponent/i.test(message) || index >= text.length)
    return 'Something is missing at the end: a number or a name.';
  const character = text[index];
  return `This cannot be read${character ? ` at “${character}”` : ''}. Write, for example: loss > 2 || isNaN(loss)`;
}
