/**
 * What of a training is written beside its curves, how often and for how much: as the experiment or the
 * person asks for it, made whole and checked. Knows no files and no tensors.
 */
import type { RunOptions } from '../../../shared/protocol/training.js';
import { TrainingFailure } from '../failure.js';
import type { SummaryKinds, SummaryWishes } from './summary-wishes.js';

export type SummaryKind = keyof SummaryKinds;
const everyKind: Readonly<Record<SummaryKind, true>> = {
  norms: true,
  performance: true,
  weights: true,
  gradients: true,
  activations: true,
  images: true,
  evaluation: true,
  text: true,
  hparams: true,
  graph: true,
};
export const summaryKinds = Object.keys(everyKind) as readonly SummaryKind[];

export interface SummarySettings {
  readonly mode: 'off' | 'default' | 'all' | 'own';
  readonly kinds: ReadonlySet<SummaryKind>;
  /** Share of training time; infinite where time does not matter. */
  readonly budget: number;
  readonly everySteps: number;
  readonly mostSets: number;
  readonly atEnd: boolean;
}

const DEFAULT_BUDGET = 0.03;
const DEFAULT_SETS = 200;

/** @throws TrainingFailure where the experiment asks for what there is not */
export function summarySettings(
  wishes: SummaryWishes | undefined,
  option: RunOptions['summaries'] | undefined,
): SummarySettings {
  // What is asked for on the command line is asked for last.
  const wanted: unknown = option ?? wishes ?? 'default';
  if (wanted === 'off') return { mode: 'off', kinds: new Set(), budget: 0, everySteps: 1, mostSets: 0, atEnd: false };
  const everything = new Set(summaryKinds);
  const usual = { kinds: everything, budget: DEFAULT_BUDGET, everySteps: 1, mostSets: DEFAULT_SETS, atEnd: true };
  if (wanted === 'default') return { mode: 'default', ...usual };
  if (wanted === 'all') return { mode: 'all', ...usual, budget: Infinity };
  if (typeof wanted !== 'object' || wanted === null) {
    throw new TrainingFailure(`summaries is ${JSON.stringify(wanted)}, which says nothing.`, {
      part: 'summaries',
      hint: WAYS,
    });
  }
  return own(wanted as Readonly<Record<string, unknown>>, usual);
}

const WAYS = "Write summaries: 'off', 'default', 'all', or an object such as { budget: 0.01, images: false }.";

function own(wishes: Readonly<Record<string, unknown>>, usual: Omit<SummarySettings, 'mode'>): SummarySettings {
  const numbers = { budget: usual.budget, everySteps: usual.everySteps, mostSets: usual.mostSets };
  const kinds = new Set(usual.kinds);
  let { atEnd } = usual;
  for (const [name, value] of Object.entries(wishes)) {
    if (value === undefined) continue;
    if (name in numbers) {
      const isGood = typeof value === 'number' && (name === 'budget' ? value >= 0 : value >= 1);
      if (!isGood) {
        throw new TrainingFailure(`summaries.${name} is ${JSON.stringify(value)}.`, {
          part: 'summaries',
          hint: name === 'budget' ? 'It is a share of training time: 0.03 are 3 %.' : 'It is a number from 1.',
        });
      }
      numbers[name as keyof typeof numbers] = value;
    } else if (name === 'atEnd' && typeof value === 'boolean') {
      atEnd = value;
    } else if (kinds.has(name as SummaryKind) && typeof value === 'boolean') {
      if (!value) kinds.delete(name as SummaryKind);
    } else {
      const known = [...Object.keys(numbers), 'atEnd', ...summaryKinds].join(', ');
      const isKnown = name in everyKind || name === 'atEnd';
      throw new TrainingFailure(
        isKnown ? `summaries.${name} is ${JSON.stringify(value)}.` : `There is no setting summaries.${name}.`,
        { part: 'summaries', hint: isKnown ? 'Write true or false.' : `There are: ${known}.` },
      );
    }
  }
  return { mode: 'own', kinds, ...numbers, atEnd };
}
