/** Zooming and panning of a chart's axes: x for all charts of the group, y for the one. Draws nothing. */
import type { ChartController } from './chart-controller.js';
import type { StepRange } from './chart-group.js';
import type { Scale } from './scale.js';

export function zoomAbout(chart: ChartController, x: number, factor: number): void {
  const { view } = chart;
  const share = view.share(x);
  zoomTo(chart, { min: view.at(share * (1 - factor)), max: view.at(share + (1 - share) * factor) });
}

/** By a share of what is visible. */
export function panTo(chart: ChartController, from: StepRange, share: number): void {
  const all = chart.scale(chart.props().range());
  const view = chart.scale(from);
  const low = all.share(view.at(share));
  const width = all.share(view.max) - all.share(view.min);
  const start = Math.min(Math.max(low, 0), Math.max(0, 1 - width));
  zoomTo(chart, { min: all.at(start), max: all.at(start + width) });
}

/** Never beyond what there is, nor closer than can be told apart. */
export function zoomTo(chart: ChartController, wanted: StepRange): void {
  const { group, range, look } = chart.props();
  const all = chart.scale(range());
  const least = look.x === 'step' ? 2 : (all.max - all.min) / 1e7;
  let low = Math.max(0, all.share(wanted.min));
  let high = Math.min(1, all.share(wanted.max));
  if (!(high > low) || all.at(high) - all.at(low) < least) {
    const middle = (all.at(low) + all.at(high)) / 2;
    low = Math.max(0, all.share(Math.max(middle - least / 2, all.min)));
    high = Math.min(1, all.share(middle + least / 2));
  }
  group.setZoom(low <= 0 && high >= 1 ? undefined : { min: all.at(low), max: all.at(high) });
}

/** About a value, which keeps its place. */
export function zoomYAbout(chart: ChartController, y: number, factor: number): void {
  const view = chart.yView;
  if (!view) return;
  const share = view.share(y);
  setY(chart, view, share * (1 - factor), share + (1 - share) * factor);
}

/** By a share of what was visible. */
export function panY(chart: ChartController, from: Scale, share: number): void {
  setY(chart, from, share, 1 + share);
}

/** Not closer than numbers can be told apart, nor farther than there are any. */
function setY(chart: ChartController, view: Scale, low: number, high: number): void {
  const [min, max] = [view.at(low), view.at(high)];
  const size = Math.max(Math.abs(min), Math.abs(max));
  if (max - min > size * 1e-12 && max - min < Number.MAX_VALUE / 4) chart.setYRange({ min, max });
}
