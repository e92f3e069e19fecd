/** Axes and tooltips as all charts of summaries have them. Pure. */
import { formatTick } from '../../charts/format.js';
import type { Palette } from '../../charts/palette.js';

/** @param label beside how labels are written */
export function axis({ dim, grid, font }: Palette, rest: object = {}, label: object = {}): object {
  return {
    type: 'value',
    scale: true,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: grid } },
    axisLabel: { color: dim, fontFamily: font, fontSize: 10, formatter: formatTick, hideOverlap: true, ...label },
    ...rest,
  };
}

/** What is under the pointer, by its places in the option's lists. */
export interface Pointed {
  readonly seriesIndex: number;
  readonly dataIndex: number;
}

/** Text, whatever is in the words. */
export function tip(palette: Palette, words: (at: Pointed) => string): object {
  return {
    trigger: 'item',
    confine: true,
    renderMode: 'richText',
    backgroundColor: palette.background,
    borderColor: palette.border,
    textStyle: { color: palette.text, fontSize: 11, fontFamily: palette.font },
    formatter: words,
  };
}

/** Of the step that the pointer is nearest to: its place in the list of the first series. */
export function stepTip(palette: Palette, words: (at: number) => string): object {
  return {
    ...tip(palette, () => ''),
    trigger: 'axis',
    axisPointer: { type: 'line', label: { show: false }, lineStyle: { color: palette.dim, width: 1 } },
    formatter: (found: readonly Pointed[]) => {
      const first = found.find(({ seriesIndex }) => seriesIndex === 0);
      return first ? words(first.dataIndex) : '';
    },
  };
}
