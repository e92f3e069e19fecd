/** Which charts there are, and under which headings: the pinned ones first, then one a quantity, by prefix. Pure. */
import { byName } from '../../../src/shared/base/by-name.js';
import { groupBy } from '../../../src/shared/base/group-by.js';
import { messageOf } from '../../../src/shared/base/message-of.js';
import type { ChartPick, Dashboard } from '../../state/dashboard-schema.js';
import { ofSeries } from './drawn-runs.js';
import { mayBeEndless } from './endless-pattern.js';
import { isSetting, sectionOf } from './series-names.js';

export interface ChartDescription {
  /** A pinned chart's own; `tag:loss` of one that is there by itself. */
  readonly id: string;
  readonly title: string;
  readonly picks: readonly ChartPick[];
  readonly pinned: boolean;
}

export interface Section {
  /** Names it in what is kept; shown by `title`. */
  readonly id: string;
  readonly title: string;
  readonly charts: readonly ChartDescription[];
}

const PINNED = ' pinned';
/** Of series whose name has no parts. */
const UNGROUPED = '';

function tagChartId(tag: string): string {
  return `tag:${tag}`;
}

/** @param all of `sectionsOf` the runs */
export function chartSections(
  all: readonly Section[],
  dashboard: Pick<Dashboard, 'pinned' | 'everything' | 'filter'>,
): readonly Section[] {
  const sections: Section[] = [];
  if (dashboard.pinned.length > 0) {
    const charts = dashboard.pinned.map(({ id, title, picks }): ChartDescription => ({
      id,
      title: title ?? titleOf(picks),
      picks,
      pinned: true,
    }));
    sections.push({ id: PINNED, title: 'Pinned', charts });
  }
  if (!dashboard.everything) return sections;
  const { matches } = pattern(dashboard.filter);
  for (const section of all) {
    const { id, title } = section;
    const charts =
      dashboard.filter.trim() === '' ? section.charts : section.charts.filter((chart) => matchesChart(chart, matches));
    if (charts.length > 0) sections.push({ id, title, charts });
  }
  return sections;
}

/** By its name, or as its title has it. */
function matchesChart({ title, picks: [pick] }: ChartDescription, matches: (name: string) => boolean): boolean {
  return (pick?.kind === 'tag' && matches(pick.tag)) || matches(title);
}

/** One chart a quantity. */
export const sectionsOf = ofSeries((runs): readonly Section[] => {
  const keys = new Set<string>();
  for (const run of runs) for (const key of run.byKey.keys()) keys.add(key);
  const bySection = groupBy(keys, sectionOf);
  const place = (key: string) => (key === 'loss' ? 0 : isSetting(key) ? 2 : 1);
  return [...bySection]
    .sort(([a], [b]) => byName(a, b))
    .map(([section, own]): Section => {
      const charts = own
        .sort((a, b) => place(a) - place(b) || byName(a, b))
        .map((key): ChartDescription => {
          const picks: ChartPick[] = [{ kind: 'tag', tag: key }];
          return { id: tagChartId(key), title: titleOf(picks), picks, pinned: false };
        });
      return { id: section, title: section === UNGROUPED ? 'Training' : section, charts };
    });
});

export function titleOf(picks: readonly ChartPick[]): string {
  return picks.map((pick) => (pick.kind === 'tag' ? pick.tag.replaceAll('_', ' ') : pick.formula)).join(', ');
}

/** A regular expression as somebody types it; one that cannot be used is looked for as plain text. */
export function pattern(text: string): { matches(name: string): boolean; readonly problem?: string } {
  const typed = text.trim();
  if (typed === '') return { matches: () => true };
  try {
    const expression = new RegExp(typed, 'i');
    if (!mayBeEndless(typed)) return { matches: (name) => expression.test(name) };
    return { ...plain(typed), problem: 'searching by it might never end, for a group repeats that repeats or chooses' };
  } catch (error) {
    return { ...plain(typed), problem: `it is not finished: ${messageOf(error)}` };
  }
}

function plain(typed: string): { matches(name: string): boolean } {
  const looked = typed.toLowerCase();
  return { matches: (name) => name.toLowerCase().includes(looked) };
}
