/** Charts that are dragged onto each other, and what becomes of them. */
import { z } from 'zod';
import { chartPick, type ChartPick } from '../../state/dashboard-schema.js';
import { changeChart, pinChart } from '../../state/dashboards.js';
import type { ChartDescription } from './chart-list.js';

/** What a dragged chart is named by among the things that can be dragged. */
export const CHART_TYPE = 'application/x-backstep-chart';

const dragged = z.object({ id: z.string(), title: z.string(), picks: z.array(chartPick), pinned: z.boolean() });

/** Another window can drag things here too. */
export function draggedChart(transfer: DataTransfer): ChartDescription | undefined {
  const text = transfer.getData(CHART_TYPE);
  if (text === '') return undefined;
  try {
    return dragged.parse(JSON.parse(text));
  } catch (error) {
    console.warn('what was dropped is no chart', error);
    return undefined;
  }
}

/** Both on one: a pinned chart takes the other's curves in, any other gives a new pinned one. */
export function combineCharts(onto: ChartDescription, other: Pick<ChartDescription, 'picks'>): void {
  const picks = merged(onto.picks, other.picks);
  if (onto.pinned) changeChart(onto.id, { picks, title: undefined });
  else pinChart(picks);
}

export function merged(first: readonly ChartPick[], second: readonly ChartPick[]): ChartPick[] {
  const known = new Set(first.map((pick) => JSON.stringify(pick)));
  return [...first, ...second.filter((pick) => !known.has(JSON.stringify(pick)))];
}
