/** The range of a chart's y axis, as a person types it. */
import { ask } from '../../state/dialogs.js';
import { changeLook } from '../../state/dashboards.js';
import type { ChartLook } from '../../state/dashboard-schema.js';
import type { ChartDescription } from './chart-list.js';

export async function askYRange(chart: ChartDescription, look: ChartLook): Promise<void> {
  const typed = await ask({
    kind: 'text',
    title: `Range of the y axis of ${chart.title}`,
    label: 'Least and greatest, for example 0 to 1; nothing for all there is',
    value: look.y ? `${look.y.min} to ${look.y.max}` : '',
    check: (text) => (text.trim() === '' || yRangeOf(text) ? undefined : 'Two numbers, the lesser first: 0 to 1.'),
  });
  if (typed !== undefined) changeLook(chart.id, { y: yRangeOf(typed) });
}

/** As somebody types it: `0 to 1`, `-1, 1e-3`, `0.5 … 2`. */
export function yRangeOf(text: string): ChartLook['y'] {
  const [min, max, ...more] = text
    .split(/\s*(?:\bto\b|…|\.{2,}|–|,|;|\s)\s*/)
    .filter((part) => part !== '')
    .map((part) => Number(part.replace('−', '-')));
  const usable = more.length === 0 && Number.isFinite(min) && Number.isFinite(max) && min! < max!;
  return usable ? { min: min!, max: max! } : undefined;
}
