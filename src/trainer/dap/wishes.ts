/** Which summaries of a step's tensors breakpoints ask for, and what they come to. Knows no steps. */
import type { TensorNumber, TensorTerm } from '../../shared/conditions/reach.js';
import { together } from '../../shared/conditions/tensor-numbers.js';
import type { BreakpointPlace, SummaryNumber } from '../../shared/protocol/training.js';
import type { PausedTraining } from '../runtime/paused-training.js';
import type { SummaryWish } from '../runtime/step-summaries.js';
import { layerOf } from './layer-of.js';

/** Names of the run that is under way. */
export interface RunNames {
  readonly layers: readonly string[];
  /** `dense_1/kernel`; in their order in the model. */
  readonly weights: readonly string[];
  /** Those of them that are trained, and so have gradients. */
  readonly trained: readonly string[];
}

type Value = Pick<SummaryWish, 'of' | 'name'>;

/** Values that a breakpoint on data watches. */
export function valuesWatched({ of, name }: Extract<BreakpointPlace, { kind: 'data' }>, names: RunNames): Value[] {
  switch (of) {
    case 'activation':
      return names.layers.filter((layer) => name === undefined || layer === name).map((layer) => ({ of, name: layer }));
    case 'gradient':
    case 'weight':
      return (of === 'gradient' ? names.trained : names.weights)
        .filter((weight) => name === undefined || name === weight || name === layerOf(weight))
        .map((weight) => ({ of, name: weight }));
    case 'metric':
      return [];
  }
}

/** Values that a tensor after a step stands for. */
export function valuesOfTerm({ word, name }: TensorTerm, names: RunNames): Value[] {
  const weights = (of: 'gradient' | 'weight'): Value[] =>
    (of === 'gradient' ? names.trained : names.weights)
      .filter((weight) => name === undefined || weight === name || layerOf(weight) === name)
      .map((weight) => ({ of, name: weight }));
  switch (word) {
    case 'activation':
    case 'output':
      return name === undefined ? [] : [{ of: 'activation', name }];
    case 'grad':
    case 'gradient':
      return weights('gradient');
    case 'weight':
    case 'weights':
      return weights('weight');
    case 'input':
    case 'tensor':
      return [];
  }
}

/** Likewise, right after a layer or its gradient; `undefined` where no summary of the step says it. */
export function valuesAtLayer(
  { word, name, index }: TensorTerm,
  { layer, pass }: Pick<Extract<BreakpointPlace, { kind: 'layer' }>, 'layer' | 'pass'>,
  names: RunNames,
): Value[] | undefined {
  if (index !== undefined) return undefined;
  if (word === 'output' || (word === 'tensor' && pass === 'forward'))
    return name === undefined ? [{ of: 'activation', name: layer }] : undefined;
  if (pass === 'forward' || (word !== 'grad' && word !== 'tensor')) return undefined;
  const own = names.trained.filter((weight) => layerOf(weight) === layer);
  const named = name === undefined ? own : own.filter((weight) => weight === name || weight === `${layer}/${name}`);
  return named.length > 0 ? named.map((weight) => ({ of: 'gradient', name: weight })) : undefined;
}

/** One wish a value, with all the numbers that are needed of it. */
export class WishList {
  private readonly byValue = new Map<string, { readonly value: Value; readonly numbers: Set<SummaryNumber> }>();

  add(values: readonly Value[], numbers: readonly TensorNumber[]): void {
    for (const value of values) {
      const key = `${value.of} ${value.name}`;
      const entry = this.byValue.get(key) ?? { value, numbers: new Set() };
      this.byValue.set(key, entry);
      for (const number of numbers) if (number !== 'size') entry.numbers.add(number);
      // Several are taken together by all of their numbers.
      if (values.length > 1) for (const number of togetherBy(numbers)) entry.numbers.add(number);
    }
  }

  get wishes(): readonly SummaryWish[] {
    return [...this.byValue.values()].map(({ value, numbers }) => ({ ...value, numbers: [...numbers] }));
  }
}

/** What is needed of the parts to know these numbers of the whole: not-finite values are left out of the others. */
function togetherBy(numbers: readonly TensorNumber[]): SummaryNumber[] {
  return numbers.flatMap((number): SummaryNumber[] =>
    number === 'size' ? [] : number === 'spread' ? ['spread', 'mean', 'notFinite'] : [number, 'notFinite'],
  );
}

/** @throws Error in words where the step does not tell */
export function numberOfValues(values: readonly Value[], number: TensorNumber, paused: PausedTraining): number {
  if (values.length === 0) throw new Error('the step has no such value.');
  const parts = values.map((value) => {
    const summary = paused.summary(value);
    if (!summary) throw new Error(`${value.of} of ${value.name} is not known of this step.`);
    return summary;
  });
  return together(parts)[number];
}
