/** What a breakpoint of the training means, and whether it can ever be hit, in a run of which these names are known. Pure. */
import { closestName } from '../../shared/conditions/closest-name.js';
import type { KnownNames } from '../../shared/conditions/condition.js';
import type { BreakpointStatus } from '../../shared/protocol/dap.js';
import type { BreakpointPlace, TrainingBreakpoint } from '../../shared/protocol/training.js';
import { parseBreakpoint } from './armed-breakpoint.js';

/** Where they are known yet. */
export interface KnownRun extends KnownNames {
  /** Kinds of ops that its first step has run. */
  readonly ops?: readonly string[];
  readonly rules?: readonly string[];
}

export function verifyBreakpoint(breakpoint: TrainingBreakpoint, known: KnownRun = {}): BreakpointStatus {
  const { id, at } = breakpoint;
  const parsed = parseBreakpoint(breakpoint, known);
  const message = (parsed.kind === 'problem' ? parsed.message : undefined) ?? placeProblem(at, known);
  return message === undefined ? { id, verified: true } : { id, verified: false, message };
}

/** A layer inside a model of a model may be called by its own name, where only one can be meant. */
export function namedInFull(
  breakpoint: TrainingBreakpoint,
  { layers = [], weights = [] }: KnownRun,
): TrainingBreakpoint {
  const { at } = breakpoint;
  if ((at.kind === 'layer' || at.kind === 'op') && at.layer !== undefined)
    return { ...breakpoint, at: { ...at, layer: inFull(at.layer, layers) } };
  if (at.kind !== 'data' || at.of === 'metric' || at.name === undefined) return breakpoint;
  const candidates = at.of === 'activation' ? layers : [...layers, ...weights];
  return { ...breakpoint, at: { ...at, name: inFull(at.name, candidates) } };
}

function inFull(name: string, candidates: readonly string[]): string {
  if (candidates.includes(name)) return name;
  const meant = candidates.filter((one) => one.endsWith(`/${name}`));
  return meant.length === 1 ? meant[0]! : name;
}

function placeProblem(at: BreakpointPlace, known: KnownRun): string | undefined {
  const { layers, ops, rules } = known;
  switch (at.kind) {
    case 'step':
    case 'epochEnd':
    case 'condition':
    case 'phase':
      return undefined;
    case 'layer':
      return missing(at.layer, layers, 'The model has no layer');
    case 'op':
      return (
        (at.layer === undefined ? undefined : missing(at.layer, layers, 'The model has no layer')) ??
        missing(at.op, ops, 'This model’s steps run no op')
      );
    case 'data':
      return dataProblem(at, known);
    case 'rule':
      return missing(at.rule, rules, 'There is no rule');
  }
}

function dataProblem({ of, name }: Extract<BreakpointPlace, { kind: 'data' }>, known: KnownRun): string | undefined {
  const { layers, weights, metrics } = known;
  if (name === undefined) return undefined;
  switch (of) {
    case 'activation':
      return missing(name, layers, 'The model has no layer');
    case 'metric':
      return missing(name, metrics && ['loss', ...metrics], 'This run has no metric');
    case 'weight':
    case 'gradient': {
      if (!weights || !layers) return undefined;
      // A layer stands for all of its weights, where it has any.
      const owners = layers.filter((layer) => weights.some((weight) => weight.startsWith(`${layer}/`)));
      if (layers.includes(name) && !owners.includes(name)) return `Layer ${name} has no weights.`;
      return missing(name, [...weights, ...owners], 'The model has no layer or weight');
    }
  }
}

function missing(name: string, candidates: readonly string[] | undefined, what: string): string | undefined {
  if (!candidates || candidates.includes(name)) return undefined;
  const close = closestName(name, candidates);
  const all = candidates.length > 0 ? ` There are: ${candidates.join(', ')}.` : '';
  return `${what} ${name}.${close ? ` Did you mean ${close}?` : all}`;
}
