/**
 * How the runs of a dashboard are looked at: as a table, along parallel axes, as points over two columns or over each pair of several, or by what their settings are
 * worth; and which of them, by ranges of their columns, the same for all of these views. Kept with the dashboard. No React here.
 */
import { z } from 'zod';
import { createStore } from 'zustand/vanilla';

const columnRange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('between'), min: z.number(), max: z.number() }),
  z.object({ kind: z.literal('among'), values: z.array(z.string()) }),
]);
export type ColumnRange = z.infer<typeof columnRange>;

/** Columns are named by their ids: `setting:seed`, `last:validation/loss`, `best:train/loss`. */
export const runsView = z.object({
  kind: z.enum(['table', 'parallel', 'scatter', 'matrix', 'importance']).catch('table'),
  /** By column; runs outside one of them are left out. */
  ranges: z.record(z.string(), columnRange).catch({}),
  /** Of axes that the person set to logarithmic or linear. */
  logarithmic: z.record(z.string(), z.boolean()).catch({}),
  /** Of parallel coordinates and of the matrix, in order; none: the usual ones. */
  axes: z.array(z.string()).max(100).optional().catch(undefined),
  /** `none` where the person wants none. */
  colour: z.string().optional().catch(undefined),
  x: z.string().optional().catch(undefined),
  y: z.string().optional().catch(undefined),
  size: z.string().optional().catch(undefined),
  trend: z.boolean().catch(false),
  /** What settings are judged by. */
  metric: z.string().optional().catch(undefined),
});
export type RunsView = z.infer<typeof runsView>;

/** The run under the pointer, in whichever view. */
export const pointedRun = createStore<{ readonly id?: string }>(() => ({}));

export function pointAtRun(id: string | undefined): void {
  if (pointedRun.getState().id !== id) pointedRun.setState({ id });
}
