/** What there is of runs beside their curves, put together: a card a tag, with every run that has it. Pure. */
import { byName } from '../../../src/shared/base/by-name.js';
import { groupBy } from '../../../src/shared/base/group-by.js';
import type { SummaryKind } from '../../../src/shared/protocol/summary-kind.js';
import type { LogTag } from '../../../src/shared/protocol/told-tags.js';

/** Kinds that this panel shows, in the order of their tabs. */
export const shownKinds = ['histogram', 'image', 'confusion', 'prCurve', 'text', 'audio', 'tensor', 'aside'] as const;
export type ShownKind = (typeof shownKinds)[number];

export const kindNames: Readonly<Record<ShownKind, string>> = {
  histogram: 'Histograms',
  image: 'Images',
  confusion: 'Confusion',
  prCurve: 'Precision and recall',
  text: 'Text',
  audio: 'Audio',
  tensor: 'Tensors',
  aside: 'Left aside',
};

export interface SummaryRun {
  readonly id: string;
  readonly name: string;
  /** A colour of the theme, as CSS. */
  readonly colour: string;
  /** Whether it is the one that is trained in this window. */
  readonly isLive: boolean;
}

export interface SummaryCard {
  readonly kind: ShownKind;
  /** `train/weights/conv2d_1/kernel`. */
  readonly name: string;
  readonly entries: readonly { readonly run: SummaryRun; readonly tag: LogTag }[];
}

export interface SummaryGroup {
  /** What the names of its cards begin with; empty for those that stand alone. */
  readonly prefix: string;
  readonly cards: readonly SummaryCard[];
}

type TagsOf = (run: string) => ReadonlyMap<string, LogTag> | undefined;

/** None of curves, settings and graphs, which have panels of their own. */
function shownKindOf({ kind, plugin }: LogTag): ShownKind | undefined {
  if (kind === 'tensor' && plugin === 'confusion_matrix') return 'confusion';
  return shownKinds.find((one) => one === kind);
}

/** What the server calls it. */
export function logKindOf(kind: ShownKind): SummaryKind {
  return kind === 'confusion' ? 'tensor' : kind;
}

/** Number of different tags of each kind. */
export function countKinds(runs: readonly SummaryRun[], tagsOf: TagsOf): ReadonlyMap<ShownKind, number> {
  const names = new Map<ShownKind, Set<string>>();
  for (const { id } of runs) {
    for (const tag of tagsOf(id)?.values() ?? []) {
      const kind = shownKindOf(tag);
      if (kind === undefined) continue;
      const known = names.get(kind);
      if (known) known.add(tag.name);
      else names.set(kind, new Set([tag.name]));
    }
  }
  return new Map([...names].map(([kind, { size }]) => [kind, size]));
}

/** `filter`: words that all have to be in a card's name. */
export function summaryGroups(
  runs: readonly SummaryRun[],
  tagsOf: TagsOf,
  kind: ShownKind,
  filter: string,
): readonly SummaryGroup[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const isWanted = (tag: LogTag) => {
    const text = tag.name.toLowerCase();
    return shownKindOf(tag) === kind && words.every((word) => text.includes(word));
  };
  const all = runs.flatMap((run) =>
    [...(tagsOf(run.id)?.values() ?? [])].filter(isWanted).map((tag) => ({ run, tag })),
  );
  const cards = [...groupBy(all, ({ tag }) => tag.name)]
    .sort(([a], [b]) => byName(a, b))
    .map(([name, entries]): SummaryCard => ({ kind, name, entries }));
  return [...groupBy(cards, ({ name }) => prefixOf(name))].map(([prefix, found]) => ({ prefix, cards: found }));
}

/** The first cards of all groups together: a run may have a hundred thousand, and a page of so many never comes. */
export function firstCards(groups: readonly SummaryGroup[], most: number): readonly SummaryGroup[] {
  const first: SummaryGroup[] = [];
  let left = most;
  for (const { prefix, cards } of groups) {
    if (left <= 0) break;
    first.push({ prefix, cards: cards.slice(0, left) });
    left -= cards.length;
  }
  return first;
}

/** Of `train/weights/conv2d_1/kernel` it is `train/weights`: what is under it belongs together. */
function prefixOf(name: string): string {
  const parts = name.split('/');
  return parts.slice(0, Math.max(0, Math.min(2, parts.length - 1))).join('/');
}

/** The last item at or before this step; the first where all come after it; the last where no step is named; −1 of none. */
export function itemAt(steps: ArrayLike<number>, step: number | undefined): number {
  if (step === undefined || steps.length === 0) return steps.length - 1;
  let found = 0;
  for (let index = 0; index < steps.length; index++) if (steps[index]! <= step) found = index;
  return found;
}
