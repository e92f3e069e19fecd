/** A tag's histograms over the steps, a chart a run. A click goes to its step, and opens what was counted where training stands. */
import { useCallback, useMemo } from 'react';
import type { Palette } from '../../charts/palette.js';
import { server } from '../../state/server.js';
import { binsOf, type Bins } from './bins.js';
import { CardFrame, CardTrouble, RunName } from './card-frame.js';
import { SummaryChart } from './chart.js';
import { histogramOption, stepPicked, viewNames, type HistogramView } from './histogram-options.js';
import type { SummaryCard, SummaryRun } from './summary-groups.js';
import { pickStep } from './pick-step.js';
import { useLoaded } from './use-loaded.js';

/** More ridges cannot be told apart; more columns are narrower than a pixel. */
const most: Readonly<Record<HistogramView, number>> = { ridges: 40, overlay: 40, heat: 300, bands: 300 };

interface Shown {
  readonly view: HistogramView;
  readonly step: number | undefined;
}

export function HistogramCard({
  card,
  title,
  ...shown
}: Shown & { readonly card: SummaryCard; readonly title: string }) {
  return (
    <CardFrame card={card} title={title} wide={card.entries.length > 1}>
      {(inSight) =>
        card.entries.map(({ run }) => (
          <HistogramsOfRun
            key={run.id}
            {...shown}
            run={run}
            name={card.name}
            inSight={inSight}
            isAlone={card.entries.length === 1}
          />
        ))
      }
    </CardFrame>
  );
}

interface OfRunProps extends Shown {
  readonly run: SummaryRun;
  readonly name: string;
  readonly inSight: boolean;
  readonly isAlone: boolean;
}

function HistogramsOfRun({ run, name, view, step, inSight, isAlone }: OfRunProps) {
  const { id, colour } = run;
  const load = useMemo(
    () => (inSight ? () => server().request('logs/histograms', { run: id, name, most: most[view] }) : undefined),
    [inSight, id, name, view],
  );
  const { value, failure } = useLoaded(load, [id]);
  const bins = useMemo(
    () => (value?.histograms ?? []).map(binsOf).filter((one): one is Bins => one !== undefined),
    [value],
  );
  const option = useCallback(
    (palette: Palette) => histogramOption(bins, view, { colour, step }, palette),
    [bins, view, colour, step],
  );
  return (
    <div className="summary-part">
      {!isAlone && <RunName name={run.name} colour={colour} />}
      {failure !== undefined && <CardTrouble words={failure} />}
      {bins.length > 0 && inSight ? (
        <SummaryChart
          option={option}
          label={`${name} of ${run.name}: ${bins.length} histograms as ${viewNames[view].toLowerCase()}, steps ${bins[0]!.step} to ${bins.at(-1)!.step}`}
          onPick={(x, y) => {
            const picked = stepPicked(bins, view, x, y);
            if (picked !== undefined) pickStep(run, name, picked);
          }}
        />
      ) : (
        <div className="summary-chart">{value && <CardTrouble words="Nothing was counted." />}</div>
      )}
    </div>
  );
}
