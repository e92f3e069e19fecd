/** Which charts there are, and under which headings: the pinned ones first, then one a quantity, by prefix. Pure. */
import { byName } from '../../../src/shared/base/by-name.js';
import { groupBy } from '../../../src/shared/base/group-by.js';
import { messageOf } from '../../../src/shared/base/message-of.js';
import type { ChartPick, Dashboard } from '../../state/dashboard-schema.js';
import type { DrawnRun } from './drawn-runs.js';
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

export function chartSections(
  runs: readonly DrawnRun[],
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
  for (const { id, title, charts: all } of allSections(runs)) {
    const charts = dashboard.filter.trim() === '' ? all : all.filter((chart) => matchesChart(chart, matches));
    if (charts.length > 0) sections.push({ id, title, charts });
  }
  return sections;
}

/** By its name, or as its title has it. */
function matchesChart({ title, picks: [pick] }: ChartDescription, matches: (name: string) => boolean): boolean {
  return (pick?.kind === 'tag' && matches(pick.tag)) || matches(title);
}

const sectionsOfRuns = new WeakMap<readonly DrawnRun[], readonly Section[]>();

/** One chart a quantity. Kept: to put a hundred thousand names in order takes longer than a keystroke in the filter may. */
function allSections(runs: readonly DrawnRun[]): readonly Section[] {
  const known = sectionsOfRuns.get(runs);
  if (known) return known;
  const keys = new Set<string>();
  for (const run of runs) for (const key of run.byKey.keys()) keys.add(key);
  const bySection = groupBy(keys, sectionOf);
  const place = (key: string) => (key === 'loss' ? 0 : isSetting(key) ? 2 : 1);
  const sections = [...bySection]
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
  sectionsOfRuns.set(runs, sections);
  return sections;
}

export function titleOf(picks: readonly ChartPick[]): string {
  return picks.map((pick) => (pick.kind === 'tag' ? pick.tag.replaceAll('_', ' ') : pick.formula)).join(', ');
}

/** A regular expression as somebody types it; one that is not finished is looked for as plain text. */
export function pattern(text: string): { matches(name: string): boolean; readonly problem?: string } {
  const typed = text.trim();
  if (typed === '') return { matches: () => true };
  try {
    const expression = new RegExp(typed, 'i');
    return { matches: (name) => expression.test(name) };
  } catch (error) {
    const plain = typed.toLowerCase();
    const problem = messageOf(error);
    return { matches: (name) => name.toLowerCase().includes(plain), problem };
  }
}
