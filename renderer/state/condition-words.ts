/** Names that a condition can be written with at a place, offered while it is typed. Pure. */
import type { KnownNames } from '../../src/shared/conditions/condition.js';
import { reachOf, scalarNames, textNames, type Reach } from '../../src/shared/conditions/reach.js';
import { tensorNumbers } from '../../src/shared/conditions/tensor-numbers.js';
import type { BreakpointPlace } from '../../src/shared/protocol/training.js';

/** As a field's list shows it; the same shape as the completions of the widget. */
export interface OfferedName {
  readonly label: string;
  readonly kind: 'variable' | 'function' | 'layer';
  readonly detail?: string;
  readonly from: number;
}

type Name = Omit<OfferedName, 'from'>;

const details: Readonly<Record<string, string>> = {
  step: 'over the whole run',
  gradNorm: 'over all gradients',
  weightNorm: 'over all weights',
  notFinite: 'loss, a gradient or a weight',
  input: 'tensor',
  output: 'tensor',
  grad: 'gradient, tensor',
  tensor: 'what stops here',
  weights: 'all weights',
};

const ofNumbers = ['isNaN', 'isFinite', 'abs', 'sqrt', 'log', 'exp', 'pow'];

/** What is in reach at a place, the likeliest first. */
export function namesAt(at: BreakpointPlace, known: KnownNames): readonly Name[] {
  const reach = reachOf(at);
  const tensors = Object.entries(reach.tensors);
  const value = (label: string): Name => ({ label, kind: 'variable', ...detail(label) });
  const call = (label: string, said: string): Name => ({ label, kind: 'function', detail: said });
  const [first = 'loss', ...scalars] = scalarNames(reach);
  const names = [
    ...tensors.filter(([, form]) => form !== 'named').map(([word]) => value(word)),
    ...(tensors.length > 0 ? tensorNumbers.map((label) => call(label, 'of a tensor')) : []),
    value(first),
    ...(known.metrics ?? []).map((label): Name => ({ label, kind: 'variable', detail: 'metric' })),
    ...scalars.map(value),
    ...textNames(reach).map(value),
    ...tensors.filter(([, form]) => form === 'named').map(([word]) => call(word, 'by name')),
    ...ofNumbers.map((label) => call(label, 'of a number')),
  ];
  return names.filter(({ label }, index) => names.findIndex((other) => other.label === label) === index);
}

function detail(label: string): Pick<Name, 'detail'> {
  const said = Object.hasOwn(details, label) ? details[label] : undefined;
  return said === undefined ? {} : { detail: said };
}

/** How a condition could go on at the caret: names in reach, what a tensor can be asked, names of the model in quotes. */
export function offeredInCondition(
  at: BreakpointPlace,
  text: string,
  caret: number,
  known: KnownNames,
): readonly OfferedName[] {
  const before = text.slice(0, caret);
  const quoted = /(\w+)\(\s*(['"])([^'"]*)$/.exec(before);
  if (quoted) {
    const typed = quoted[3]!;
    return namesInQuotes(quoted[1]!, reachOf(at), known)
      .filter((name) => name !== typed && matches(name, typed))
      .map((label) => ({ label, kind: 'layer', from: caret - typed.length }));
  }
  const typed = /[\w$]*$/.exec(before)![0];
  const from = caret - typed.length;
  if (before.slice(0, from).endsWith('.')) {
    if (!/[\w)\]]\.$/.test(before.slice(0, from)) || /\d\.$/.test(before.slice(0, from))) return [];
    return tensorNumbers
      .filter((label) => matches(label, typed))
      .map((label) => ({ label: `${label}()`, kind: 'function', from }));
  }
  if (typed === '' || /^\d/.test(typed)) return [];
  return namesAt(at, known)
    .filter(({ label }) => label !== typed && matches(label, typed))
    .map((name) => ({ ...name, from }));
}

/** Of the model as a whole, or of the layer that the breakpoint is at. */
function namesInQuotes(word: string, reach: Reach, { layers = [], weights = [] }: KnownNames): readonly string[] {
  if (word !== 'weight' && word !== 'gradient' && word !== 'grad') return layers;
  if (reach.wholeModel) return [...layers, ...weights];
  return [...new Set(weights.map((name) => name.slice(name.lastIndexOf('/') + 1)))];
}

/** The same within the braces of a log message; outside of them is text. */
export function offeredInMessage(
  at: BreakpointPlace,
  text: string,
  caret: number,
  known: KnownNames,
): readonly OfferedName[] {
  const open = /(?<!\\)\{([^{}]*)$/.exec(text.slice(0, caret));
  if (!open) return [];
  const start = open.index + 1;
  return offeredInCondition(at, open[1]!, open[1]!.length, known).map((offer) => ({
    ...offer,
    from: offer.from + start,
  }));
}

/** Of a list of whole words: those that hold what is typed, those that begin with it first. */
export function offeredWords(
  words: readonly string[],
  kind: string,
  text: string,
): readonly { readonly label: string; readonly kind: string; readonly from: number }[] {
  const typed = text.trim().toLowerCase();
  const holding = words.filter((word) => word !== text && word.toLowerCase().includes(typed));
  const begins = (word: string) => word.toLowerCase().startsWith(typed);
  return [...holding.filter(begins), ...holding.filter((word) => !begins(word))].map((label) => ({
    label,
    kind,
    from: 0,
  }));
}

function matches(label: string, typed: string): boolean {
  return label.toLowerCase().startsWith(typed.toLowerCase());
}
