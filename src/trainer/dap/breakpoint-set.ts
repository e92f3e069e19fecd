/**
 * The breakpoints of a training: which of them a step or an epoch's end hits, and which stand in the middle
 * of a step. Knows neither threads nor protocol.
 */
import type { ConditionScope } from '../../shared/conditions/condition.js';
import type { TensorTerm } from '../../shared/conditions/reach.js';
import type { Finding } from '../../shared/protocol/diagnosis.js';
import type { StepEvent, SummaryNumber, TrainingBreakpoint } from '../../shared/protocol/training.js';
import type { PausedTraining } from '../runtime/paused-training.js';
import type { SummaryWish } from '../runtime/step-summaries.js';
import { ArmedBreakpoint, type BreakpointListener } from './armed-breakpoint.js';
import { isInStep } from './armed-places.js';
import { numbersOfValue } from './data-watch.js';
import { numberOfValues, valuesOfTerm, valuesWatched, WishList, type RunNames } from './wishes.js';

export interface Hits {
  readonly ids: readonly string[];
  /** For a person: "step 40", "loss > 2 || isNaN(loss)", "end of epoch 1". */
  readonly description: string;
}

/** A rule that is armed. */
export interface ArmedRule {
  readonly rule: string;
  /** Its own where none is given. */
  readonly threshold?: number;
}

/** Tests rules on a step that has just been made; breakpoints on them know no more of rules. */
export interface RuleTest {
  /** What it wants to know of the steps to come to test these. */
  wishes(rules: readonly ArmedRule[]): readonly SummaryWish[];
  /** Each at most once a place. What the rule says of the step; nothing where it finds nothing. */
  test(rule: ArmedRule, step: StepEvent, paused: PausedTraining): Finding | undefined;
}

/** What can be asked of a step after it. */
export type SeenStep = Pick<PausedTraining, 'gradNorm' | 'weightNorm' | 'notFinite'> & Partial<PausedTraining>;

const noNames: RunNames = { layers: [], weights: [], trained: [] };
const nobody: BreakpointListener = { failed: () => undefined, log: () => undefined };

export class BreakpointSet {
  /** All that are switched on and can be read. */
  readonly armed: readonly ArmedBreakpoint[];
  /** Those of them that stand in the middle of a step. */
  readonly inStep: readonly ArmedBreakpoint[];
  private readonly afterStep: readonly ArmedBreakpoint[];
  private readonly epochEnds: readonly ArmedBreakpoint[];
  private readonly early = new Map<ArmedBreakpoint, boolean>();

  /** Those that are as `before` count on. */
  constructor(breakpoints: readonly TrainingBreakpoint[] = [], before?: BreakpointSet) {
    const known = new Map((before?.armed ?? []).map((one) => [JSON.stringify(one.breakpoint), one]));
    this.armed = breakpoints.flatMap(
      (breakpoint) => known.get(JSON.stringify(breakpoint)) ?? ArmedBreakpoint.of(breakpoint) ?? [],
    );
    this.inStep = this.armed.filter(({ at }) => isInStep(at));
    this.epochEnds = this.armed.filter(({ at }) => at.kind === 'epochEnd');
    this.afterStep = this.armed.filter(({ at }) => !isInStep(at) && at.kind !== 'epochEnd');
    for (const one of this.afterStep) this.early.set(one, isKnownBefore(one));
  }

  get wantsGradientNorms(): boolean {
    return this.armed.some(({ needs }) => needs.some(({ usesGradientNorms }) => usesGradientNorms));
  }

  /** Whether a stop right after this step is possible, before it has run. */
  mayHitAfter(step: Pick<StepEvent, 'step' | 'epoch' | 'stepInEpoch'>): boolean {
    return this.afterStep.some((one) => {
      if (one.at.kind === 'step' && one.at.step !== step.step) return false;
      if (!this.early.get(one)) return true;
      return one.holds({ ...nothingYet, step: step.step, epoch: step.epoch, stepInEpoch: step.stepInEpoch }, nobody);
    });
  }

  get mayHitAtEpochEnd(): boolean {
    return this.epochEnds.length > 0;
  }

  /** What is to be summed up of the steps to come for these. */
  addWishes(list: WishList, names: RunNames): void {
    for (const { at, needs, watch } of [...this.afterStep, ...this.epochEnds]) {
      for (const { tensors } of needs) {
        for (const term of tensors) list.add(valuesOfTerm(term, names), [term.number]);
      }
      if (at.kind !== 'data' || !watch) continue;
      // One at a time: each value is watched by itself.
      const own = needs.flatMap(({ tensors }) => tensors.filter(({ word }) => word === 'tensor'));
      const numbers = [...watch.numbers, ...own.map(({ number }) => number)];
      for (const value of valuesWatched(at, names)) list.add([value], numbers);
    }
  }

  get rules(): readonly ArmedRule[] {
    return this.armed.flatMap(({ at }) => (at.kind === 'rule' ? [{ rule: at.rule, threshold: at.threshold }] : []));
  }

  hitsAfter(
    step: StepEvent,
    seen: SeenStep,
    {
      listener = nobody,
      names = noNames,
      rules,
    }: {
      readonly listener?: BreakpointListener;
      readonly names?: RunNames;
      readonly rules?: RuleTest;
    } = {},
  ): Hits | undefined {
    if (this.afterStep.length === 0) return undefined;
    const scope = scopeAfter(step, seen, names);
    const hits: { readonly one: ArmedBreakpoint; readonly description: string }[] = [];
    for (const one of this.afterStep) {
      const { at } = one;
      switch (at.kind) {
        case 'step':
          if (at.step === step.step && one.reached(scope, listener)) hits.push({ one, description: one.describe() });
          break;
        case 'condition':
          if (one.reached(scope, listener)) hits.push({ one, description: one.describe() });
          break;
        case 'rule': {
          const finding = rules?.test({ rule: at.rule, threshold: at.threshold }, step, seen as PausedTraining);
          if (finding && one.reached(scope, listener)) hits.push({ one, description: finding.title });
          break;
        }
        case 'data':
          for (const name of this.changedValues(one, step, seen, names)) {
            const own = at.of === 'weight' ? scopeAfter(step, seen, names, { of: at.of, name }) : scope;
            if (one.reached(own, listener)) hits.push({ one, description: one.describe(name) });
          }
          break;
        case 'phase':
        case 'layer':
        case 'op':
        case 'epochEnd':
      }
    }
    return together(hits);
  }

  hitsAtEndOf(
    epoch: number,
    step?: StepEvent,
    seen?: SeenStep,
    { listener = nobody, names = noNames }: { readonly listener?: BreakpointListener; readonly names?: RunNames } = {},
  ): Hits | undefined {
    const hits = this.epochEnds.filter(({ at }) => at.kind === 'epochEnd' && (at.epoch ?? epoch) === epoch);
    if (hits.length === 0) return undefined;
    const scope = { ...nothingYet, ...(step && seen ? scopeAfter(step, seen, names) : {}), epoch };
    const ids = hits.filter((one) => one.reached(scope, listener)).map(({ id }) => id);
    return ids.length > 0 ? { ids, description: `end of epoch ${epoch}` } : undefined;
  }

  /** Names of the weights or metrics that what is waited for has happened to. */
  private changedValues(one: ArmedBreakpoint, step: StepEvent, seen: SeenStep, names: RunNames): string[] {
    const { at, watch } = one;
    if (at.kind !== 'data' || !watch) return [];
    if (at.of === 'metric') {
      const values = { loss: step.loss, ...step.metrics };
      return Object.entries(values)
        .filter(([name]) => at.name === undefined || at.name === name)
        .filter(([name, value]) => watch.test(name, (number) => metricNumber(number, value)))
        .map(([name]) => name);
    }
    return valuesWatched(at, names)
      .filter(({ of, name }) => {
        const summary = seen.summary?.({ of, name, numbers: watch.numbers });
        return summary && watch.test(name, (number) => summary[number]);
      })
      .map(({ name }) => name);
  }
}

/** A metric crosses by its value, whatever number of it is named. */
function metricNumber(number: SummaryNumber, value: number): number {
  return number === 'notFinite' || number === 'zeros' ? numbersOfValue(value)[number] : value;
}

const nothingYet: ConditionScope = {
  loss: NaN,
  metrics: {},
  step: 0,
  epoch: 0,
  gradNorm: () => undefined,
  weightNorm: () => undefined,
  notFinite: () => undefined,
};

/** Whether it can be decided before the step has run. */
function isKnownBefore({ at, needs, logs }: ArmedBreakpoint): boolean {
  if (logs || (at.kind !== 'condition' && at.kind !== 'step')) return false;
  return needs.every(
    ({ names, tensors, layers }) =>
      tensors.length === 0 &&
      layers.length === 0 &&
      names.every((name) => name === 'step' || name === 'epoch' || name === 'stepInEpoch'),
  );
}

/** `watched`: what `tensor` stands for, at a value that is watched. */
function scopeAfter(
  step: StepEvent,
  seen: SeenStep,
  names: RunNames,
  watched?: Pick<SummaryWish, 'of' | 'name'>,
): ConditionScope {
  // At thousands of steps a second. Written out: spreading the event takes V8 longer than all the rest of this.
  const { loss, metrics, learningRate, epoch, stepInEpoch } = step;
  return {
    loss,
    metrics,
    learningRate,
    step: step.step,
    epoch,
    stepInEpoch,
    gradNorm: (layer) => seen.gradNorm(layer),
    weightNorm: (layer) => seen.weightNorm(layer),
    notFinite: () => seen.notFinite(),
    numberOf: (term: TensorTerm, number) => {
      const values = term.word === 'tensor' && watched ? [watched] : valuesOfTerm(term, names);
      return numberOfValues(values, number, seen as PausedTraining);
    },
  };
}

function together(hits: readonly { readonly one: ArmedBreakpoint; readonly description: string }[]): Hits | undefined {
  if (hits.length === 0) return undefined;
  const ids = [...new Set(hits.map(({ one }) => one.id))];
  return { ids, description: [...new Set(hits.map(({ description }) => description))].join(', ') };
}
