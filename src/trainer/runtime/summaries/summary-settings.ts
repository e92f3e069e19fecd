/**
 * What of a training is written beside its curves, how often and for how much: as the experiment or the
 * person asks for it, made whole and checked. Knows no files and no tensors.
 */
import type { RunOptions } from '../../../shared/protocol/training.js';
import { TrainingFailure } from '../failure.js';

/** What can be written, each by its own name; everything unless it says `false`. */
export const summaryKinds = [
  /** Norms of gradients and updates over all and by layer. */
  'norms',
  /** Steps a second, and memory. */
  'performance',
  /** Histograms. */
  'weights',
  'gradients',
  'activations',
  /** Inputs with their predictions, filters, feature maps. */
  'images',
  /** Confusion matrix and precision-recall curves, after each epoch's validation. */
  'evaluation',
  /** The experiment's source and settings. */
  'text',
  /** A row in TensorBoard's table of hyper-parameters. */
  'hparams',
  'graph',
] as const;
export type SummaryKind = (typeof summaryKinds)[number];

/**
 * What the experiment asks to have written. `'default'`: everything, within 3 % of training time. `'all'`:
 * everything, as often as `mostSets` allows, whatever it takes. `'off'`: loss, metrics and learning rate alone.
 */
export type SummaryWishes =
  | 'off'
  | 'default'
  | 'all'
  | ({
      /** The share of training time that they may take together, from 0 to 1. Default 0.03. */
      readonly budget?: number;
      /** At least so many steps from one set of histograms or images to the next. Default 1. */
      readonly everySteps?: number;
      /** About so many sets of histograms in a run; a fifth as many of images. Default 200. */
      readonly mostSets?: number;
    } & { readonly [kind in SummaryKind]?: boolean });

export interface SummarySettings {
  readonly mode: 'off' | 'default' | 'all' | 'own';
  readonly kinds: ReadonlySet<SummaryKind>;
  /** Share of training time; infinite where time does not matter. */
  readonly budget: number;
  readonly everySteps: number;
  readonly mostSets: number;
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
  if (wanted === 'off') return { mode: 'off', kinds: new Set(), budget: 0, everySteps: 1, mostSets: 0 };
  const everything = new Set(summaryKinds);
  const usual = { kinds: everything, budget: DEFAULT_BUDGET, everySteps: 1, mostSets: DEFAULT_SETS };
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
    } else if (kinds.has(name as SummaryKind) && typeof value === 'boolean') {
      if (!value) kinds.delete(name as SummaryKind);
    } else {
      const known = [...Object.keys(numbers), ...summaryKinds].join(', ');
      const isKnown = (summaryKinds as readonly string[]).includes(name);
      throw new TrainingFailure(
        isKnown ? `summaries.${name} is ${JSON.stringify(value)}.` : `There is no setting summaries.${name}.`,
        { part: 'summaries', hint: isKnown ? 'Write true or false.' : `There are: ${known}.` },
      );
    }
  }
  return { mode: 'own', kinds, ...numbers };
}
