/**
 * Series computed from others by a formula: `validation/loss - train/loss`, `smooth(loss, 0.9)`. Parsed, never
 * evaluated as code. A formula has a point where the sparsest of its series has one; of the others the value at that
 * step or the last one before it counts, and no point is made beyond the end of any of them. Knows no runs.
 */
import jsep from 'jsep';
import { closestName } from '../../src/shared/conditions/closest-name.js';
import type { CurveSource } from './curve-view.js';
import { Smoothing } from '../../src/shared/base/smoothing.js';

export type ParsedFormula =
  | { readonly kind: 'ok'; readonly names: readonly string[]; readonly make: MakeSeries }
  | { readonly kind: 'error'; readonly message: string; readonly column: number };

/** @param sources in the order of `names`. The series made grows with them. */
export type MakeSeries = (sources: readonly CurveSource[]) => CurveSource;

/** Reads the value of this turn; series functions keep what they need of the turns before. */
type Node = (values: readonly number[]) => number;
type MakeNode = () => Node;

class FormulaError extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

const binary: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '**': (left, right) => left ** right,
};

const pointwise: Readonly<Record<string, readonly [number, number, (...values: number[]) => number]>> = {
  abs: [1, 1, Math.abs],
  sqrt: [1, 1, Math.sqrt],
  exp: [1, 1, Math.exp],
  log: [1, 1, Math.log],
  log10: [1, 1, Math.log10],
  sign: [1, 1, Math.sign],
  pow: [2, 2, Math.pow],
  min: [2, Infinity, Math.min],
  max: [2, Infinity, Math.max],
};

/** Functions of all points up to this one. */
const running: Readonly<Record<string, (second: number) => (value: number) => number>> = {
  diff: () => {
    let before = Number.NaN;
    return (value) => {
      const change = value - before;
      before = value;
      return change;
    };
  },
  sum: () => {
    let sum = 0;
    return (value) => (sum += value);
  },
  mean: () => {
    let sum = 0;
    let count = 0;
    return (value) => (sum += value) / ++count;
  },
  lowest: () => {
    let least = Infinity;
    return (value) => (least = value < least ? value : least);
  },
  highest: () => {
    let greatest = -Infinity;
    return (value) => (greatest = value > greatest ? value : greatest);
  },
  smooth: (weight) => {
    const smoothing = new Smoothing(weight);
    return (value) => smoothing.next(value);
  },
};

/** For a hint beside the field. */
const formulaFunctions: readonly string[] = [...Object.keys(pointwise), ...Object.keys(running)];

/**
 * @param known names of series that may be written as they are, the longest that fits first; any other stands in quotes:
 * `"a name - with signs" * 2`.
 */
export function parseFormula(text: string, known: Iterable<string>): ParsedFormula {
  const all: ReadonlySet<string> = known instanceof Set ? known : new Set(known);
  const { code, names, places } = nameSeries(text, all);
  /** From a place in `code` to the column in `text`. */
  const column = (at: number) => {
    const before = places.findLast(([from]) => from <= at);
    return Math.max(1, Math.min(text.length, at + (before?.[1] ?? 0) + 1));
  };
  try {
    if (text.trim() === '') throw new FormulaError('Write a formula, for example validation/loss - train/loss.', 0);
    for (const name of names) {
      if (all.has(name)) continue;
      throw new FormulaError(
        `There is no series “${name}”.${suggestion(name, all)}`,
        code.indexOf(`$${names.indexOf(name)}`),
      );
    }
    const make = compile(parse(code), all);
    if (names.length === 0) throw new FormulaError('A formula needs a series, for example train/loss.', 0);
    return { kind: 'ok', names, make: (sources) => new FormulaSeries(sources, make()) };
  } catch (error) {
    if (error instanceof FormulaError) return { kind: 'error', message: error.message, column: column(error.at) };
    throw error;
  }
}

function parse(code: string): jsep.Expression {
  try {
    return jsep(code);
  } catch (error) {
    const { description, index } = error as { description?: string; index?: number };
    throw new FormulaError(
      `This cannot be read as a formula${description ? `: ${description.toLowerCase()}` : ''}.`,
      index ?? 0,
    );
  }
}

/** Series become `$0`, `$1`, for their names hold what elsewhere are operators. */
function nameSeries(text: string, known: ReadonlySet<string>) {
  /** The longest one that the text goes on with; there may be a hundred thousand, but a formula is short. */
  const nameAt = (at: number): string | undefined => {
    for (let end = text.length; end > at; end--) {
      if (/^[\p{L}\p{N}_$]/u.test(text.slice(end))) continue;
      const name = text.slice(at, end);
      if (known.has(name)) return name;
    }
    return undefined;
  };
  const names: string[] = [];
  const places: [number, number][] = [[0, 0]];
  let code = '';
  let at = 0;
  const put = (name: string, length: number) => {
    if (!names.includes(name)) names.push(name);
    code += `$${names.indexOf(name)}`;
    at += length;
    places.push([code.length, at - code.length]);
  };
  while (at < text.length) {
    const quoted = /^(["'`])((?:(?!\1).)*)\1/s.exec(text.slice(at));
    if (quoted) {
      put(quoted[2]!, quoted[0].length);
      continue;
    }
    const word = /^[\p{L}\p{N}_.$]+/u.exec(text.slice(at))?.[0];
    if (word === undefined) {
      code += text[at++];
      continue;
    }
    const name = nameAt(at);
    const called = /^\s*\(/.test(text.slice(at + (name ?? word).length));
    if (name !== undefined && !(called && (name in pointwise || name in running)) && !/^\d*\.?\d+$/.test(word)) {
      put(name, name.length);
    } else {
      code += word;
      at += word.length;
    }
  }
  return { code, names, places };
}

function suggestion(name: string, known: ReadonlySet<string>): string {
  const near = closestName(name, [...known].slice(0, 5000));
  return near === undefined ? '' : ` Is “${near}” meant?`;
}

function compile(node: jsep.Expression, known: ReadonlySet<string>): MakeNode {
  const expression = node as jsep.CoreExpression;
  switch (expression.type) {
    case 'Literal': {
      const { value } = expression;
      if (typeof value !== 'number') throw new FormulaError('Only numbers and series can be computed with.', 0);
      return () => () => value;
    }
    case 'Identifier': {
      const index = /^\$(\d+)$/.exec(expression.name)?.[1];
      if (index === undefined) {
        throw new FormulaError(`There is no series “${expression.name}”.${suggestion(expression.name, known)}`, 0);
      }
      return () => (values) => values[Number(index)]!;
    }
    case 'UnaryExpression': {
      const make = compile(expression.argument, known);
      if (expression.operator !== '-' && expression.operator !== '+') {
        throw new FormulaError(`“${expression.operator}” means nothing in a formula.`, 0);
      }
      const sign = expression.operator === '-' ? -1 : 1;
      return () => {
        const argument = make();
        return (values) => sign * argument(values);
      };
    }
    case 'BinaryExpression': {
      const operation = Object.hasOwn(binary, expression.operator) ? binary[expression.operator] : undefined;
      if (!operation) throw new FormulaError(`“${expression.operator}” means nothing in a formula.`, 0);
      const makeLeft = compile(expression.left, known);
      const makeRight = compile(expression.right, known);
      return () => {
        const left = makeLeft();
        const right = makeRight();
        return (values) => operation(left(values), right(values));
      };
    }
    case 'CallExpression':
      return call(expression, known);
    default:
      throw new FormulaError('A formula is made of series, numbers, + - * / and functions.', 0);
  }
}

function call(expression: jsep.CallExpression, known: ReadonlySet<string>): MakeNode {
  const name = expression.callee.type === 'Identifier' ? String((expression.callee as jsep.Identifier).name) : '';
  const makes = expression.arguments.map((argument) => compile(argument, known));
  if (Object.hasOwn(pointwise, name)) {
    const [least, most, operation] = pointwise[name]!;
    if (makes.length < least || makes.length > most) {
      throw new FormulaError(
        `${name} takes ${least}${most > least ? ' or more values' : least === 1 ? ' value' : ' values'}.`,
        0,
      );
    }
    return () => {
      const nodes = makes.map((make) => make());
      return (values) => operation(...nodes.map((node) => node(values)));
    };
  }
  if (Object.hasOwn(running, name)) {
    const [first, second] = makes;
    // No number where it is of a series.
    const weight = second ? second()([]) : 0;
    if (!first || makes.length !== (name === 'smooth' ? 2 : 1) || !(weight >= 0 && weight <= 0.999)) {
      throw new FormulaError(
        name === 'smooth'
          ? 'smooth takes a series and a weight, a number from 0 to 0.999.'
          : `${name} takes one series.`,
        0,
      );
    }
    return () => {
      const node = first();
      const turn = running[name]!(weight);
      return (values) => turn(node(values));
    };
  }
  throw new FormulaError(`There is no function “${name}”. There are: ${formulaFunctions.join(', ')}.`, 0);
}

/** Grows as its sources do, whenever it is looked at. */
class FormulaSeries implements CurveSource {
  private readonly ownSteps: number[] = [];
  private readonly ownValues: number[] = [];
  private readonly ownTimes: number[] | undefined;
  private readonly base: CurveSource;
  private readonly at: number[];
  private done = 0;

  constructor(
    private readonly sources: readonly CurveSource[],
    private readonly node: Node,
  ) {
    this.base = sources.reduce((a, b) => (b.values.length < a.values.length ? b : a));
    this.at = sources.map(() => -1);
    this.ownTimes = this.base.wallTimes ? [] : undefined;
  }

  get steps(): ArrayLike<number> {
    return this.ownSteps;
  }

  get values(): ArrayLike<number> {
    this.extend();
    return this.ownValues;
  }

  get wallTimes(): ArrayLike<number> | undefined {
    return this.ownTimes;
  }

  private extend(): void {
    const { base, sources, at } = this;
    const { steps } = base;
    const length = base.values.length;
    const turn = new Array<number>(sources.length);
    for (this.done = standing(base, this.done); this.done < length; this.done = standing(base, this.done + 1)) {
      const step = steps[this.done]!;
      let known = true;
      for (const [place, source] of sources.entries()) {
        const theirs = source.steps;
        const end = source.values.length;
        if (source === base) at[place] = this.done;
        else {
          // What comes later may still have a point for this step.
          if (end === 0 || theirs[end - 1]! < step) return;
          for (;;) {
            const next = standing(source, at[place]! + 1);
            if (next >= end || theirs[next]! > step) break;
            at[place] = next;
          }
        }
        if (at[place]! < 0) known = false;
        else turn[place] = source.values[at[place]!]!;
      }
      if (!known) continue;
      this.ownSteps.push(step);
      this.ownValues.push(this.node(turn));
      this.ownTimes?.push(base.wallTimes?.[this.done] ?? Number.NaN);
    }
  }
}

/** The first point from `index` on that counts: what a training started anew wrote again, it wrote in vain before. */
function standing({ stretches }: CurveSource, index: number): number {
  if (!stretches) return index;
  let found = index;
  for (const { to, superseded } of stretches) {
    if (found >= to) continue;
    if (!superseded) break;
    found = to;
  }
  return found;
}
