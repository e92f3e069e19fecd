/** Curves of the live run and of the selected ones, one chart a quantity, above a line that says how far training is. */
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { appStore, moveCursor } from '../../state/app-state.js';
import { runColour } from '../../state/runs-colours.js';
import { runsStore } from '../../state/runs-sync.js';
import { CurveChart } from '../../charts/curve-chart.js';
import { liveEnd } from '../../charts/scale.js';
import { hasEnded } from '../../../src/shared/session/session-state.js';
import { sessionUi } from '../../state/session-ui.js';
import { RunOrTrust } from '../../training/run-or-trust.js';
import { EmptyState } from '../../ui/empty-state.js';
import { useApp } from '../../use-app.js';
import { dashboardGroup } from './chart-group.js';
import { chartList, type ChartDescription, type OverlaidRun } from './chart-list.js';
import { ProgressStrip } from './progress-strip.js';
import './dashboards.css';

export function Dashboards() {
  const charts = useCharts();
  const theme = useApp((state) => state.theme);
  const smoothing = useStore(sessionUi, (state) => state.smoothing);
  const logCharts = useStore(sessionUi, (state) => state.logCharts);
  const cursorStep = useApp((state) => state.cursor.step);
  const area = useRef<HTMLDivElement>(null);
  const grid = useGrid(area, charts.length);
  const running = useApp((state) => state.session !== undefined);

  return (
    <div className="dashboards">
      {running && <ProgressStrip />}
      {charts.length === 0 ? (
        <NoCurves />
      ) : (
        <div
          className="dashboard-charts"
          ref={area}
          data-chart-scroller
          style={{
            gridTemplateColumns: `repeat(${grid.columns}, minmax(0, 1fr))`,
            gridAutoRows: `${grid.rowHeight}px`,
          }}
        >
          {charts.map((chart) => {
            const logarithmic = logCharts.includes(chart.tag);
            return (
              <figure className="chart-card" key={chart.tag} data-chart={chart.tag}>
                <figcaption>
                  <span className="chart-title">{chart.title}</span>
                  <Legend chart={chart} />
                  <button
                    className="chart-log"
                    aria-pressed={logarithmic}
                    title="Logarithmic axis"
                    onClick={() => toggleLog(chart.tag)}
                  >
                    log
                  </button>
                </figcaption>
                <div className="chart-body">
                  <CurveChart
                    title={chart.title}
                    group={dashboardGroup}
                    curves={chart.curves}
                    range={stepRange}
                    epochEnds={epochEnds}
                    cursorStep={cursorStep}
                    look={{ x: 'step', smoothing, logarithmic, ignoreOutliers: false }}
                    logarithmicX={false}
                    tipOrder="nearest"
                    dragMovesCursor={false}
                    theme={theme}
                    onGrowth={onGrowth}
                    onCursor={(step) => moveCursor({ step })}
                  />
                </div>
              </figure>
            );
          })}
        </div>
      )}
    </div>
  );
}

function Legend({ chart }: { chart: ChartDescription }) {
  // The run under way first, as in the list of runs.
  const named = chart.curves.filter((curve) => curve.legend !== undefined).reverse();
  const entries = chart.curves.every((curve) => curve.id.startsWith('live:')) ? named.reverse() : named;
  const shown = entries.slice(0, 5);
  const words = chart.curves.map((curve) => `${curve.label}${curve.dashed ? ' (dashed)' : ''}`);
  return (
    <span className="chart-legend" data-many={entries.length > 2 || undefined} title={words.join('\n')}>
      {shown.map((curve) => (
        <span key={curve.id}>
          <i
            data-dashed={curve.dashed || undefined}
            data-dots={curve.dots || undefined}
            style={{ color: curve.colour }}
          />
          <em>{curve.legend}</em>
        </span>
      ))}
      {entries.length > shown.length && <span>+{entries.length - shown.length}</span>}
    </span>
  );
}

function NoCurves() {
  const underWay = useApp((state) => state.session !== undefined && !hasEnded(state.session));
  if (underWay) return <EmptyState icon="graph-line">The point of the first step appears here.</EmptyState>;
  return (
    <RunOrTrust
      icon="graph-line"
      words="Loss and metrics are drawn here while the experiment trains. Earlier runs are drawn over each other when they are ticked in Runs."
      withoutTrust="no curves are drawn. Earlier runs can be looked at: tick them in Runs"
    />
  );
}

function toggleLog(tag: string): void {
  sessionUi.setState((state) => ({
    logCharts: state.logCharts.includes(tag)
      ? state.logCharts.filter((other) => other !== tag)
      : [...state.logCharts, tag],
  }));
}

/** New only when curves come or go; points are appended to the same sources. */
function useCharts(): readonly ChartDescription[] {
  // A new series gives a new signature; a new session too.
  const signature = useApp((state) =>
    state.session ? `${state.session.sessionId} ${Object.keys(state.session.scalars).join(' ')}` : '',
  );
  const sources = useApp((state) => state.session?.scalars);
  const selected = useApp((state) => state.selectedRuns);
  const series = useApp((state) => state.runSeries);
  const runs = useApp((state) => state.runs);
  const liveRunDir = useApp((state) => state.session?.start?.runDir);
  const colours = useStore(runsStore, (state) => state.colours);
  return useMemo(() => {
    const overlaid = selected.flatMap((id): OverlaidRun[] => {
      const run = runs.find((candidate) => candidate.id === id);
      const columns = series[id];
      if (!run || !columns || run.path === liveRunDir) return [];
      return [
        {
          id,
          name: run.name,
          colour: runColour(colours[id]),
          series: Object.fromEntries(columns.map((column) => [column.name, column])),
        },
      ];
    });
    return chartList(signature === '' ? undefined : sources, overlaid);
    // `sources` is one object a session, so it changes no more often than the signature.
  }, [signature, sources, selected, series, runs, liveRunDir, colours]);
}

const growthListeners = new Set<() => void>();
appStore.subscribe((state, before) => {
  if (state.session !== before.session) for (const listener of growthListeners) listener();
});

function onGrowth(listener: () => void): () => void {
  growthListeners.add(listener);
  return () => growthListeners.delete(listener);
}

let end: number | undefined;

/** Every step of the live run and of the selected ones. */
function stepRange(): { min: number; max: number } {
  const { session, selectedRuns, runSeries } = appStore.getState();
  let min = Infinity;
  let max = 0;
  const take = (steps: readonly number[] | undefined) => {
    if (!steps || steps.length === 0) return;
    min = Math.min(min, steps[0]!);
    max = Math.max(max, steps.at(-1)!);
  };
  for (const column of Object.values(session?.scalars ?? {})) take(column.steps);
  for (const id of selectedRuns) for (const column of runSeries[id] ?? []) take(column.steps);
  if (!Number.isFinite(min)) min = 0;
  const live = session !== undefined && !hasEnded(session);
  const { epochs, stepsPerEpoch } = session?.start ?? {};
  end = live
    ? liveEnd(end, max, epochs && stepsPerEpoch ? Math.max(max, epochs * stepsPerEpoch) : undefined)
    : undefined;
  const to = Math.max(end ?? max, min + 1);
  return { min: min <= 1 ? 0 : min, max: to };
}

function epochEnds(): readonly number[] {
  return appStore.getState().session?.scalars['train/epoch_loss']?.steps ?? [];
}

const CARD_WIDTH = 225;
const CARD_HEIGHT = 128;
const GAP = 8;

/** As many columns as fit, as few rows as needed; rows fill the height as long as they stay readable. */
function useGrid(area: React.RefObject<HTMLDivElement | null>, count: number): { columns: number; rowHeight: number } {
  const [size, setSize] = useState({ width: 900, height: 180 });
  const shown = count > 0;
  useLayoutEffect(() => {
    const element = area.current;
    if (!shown || !element) return undefined;
    const measure = () => {
      if (element.clientWidth > 0) setSize({ width: element.clientWidth, height: element.clientHeight });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [area, shown]);
  const fitting = Math.max(1, Math.floor((size.width - GAP) / (CARD_WIDTH + GAP)));
  const rowsWanted = Math.ceil(count / Math.min(fitting, Math.max(1, count)));
  const columns = Math.min(fitting, Math.ceil(count / Math.max(1, rowsWanted)));
  const rows = Math.max(1, Math.ceil(count / Math.max(1, columns)));
  const rowHeight = Math.max(CARD_HEIGHT, Math.floor((size.height - GAP * (rows + 1)) / rows));
  return { columns: Math.max(1, columns), rowHeight };
}
