/** Which charts there are, and under which headings: the pinned ones first, then one a quantity, by prefix. Pure. */
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
  const keys = new Set<string>();
  for (const run of runs) for (const key of run.byKey.keys()) keys.add(key);
  const { matches } = pattern(dashboard.filter);
  const bySection = new Map<string, string[]>();
  for (const key of keys) {
    if (!matches(key)) continue;
    const section = sectionOf(key);
    const before = bySection.get(section);
    if (before) before.push(key);
    else bySection.set(section, [key]);
  }
  const place = (key: string) => (key === 'loss' ? 0 : isSetting(key) ? 2 : 1);
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  for (const section of [...bySection.keys()].sort((a, b) => compare(a, b))) {
    const charts = bySection
      .get(section)!
      .sort((a, b) => place(a) - place(b) || compare(a, b))
      .map((key): ChartDescription => ({
        id: tagChartId(key),
        title: titleOf([{ kind: 'tag', tag: key }]),
        picks: [{ kind: 'tag', tag: key }],
        pinned: false,
      }));
    sections.push({ id: section, title: section === UNGROUPED ? 'Training' : section, charts });
  }
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
    const problem = error instanceof Error ? error.message : String(error);
    return { matches: (name) => name.toLowerCase().includes(plain), problem };
  }
}
