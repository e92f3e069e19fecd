/** Names that a condition can be written with at a place, offered while it is typed. Pure. */
import type { KnownNames } from '../../src/shared/conditions/condition.js';
import type { BreakpointPlace } from '../../src/shared/protocol/training.js';
import { braces } from './condition-check.js';

/** As a field's list shows it; the same shape as the completions of the widget. */
export interface OfferedName {
  readonly label: string;
  readonly kind: 'variable' | 'function' | 'layer';
  readonly detail?: string;
  readonly from: number;
}

type Name = Omit<OfferedName, 'from'>;

const everywhere: readonly Name[] = [
  { label: 'loss', kind: 'variable', detail: 'of the last step' },
  { label: 'step', kind: 'variable', detail: 'over the whole run' },
  { label: 'epoch', kind: 'variable' },
  { label: 'stepInEpoch', kind: 'variable' },
  { label: 'learningRate', kind: 'variable' },
];

const afterStep: readonly Name[] = [
  { label: 'gradNorm', kind: 'variable', detail: 'over all gradients' },
  { label: 'weightNorm', kind: 'variable', detail: 'over all weights' },
  { label: 'notFinite', kind: 'variable', detail: 'loss, a gradient or a weight' },
];

const inStep: readonly Name[] = [
  { label: 'phase', kind: 'variable' },
  { label: 'input', kind: 'variable', detail: 'tensor' },
  { label: 'output', kind: 'variable', detail: 'tensor, after' },
  { label: 'grad', kind: 'variable', detail: 'tensor' },
];

const ofTensors: readonly Name[] = ['norm', 'mean', 'min', 'max', 'spread', 'zeros', 'notFinite', 'size'].map(
  (label) => ({ label, kind: 'function', detail: 'of a tensor' }),
);

const ofNumbers: readonly Name[] = ['isNaN', 'isFinite', 'abs', 'sqrt', 'log', 'exp'].map((label) => ({
  label,
  kind: 'function',
}));

/** What is in reach at a place, the likeliest first. */
export function namesAt(kind: BreakpointPlace['kind'], known: KnownNames): readonly Name[] {
  const metrics = (known.metrics ?? []).map((label): Name => ({ label, kind: 'variable', detail: 'metric' }));
  const isInStep = kind === 'layer' || kind === 'op' || kind === 'phase';
  const own = isInStep ? [...inStep, ...ofTensors] : [...afterStep];
  const names = [...everywhere.slice(0, 1), ...metrics, ...own, ...everywhere.slice(1), ...ofNumbers];
  return names.filter(({ label }, index) => names.findIndex((other) => other.label === label) === index);
}

/** How a condition could go on at the caret: names in reach, layers within quotes. */
export function offeredInCondition(
  kind: BreakpointPlace['kind'],
  text: string,
  caret: number,
  known: KnownNames,
): readonly OfferedName[] {
  const before = text.slice(0, caret);
  const quoted = /\(\s*(['"])([^'"]*)$/.exec(before);
  if (quoted) {
    const typed = quoted[2]!;
    return (known.layers ?? [])
      .filter((layer) => layer !== typed && matches(layer, typed))
      .map((label) => ({ label, kind: 'layer', from: caret - typed.length }));
  }
  const typed = /[\w$]*$/.exec(before)![0];
  if (typed === '' || /^\d/.test(typed) || before.slice(0, caret - typed.length).endsWith('.')) return [];
  return namesAt(kind, known)
    .filter(({ label }) => label !== typed && matches(label, typed))
    .map((name) => ({ ...name, from: caret - typed.length }));
}

/** The same within the braces of a log message; outside of them is text. */
export function offeredInMessage(
  kind: BreakpointPlace['kind'],
  text: string,
  caret: number,
  known: KnownNames,
): readonly OfferedName[] {
  const open = braces(text.slice(0, caret)).at(-1);
  if (!open || open.closed) return [];
  return offeredInCondition(kind, open.expression, open.expression.length, known).map((offer) => ({
    ...offer,
    from: offer.from + open.start,
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
