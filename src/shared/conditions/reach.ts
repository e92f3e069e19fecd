/**
 * What a condition can name, by the place that it stands beside: before a layer there is its input, after it
 * its output, after a step everything of the step. Knows neither how conditions are parsed nor what training is.
 */
import type { BreakpointPlace, SummaryNumber } from '../protocol/training.js';

/** What stands for a tensor, or for several whose numbers are taken together. */
export const tensorWords = [
  'input',
  'output',
  'grad',
  'tensor',
  'weights',
  'weight',
  'activation',
  'gradient',
] as const;
export type TensorWord = (typeof tensorWords)[number];

/** A tensor as a condition names it: `output`, `output[1]`, `weight('kernel')`, `activation('dense_1')`. */
export interface TensorTerm {
  readonly word: TensorWord;
  /** What stands in quotes. */
  readonly name?: string;
  /** Which of several, from 0. */
  readonly index?: number;
}

/** What can be asked of a tensor; `size` counts its values. */
export type TensorNumber = SummaryNumber | 'size';

/** `plain`: the word alone; `named`: with a name in quotes; `either`. */
export type WordForm = 'plain' | 'named' | 'either';

export interface Reach {
  /** Completes "…is not known here, ": "before a layer". */
  readonly where: string;
  /** In the middle of a step: loss and metrics are those of the step before. */
  readonly inStep: boolean;
  readonly tensors: Readonly<Partial<Record<TensorWord, WordForm>>>;
  /** Names in quotes are those of the whole model, `dense_1/kernel`; otherwise a layer's own are known, `kernel`. */
  readonly wholeModel: boolean;
}

const all = { weights: 'plain', weight: 'named', activation: 'named', gradient: 'named' } as const;

export const afterStep: Reach = {
  where: 'after a step',
  inStep: false,
  tensors: { ...all, grad: 'either', output: 'named' },
  wholeModel: true,
};

const own = { weights: 'plain', weight: 'named' } as const;

const inStep = (where: string, tensors: Reach['tensors'], wholeModel = false): Reach => ({
  where,
  inStep: true,
  tensors,
  wholeModel,
});

const beforeLayer = inStep('before a layer', { ...own, input: 'either' });
const afterLayer = inStep('after a layer', { ...own, input: 'either', output: 'either', tensor: 'plain' });
const beforeGradient = inStep('before a layer’s gradient', { ...own, grad: 'plain', output: 'plain', tensor: 'plain' });
const afterGradient = inStep('after a layer’s gradient', { ...own, grad: 'either', output: 'plain', tensor: 'plain' });
/** The tensor of an op is what it makes: then the op is stopped at when it has run. */
const atOp = inStep('at an op', { input: 'either', output: 'either', tensor: 'plain' });
const beforeUpdate = inStep('before the update', { ...own, grad: 'either', gradient: 'named' }, true);
const atPhase = inStep('at the beginning of a phase', { ...own }, true);
const afterValue: Reach = {
  ...afterStep,
  where: 'after the value',
  tensors: { ...afterStep.tensors, tensor: 'plain' },
};

export function reachOf(at: BreakpointPlace): Reach {
  switch (at.kind) {
    case 'step':
    case 'epochEnd':
    case 'condition':
    case 'rule':
      return afterStep;
    case 'phase':
      return at.phase === 'optimizer' ? beforeUpdate : atPhase;
    case 'layer':
      if (at.pass === 'gradient') return at.when === 'after' ? afterGradient : beforeGradient;
      return at.when === 'after' ? afterLayer : beforeLayer;
    case 'op':
      return atOp;
    case 'data':
      if (at.of === 'activation') return afterLayer;
      if (at.of === 'gradient') return afterGradient;
      return at.of === 'weight' ? afterValue : afterStep;
  }
}

/** What training knows at any moment, the last two of the step before while one is under way. */
const scalars = ['loss', 'learningRate', 'step', 'epoch', 'stepInEpoch'] as const;
const ofStep = ['gradNorm', 'weightNorm', 'notFinite'] as const;

/** Names of numbers that can be used without brackets, metrics left out. */
export function scalarNames(reach: Reach): readonly string[] {
  return reach.inStep ? [...scalars, 'gradNorm'] : [...scalars, ...ofStep];
}

/** Names of texts, to compare with one in quotes. */
export function textNames(reach: Reach): readonly string[] {
  return reach.inStep ? ['phase', 'layer', 'op'] : [];
}
