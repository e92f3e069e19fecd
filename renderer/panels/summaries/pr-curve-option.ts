/** Precision over recall, a line a run, as a chart. Pure. */
import type { LogPrCurve } from '../../../src/shared/protocol/summaries.js';
import { formatValue } from '../../charts/format.js';
import type { Palette } from '../../charts/palette.js';
import { axis, tip } from './chart-parts.js';
import type { ChartOption } from './echarts.js';
import type { SummaryRun } from './summary-groups.js';

export interface CurveOfRun {
  readonly run: SummaryRun;
  readonly curve: LogPrCurve;
}

export function prCurveOption(curves: readonly CurveOfRun[], palette: Palette): ChartOption {
  const share = (name: string, nameGap: number): object =>
    axis(palette, {
      ...{ name, min: 0, max: 1, nameLocation: 'middle', nameGap },
      nameTextStyle: { color: palette.dim, fontSize: 10 },
    });
  return {
    grid: { left: 22, right: 14, top: 10, bottom: 22, containLabel: true },
    xAxis: share('recall', 22),
    yAxis: share('precision', 30),
    tooltip: tip(palette, ({ seriesIndex, dataIndex }) => wordsAt(curves[seriesIndex]!, dataIndex)),
    series: curves.map(({ run, curve }) => {
      const ink = palette.resolve(run.colour);
      return {
        type: 'line',
        data: [...curve.recall].map((recall, index) => [recall, precisionAt(curve, index)]),
        symbolSize: 4,
        lineStyle: { color: ink, width: 1.5 },
        itemStyle: { color: ink },
      };
    }),
  };
}

/** Where nothing was taken for it, there is no precision. */
function precisionAt(curve: LogPrCurve, at: number): number {
  return curve.truePositives[at]! + curve.falsePositives[at]! > 0 ? curve.precision[at]! : NaN;
}

function wordsAt({ run, curve }: CurveOfRun, at: number): string {
  const [hits, falseAlarms] = [curve.truePositives[at]!, curve.falsePositives[at]!];
  const missed = curve.falseNegatives[at]!;
  return [
    `${run.name}, from ${formatValue(curve.thresholds[at])} on`,
    `precision ${formatValue(curve.precision[at])}, recall ${formatValue(curve.recall[at])}`,
    `${hits} found, ${missed} missed, ${falseAlarms} false`,
  ].join('\n');
}
