/** What of a graph's summaries is wished: what to fetch for it, and what came of it. Knows no session. */
import { summaryNumbers } from '../../../shared/protocol/training.js';
import { summaryKey, type SummaryWish, type TensorSummary } from '../step-summaries.js';
import type { CompleteGraph } from './complete-graph.js';
import { nameOf } from './graph.js';
import { partsFor, summaryOf, type SummaryPart } from './summary-nodes.js';

interface Place {
  readonly part: SummaryPart;
  /** In the vector of the step's values, or among what is fetched. */
  readonly inValues: boolean;
  readonly index: number;
}

interface Wished {
  readonly wish: SummaryWish;
  readonly size: number;
  readonly places: readonly Place[];
}

function isOnlyFinite(numbers: SummaryWish['numbers']): boolean {
  return numbers?.length === 1 && numbers[0] === 'notFinite';
}

export class WishedSummaries {
  /** Names of tensors; all are scalars of float32. */
  readonly fetches: readonly string[];
  private readonly wished: readonly Wished[];

  /** Those that the graph does not have are left out. */
  constructor({ summaries, activationsFinite }: CompleteGraph, wishes: readonly SummaryWish[]) {
    const onlyFinite = wishes.filter(({ of, numbers }) => of === 'activation' && isOnlyFinite(numbers));
    const known = [...summaries.keys()].filter((key) => key.startsWith('activation '));
    const keys = new Set(onlyFinite.map(summaryKey));
    const inOne = known.every((key) => keys.has(key)) ? activationsFinite : undefined;
    // What several wishes need is fetched once.
    const indexes = new Map<string, number>();
    this.wished = wishes.flatMap((wish) => {
      const found = summaries.get(summaryKey(wish));
      if (!found) return [];
      const { outputs, inValues } = found;
      const places = partsFor(wish.numbers ?? summaryNumbers).map((part): Place => {
        if (inValues !== undefined && (part === 'half' || part === 'finite')) {
          return { part, inValues: true, index: inValues };
        }
        const name = (wish.of === 'activation' && inOne) || nameOf(outputs[part]);
        let index = indexes.get(name);
        if (index === undefined) indexes.set(name, (index = indexes.size));
        return { part, inValues: false, index };
      });
      return [{ wish, size: outputs.size, places }];
    });
    this.fetches = [...indexes.keys()];
  }

  read(values: ArrayLike<number>, fetched: readonly number[]): Map<SummaryWish, TensorSummary> {
    const summaries = new Map<SummaryWish, TensorSummary>();
    for (const { wish, size, places } of this.wished) {
      const numbers: Partial<Record<SummaryPart, number>> = {};
      for (const { part, inValues, index } of places) numbers[part] = inValues ? values[index]! : fetched[index]!;
      const summary = summaryOf(size, numbers);
      if (summary) summaries.set(wish, summary);
    }
    return summaries;
  }
}
