/**
 * What a dashboard is, as it is kept with the folder and handed on in links. Written by people and other versions
 * too: what makes no sense falls back to what it is without. Pure.
 */
import { z } from 'zod';
import { seriesAlert } from './alert-rules.js';
import { runsView } from './runs-view.js';

/** One curve family of a chart: everything with this name, or computed from others. */
export const chartPick = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tag'), tag: z.string() }),
  z.object({ kind: z.literal('formula'), formula: z.string() }),
]);
export type ChartPick = z.infer<typeof chartPick>;

/** A chart that the person made or pinned; the others are there by themselves, one a tag. */
const pinnedChart = z.object({
  id: z.string().min(1),
  title: z.string().optional(),
  picks: z.array(chartPick).min(1).max(50),
});
export type PinnedChart = z.infer<typeof pinnedChart>;

const chartLook = z.object({
  logarithmic: z.boolean().optional(),
  /** What the y axis shows; without, what is visible. */
  y: z
    .object({ min: z.number(), max: z.number() })
    .refine(({ min, max }) => min < max)
    .optional()
    .catch(undefined),
  /** Columns of the grid; 0: all of them. */
  columns: z.number().int().min(0).max(3).optional(),
  /** Rows of the grid. */
  rows: z.number().int().min(1).max(3).optional(),
});
export type ChartLook = z.infer<typeof chartLook>;

const tableSort = z.object({ column: z.string(), descending: z.boolean() });
export type TableSort = z.infer<typeof tableSort>;

export const dashboard = z.object({
  id: z.string().min(1),
  name: z.string().min(1).max(100).catch('Dashboard'),
  pinned: z.array(pinnedChart).max(1000).catch([]),
  /** By a chart's id. */
  looks: z.record(z.string(), chartLook).catch({}),
  /** All tags follow the pinned charts. */
  everything: z.boolean().catch(true),
  /** Of tags: a regular expression. */
  filter: z.string().catch(''),
  /** Of runs: a regular expression; empty: those that are ticked. */
  runs: z.string().catch(''),
  x: z.enum(['step', 'epoch', 'relative', 'wall']).catch('step'),
  logarithmicX: z.boolean().catch(false),
  ignoreOutliers: z.boolean().catch(false),
  tipOrder: z.enum(['nearest', 'value', 'name']).catch('nearest'),
  /** Name of a setting; runs with the same value are one curve, their mean. */
  groupBy: z.string().optional().catch(undefined),
  spread: z.enum(['deviation', 'range']).catch('deviation'),
  /** Names of sections that show their heading alone. */
  folded: z.array(z.string()).catch([]),
  view: z.enum(['charts', 'runs']).catch('charts'),
  /** Of the runs table, in order; none: the usual ones. */
  columns: z.array(z.string()).optional().catch(undefined),
  sort: tableSort.optional().catch(undefined),
  showArchived: z.boolean().catch(false),
  runsView: runsView.catch(runsView.parse({})),
});
export type Dashboard = z.infer<typeof dashboard>;

export const runNotes = z.object({
  tags: z.array(z.string()).optional(),
  note: z.string().optional(),
  archived: z.boolean().optional(),
});
export type RunNotes = z.infer<typeof runNotes>;

export const dashboardsFile = z.object({
  version: z.literal(1),
  active: z.string().catch(''),
  dashboards: z.array(dashboard).max(200),
  /** By run id. */
  runNotes: z.record(z.string(), runNotes).catch({}),
  alerts: z.array(seriesAlert).max(500).catch([]),
});
export type DashboardsFile = z.infer<typeof dashboardsFile>;

export function newDashboard(id: string, name: string): Dashboard {
  return dashboard.parse({ id, name });
}
