/**
 * What a person writes in a condition, compiled to closures over a fixed list of names and functions. Mistakes
 * are told in plain words at their column. Never evaluates anything as code; knows no training.
 */
import type jsep from 'jsep';
import { closestName } from './closest-name.js';
import type { ConditionScope, KnownNames, ReadTensor } from './condition.js';
import { ConditionError, parse } from './parse-text.js';
import {
  scalarNames,
  tensorWords,
  textNames,
  type Reach,
  type TensorNumber,
  type TensorTerm,
  type TensorWord,
} from './reach.js';
import { tensorNumberCalled, tensorNumbers } from './tensor-numbers.js';
import {
  binary,
  constants,
  equality,
  functions,
  norms,
  otherNames,
  scalars,
  texts,
  type Run,
  type Value,
} from './vocabulary.js';

/** By what it is: a number or truth, a text, a tensor that has yet to be asked for a number. */
export type Compiled =
  | { readonly type: 'number'; readonly run: Run<Value> }
  | { readonly type: 'text'; readonly run: Run<string>; readonly literal?: string }
  | {
      readonly type: 'tensor';
      readonly term: TensorTerm;
      readonly read: (scope: ConditionScope, number: TensorNumber) => number;
    };

export type ParsedExpression =
  | {
      readonly kind: 'ok';
      readonly compiled: Compiled;
      readonly names: ReadonlySet<string>;
      readonly layers: ReadonlySet<string>;
      readonly tensors: readonly ReadTensor[];
      readonly readsPlace: boolean;
    }
  | { readonly kind: 'error'; readonly message: string; readonly column: number };

export function parseExpression(text: string, known: KnownNames, reach: Reach): ParsedExpression {
  try {
    const builder = new Builder(text, known, reach);
    const compiled = builder.compile(parse(text));
    const { names, layers, tensors, readsPlace } = builder;
    return { kind: 'ok', compiled, names, layers, tensors, readsPlace };
  } catch (error) {
    if (error instanceof ConditionError) return { kind: 'error', message: error.message, column: error.column };
    throw error;
  }
}

const has = (table: object, name: string): boolean => Object.hasOwn(table, name);
const number = (run: Run<Value>): Compiled => ({ type: 'number', run });

class Builder {
  readonly names = new Set<string>();
  readonly layers = new Set<string>();
  readonly tensors: ReadTensor[] = [];
  readsPlace = false;

  constructor(
    private readonly text: string,
    private readonly known: KnownNames,
    private readonly reach: Reach,
  ) {}

  compile(node: jsep.Expression): Compiled {
    const expression = node as jsep.CoreExpression;
    switch (expression.type) {
      case 'Literal': {
        const { value } = expression;
        if (typeof value === 'number' || typeof value === 'boolean') return number(() => value);
        const literal = String(value);
        return { type: 'text', run: () => literal, literal: expression.raw };
      }
      case 'Identifier':
        return this.name(expression.name);
      case 'UnaryExpression': {
        const argument = this.number(expression.argument);
        if (expression.operator === '!') return number((scope) => !argument(scope));
        if (expression.operator === '-') return number((scope) => -argument(scope));
        if (expression.operator === '+') return number((scope) => +argument(scope));
        throw this.error(`${expression.operator} cannot be used in a condition.`, expression.operator);
      }
      case 'BinaryExpression':
        return this.binary(expression);
      case 'ConditionalExpression': {
        const [test, yes, no] = [expression.test, expression.consequent, expression.alternate].map((part) =>
          this.number(part),
        );
        return number((scope) => (test!(scope) ? yes!(scope) : no!(scope)));
      }
      case 'CallExpression':
        return this.call(expression);
      case 'MemberExpression':
        return this.member(expression);
      case 'Compound':
        throw this.error(
          /\b(and|or|not)\b/.test(this.text)
            ? 'Write && for and, || for or, ! for not.'
            : 'Something is missing between two parts: an operator such as && or >.',
          this.text,
        );
      default:
        throw this.error('Only numbers, names and operators can be used in a condition.', this.text);
    }
  }

  /** What must be a number or a truth here. */
  private number(node: jsep.Expression): Run<Value> {
    return this.asNumber(this.compile(node), node);
  }

  private asNumber(compiled: Compiled, node: jsep.Expression): Run<Value> {
    if (compiled.type === 'number') return compiled.run;
    if (compiled.type === 'tensor') {
      const { word } = compiled.term;
      throw this.error(`${word} is a tensor: use one of its numbers, for example mean(${word}).`, word);
    }
    if (compiled.literal === undefined) {
      const { name } = node as jsep.Identifier;
      throw this.error(`${name} is a text: compare it with one in quotes, by == or !=.`, name);
    }
    throw this.error(
      `Text such as ${compiled.literal} can only stand in gradNorm('layer') and the like, or beside a text such as phase.`,
      compiled.literal,
    );
  }

  private binary({ operator, left: leftNode, right: rightNode }: jsep.BinaryExpression): Compiled {
    const [leftSide, rightSide] = [this.compile(leftNode), this.compile(rightNode)];
    if (has(equality, operator) && leftSide.type === 'text' && rightSide.type === 'text') {
      const same = equality[operator]!;
      return number((scope) => (leftSide.run(scope) === rightSide.run(scope)) === same);
    }
    const [left, right] = [this.asNumber(leftSide, leftNode), this.asNumber(rightSide, rightNode)];
    if (operator === '&&') return number((scope) => left(scope) && right(scope));
    if (operator === '||') return number((scope) => left(scope) || right(scope));
    const apply = has(binary, operator) ? binary[operator] : undefined;
    if (!apply) throw this.error(`${operator} cannot be used in a condition.`, operator);
    return number((scope) => apply(Number(left(scope)), Number(right(scope))));
  }

  private name(name: string): Compiled {
    if (has(constants, name)) {
      const value = constants[name]!;
      return number(() => value);
    }
    const scalar = has(otherNames, name) ? otherNames[name]! : name;
    if (scalarNames(this.reach).includes(scalar)) {
      this.names.add(scalar);
      return number(scalars[scalar]!);
    }
    if (textNames(this.reach).includes(name)) {
      this.readsPlace = true;
      return { type: 'text', run: texts[name]! };
    }
    const word = tensorWords.find((one) => one === name);
    if (word) return this.tensor({ word });
    if (has(functions, name) || tensorNumberCalled(name))
      throw this.error(`${name} is a function: write ${name}(…).`, name);
    if (has(scalars, name)) throw this.notHere(name);
    const { metrics } = this.known;
    const own = [...scalarNames(this.reach), ...textNames(this.reach), ...Object.keys(this.reach.tensors)];
    if (metrics && !metrics.includes(name)) throw this.unknown(name, [...own, ...metrics], true);
    if (!metrics && closestName(name, own, 1) !== undefined) throw this.unknown(name, own, false);
    this.names.add(name);
    return number((scope) => (has(scope.metrics, name) ? scope.metrics[name]! : NaN));
  }

  private call(expression: jsep.CallExpression): Compiled {
    const callee = expression.callee as jsep.CoreExpression;
    const given = expression.arguments as jsep.CoreExpression[];
    if (callee.type === 'MemberExpression') return this.member(callee, given);
    if (callee.type !== 'Identifier')
      throw this.error('Only functions by their name can be called in a condition.', '(');
    const { name } = callee;
    const norm = norms.find((one) => one === name);
    if (norm) return this.norm(norm, given);
    const word = tensorWords.find((one) => one === name);
    if (word) return this.tensor({ word, name: this.quoted(word, given) });
    const asked = tensorNumberCalled(name);
    if (asked && given.length === 1) {
      const only = this.compile(given[0]!);
      if (only.type === 'tensor') return this.numberOf(only, asked);
      if (name === 'notFinite') {
        const value = this.asNumber(only, given[0]!);
        return number((scope) => !Number.isFinite(value(scope)));
      }
      if (!has(functions, name)) throw this.error(`${name} takes a tensor${this.tensorExample(name)}.`, name);
      return this.apply(name, [this.asNumber(only, given[0]!)]);
    }
    if (!has(functions, name)) {
      if (asked) throw this.error(`${name} takes one tensor${this.tensorExample(name)}.`, name);
      const known = [...new Set([...norms, ...Object.keys(functions), ...tensorNumbers])];
      const close = closestName(name, [...known, ...Object.keys(this.reach.tensors)]);
      throw this.error(
        `There is no function ${name}.${close ? ` Did you mean ${close}?` : ` There are: ${known.join(', ')}.`}`,
        name,
      );
    }
    return this.apply(
      name,
      given.map((part) => this.number(part)),
    );
  }

  private apply(name: string, parts: readonly Run<Value>[]): Compiled {
    const { least, most, call } = functions[name]!;
    const count = parts.length;
    if (count < least || count > most) {
      const wanted = most === least ? `${least} ${least === 1 ? 'value' : 'values'}` : 'at least one value';
      throw this.error(`${name} takes ${wanted}, not ${count}.`, name);
    }
    const only = parts[0]!;
    if (parts.length === 1) return number((scope) => call(Number(only(scope))));
    return number((scope) => call(...parts.map((part) => Number(part(scope)))));
  }

  /** `output[1]`, `output.mean()`, `output.size`. */
  private member(expression: jsep.MemberExpression, given?: readonly jsep.CoreExpression[]): Compiled {
    const base = expression.object as jsep.CoreExpression;
    const target = tensorWords.includes(nameOf(base) as TensorWord) ? this.compile(base) : undefined;
    if (target?.type !== 'tensor') {
      throw this.error(
        'A dot or bracket can only follow a tensor: name the value alone, for example loss or accuracy.',
        expression.computed ? '[' : '.',
      );
    }
    const property = expression.property as jsep.CoreExpression;
    if (expression.computed) {
      const index = property.type === 'Literal' ? property.value : undefined;
      const { word } = target.term;
      if (given || typeof index !== 'number' || !Number.isInteger(index) || index < 0)
        throw this.error(`In brackets stands which ${word} is meant, counted from 0: ${word}[0].`, '[');
      return this.tensor({ ...target.term, index });
    }
    const name = property.type === 'Identifier' ? property.name : '';
    const asked = tensorNumberCalled(name);
    if (!asked) {
      const close = closestName(name, tensorNumbers);
      throw this.error(
        `A tensor has no ${name} here.${close ? ` Did you mean ${close}?` : ` There are: ${tensorNumbers.join(', ')}.`}`,
        name,
      );
    }
    if (given && given.length > 0) throw this.error(`${name} takes nothing in its brackets here.`, name);
    return this.numberOf(target, asked);
  }

  private tensor(term: TensorTerm): Compiled {
    const { word, name } = term;
    const { tensors, wholeModel } = this.reach;
    const form = tensors[word];
    if (!form) throw this.notHere(word);
    const sample = word === 'activation' || word === 'output' ? 'dense_1' : wholeModel ? 'dense_1/kernel' : 'kernel';
    if (form === 'named' && name === undefined)
      throw this.error(`${word} takes a name in quotes, for example ${word}('${sample}').`, word);
    if (form === 'plain' && name !== undefined)
      throw this.error(`${word} stands alone ${this.reach.where}: ${word}.`, word);
    if (name !== undefined && word !== 'input') this.checkName(word, name);
    return {
      type: 'tensor',
      term,
      read: (scope, asked) => {
        if (!scope.numberOf) throw new Error(`${word} cannot be read here.`);
        return scope.numberOf(term, asked);
      },
    };
  }

  private checkName(word: TensorWord, name: string): void {
    const { layers, weights } = this.known;
    if (!this.reach.wholeModel) {
      // A layer's own weights are known by the layer, which the place names.
      if (weights && !weights.some((weight) => weight === name || weight.endsWith(`/${name}`)))
        throw this.noSuch('weight', name, [
          ...new Set(weights.map((weight) => weight.slice(weight.lastIndexOf('/') + 1))),
        ]);
      return;
    }
    if (word === 'activation' || word === 'output') {
      if (layers && !layers.includes(name)) throw this.noSuch('layer', name, layers);
      return;
    }
    const candidates = [...(weights ?? []), ...(word === 'weight' ? [] : (layers ?? []))];
    if (weights && layers && !candidates.includes(name) && !(word === 'weight' && layers.includes(name)))
      throw this.noSuch(word === 'weight' ? 'weight' : 'layer or weight', name, candidates);
  }

  private numberOf(target: Extract<Compiled, { type: 'tensor' }>, asked: TensorNumber): Compiled {
    const { term, read } = target;
    const { word, name } = term;
    if (!this.reach.inStep && asked === 'norm' && term.index === undefined) {
      // These are known of every step, without reading its tensors.
      if ((word === 'grad' || word === 'gradient') && (name === undefined || !name.includes('/')))
        return this.normOf('gradNorm', name);
      if (word === 'weights') return this.normOf('weightNorm', undefined);
    }
    this.tensors.push({ ...term, number: asked });
    return number((scope) => read(scope, asked));
  }

  private norm(name: (typeof norms)[number], parts: readonly jsep.CoreExpression[]): Compiled {
    if (!scalarNames(this.reach).includes(name)) throw this.notHere(name);
    if (parts.length === 0) return this.normOf(name, undefined);
    const part = parts[0]!;
    if (parts.length > 1 || part.type !== 'Literal' || typeof part.value !== 'string') {
      throw this.error(`${name} takes a layer's name in quotes, for example ${name}('dense_1').`, name);
    }
    if (this.reach.inStep)
      throw this.error(
        `${name} of a layer is known after a step; ${this.reach.where} there is ${this.hereText()}.`,
        name,
      );
    const { layers } = this.known;
    if (layers && !layers.includes(part.value)) throw this.noSuch('layer', part.value, layers);
    return this.normOf(name, part.value);
  }

  private normOf(name: (typeof norms)[number], layer: string | undefined): Compiled {
    this.names.add(name);
    if (layer === undefined) return number(scalars[name]!);
    this.layers.add(layer);
    return number((scope) => scope[name](layer) ?? NaN);
  }

  private quoted(word: string, given: readonly jsep.CoreExpression[]): string {
    const [part] = given;
    if (given.length !== 1 || part?.type !== 'Literal' || typeof part.value !== 'string')
      throw this.error(`${word} takes one name in quotes: ${word}('…').`, word);
    return part.value;
  }

  private tensorExample(name: string): string {
    const [word] = Object.entries(this.reach.tensors).find(([, form]) => form !== 'named') ?? [];
    return word ? `, for example ${name}(${word})` : '';
  }

  private noSuch(what: string, name: string, candidates: readonly string[]): ConditionError {
    const close = closestName(name, candidates);
    return this.error(
      `${this.reach.wholeModel ? 'The model' : 'This place'} has no ${what} ${name}.${close ? ` Did you mean ${close}?` : ` It has: ${candidates.join(', ') || 'none'}.`}`,
      name,
    );
  }

  private hereText(): string {
    return [...scalarNames(this.reach), ...textNames(this.reach), ...Object.keys(this.reach.tensors)].join(', ');
  }

  private notHere(name: string): ConditionError {
    return this.error(`${name} is not known ${this.reach.where}. There are: ${this.hereText()}.`, name);
  }

  private unknown(name: string, candidates: readonly string[], complete: boolean): ConditionError {
    const close = closestName(name, candidates);
    const rest = complete && !close ? ` There are: ${candidates.join(', ')}.` : '';
    return this.error(`${name} is not known here.${close ? ` Did you mean ${close}?` : rest}`, name);
  }

  /** At the first place where `part` stands in the text; a name as a whole word. */
  private error(message: string, part: string): ConditionError {
    const whole = /^\w+$/.test(part) ? this.text.search(new RegExp(`\\b${part}\\b`)) : -1;
    return new ConditionError(message, Math.max(0, whole >= 0 ? whole : this.text.indexOf(part)) + 1);
  }
}

/** Of the word that a member follows: `output` of `output`, `output('x')`, `output[0]`. */
function nameOf(node: jsep.CoreExpression): string {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'CallExpression') return nameOf(node.callee as jsep.CoreExpression);
  return node.type === 'MemberExpression' && node.computed ? nameOf(node.object as jsep.CoreExpression) : '';
}
