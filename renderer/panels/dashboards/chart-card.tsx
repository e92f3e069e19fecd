/** One chart in its frame: title, legend, what can be done with it. Fetches its curves while it is in sight. */
import {
  memo,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
  useSyncExternalStore,
  type RefObject,
} from 'react';
import { useStore } from 'zustand';
import { CurveChart } from '../../charts/curve-chart.js';
import type { Curve } from '../../charts/curve.js';
import { tickLabels } from '../../charts/format.js';
import type { AxisRange } from '../../charts/scale.js';
import { moveCursor } from '../../state/app-state.js';
import { seriesStore } from '../../state/curve-data.js';
import { changeLook, moveChart, pinChart } from '../../state/dashboards.js';
import type { ChartLook, Dashboard } from '../../state/dashboard-schema.js';
import { pointAtStep } from '../../state/pointed-step.js';
import { sessionUi } from '../../state/session-ui.js';
import { Icon } from '../../ui/icon.js';
import { PopupMenu, popupAt, type PopupAt } from '../../ui/popup-menu.js';
import { useApp } from '../../use-app.js';
import { CHART_TYPE, combineCharts, draggedChart } from './chart-drag.js';
import { dashboardGroup } from './chart-group.js';
import { chartMenu } from './chart-menu.js';
import { chartCurves, planChart, type ChartContents, type ChartPlan, type CurveOptions } from './chart-curves.js';
import type { ChartDescription } from './chart-list.js';
import { chartRange, epochEndsOn, onGrowth } from './chart-range.js';
import type { DrawnRun } from './drawn-runs.js';
import { whyNothingDrawn } from './nothing-drawn.js';
import { useTurn } from './in-turn.js';

export interface ChartCardProps {
  readonly chart: ChartDescription;
  readonly runs: readonly DrawnRun[];
  readonly dashboard: Dashboard;
  readonly options: CurveOptions;
}

/** Of runs: so many lines take longer to draw than a frame has. */
const CROWD = 100;

const NO_PICKS: ChartDescription['picks'] = [];

/** What is in sight is wanted anew so often, so that it is not the first to be forgotten. */
const STILL_WANTED_MS = 2000;

/** Scrolling renders the grid anew, but none of its cards. */
export const ChartCard = memo(function ChartCard({ chart, runs, dashboard, options }: ChartCardProps) {
  const look: ChartLook = dashboard.looks[chart.id] ?? {};
  const theme = useApp((state) => state.theme);
  const smoothing = useStore(sessionUi, (state) => state.smoothing);
  const cursorStep = useApp((state) => state.cursor.step);
  const paused = useApp((state) => state.session?.status === 'paused');
  const [menu, setMenu] = useState<PopupAt & { readonly of: string }>();
  const [over, setOver] = useState<'onto' | 'before'>();
  const card = useRef<HTMLElement>(null);
  useFocusOnwards(card, chart.id);
  // A row that comes into sight has other charts than the one that it was.
  const isHere = useTurn(chart.id, runs.length > CROWD);
  const picks = isHere ? chart.picks : NO_PICKS;
  const plan = useMemo(() => planChart(picks, runs, options), [picks, runs, options]);
  const contents = useContents(chart.id, plan, options, look.logarithmic ?? false);
  const { curves } = contents;
  const undrawn = whyNothingDrawn(curves, look.logarithmic ?? false);
  const nothing = isHere && curves.length === 0 ? whyNothing(plan, contents) : undrawn;
  const range = useCallback(() => chartRange(curves, dashboard.x), [curves, dashboard.x]);
  const epochEnds = useCallback(() => epochEndsOn(dashboard.x), [dashboard.x]);
  const chartLook = useMemo(
    () => ({
      x: dashboard.x,
      logarithmicX: dashboard.logarithmicX && dashboard.x !== 'wall',
      smoothing,
      logarithmic: look.logarithmic ?? false,
      ...(look.y ? { yRange: look.y } : {}),
      ignoreOutliers: dashboard.ignoreOutliers,
    }),
    [dashboard.x, dashboard.logarithmicX, smoothing, look.logarithmic, look.y, dashboard.ignoreOutliers],
  );
  const onYRange = useCallback((y: AxisRange | undefined) => changeLook(chart.id, { y }), [chart.id]);

  return (
    <figure
      ref={card}
      className="chart-card"
      data-chart={chart.id.replace(/^tag:/, '')}
      data-over={over}
      onContextMenu={(event) => {
        event.preventDefault();
        setMenu({ ...popupAt(event, card.current), of: chart.id });
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(CHART_TYPE)) return;
        event.preventDefault();
        const box = event.currentTarget.getBoundingClientRect();
        setOver(chart.pinned && event.clientX - box.left < box.width / 4 ? 'before' : 'onto');
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(undefined);
      }}
      onDrop={(event) => {
        const dragged = draggedChart(event.dataTransfer);
        setOver(undefined);
        if (!dragged || dragged.id === chart.id) return;
        event.preventDefault();
        if (over === 'before') moveChart(dragged.pinned ? dragged.id : pinChart(dragged.picks), chart.id);
        else combineCharts(chart, dragged);
      }}
    >
      <figcaption>
        <span
          className="chart-title"
          title={`${chart.title}\nDrag it onto another chart to draw both on one`}
          draggable
          onDragStart={(event) => {
            event.dataTransfer.setData(CHART_TYPE, JSON.stringify(chart));
            event.dataTransfer.setData('text/plain', chart.title);
            event.dataTransfer.effectAllowed = 'copyMove';
          }}
        >
          {chart.title}
        </span>
        <Legend curves={curves} />
        {look.y && (
          <button
            className="icon-button"
            title={`The y axis shows ${tickLabels([look.y.min, look.y.max]).join(' to ')}: show all of it`}
            aria-label={`Show all of the y axis of ${chart.title}`}
            onClick={() => onYRange(undefined)}
          >
            <Icon name="zoom-out" />
          </button>
        )}
        <button
          className="chart-log"
          aria-pressed={look.logarithmic ?? false}
          title="Logarithmic axis"
          onClick={() => changeLook(chart.id, { logarithmic: !look.logarithmic })}
        >
          log
        </button>
        <button
          className="icon-button chart-more"
          title="More"
          aria-label={`More about the chart of ${chart.title}`}
          aria-haspopup="menu"
          onClick={(event) => setMenu({ ...popupAt(event, card.current), of: chart.id })}
        >
          <Icon name="ellipsis" />
        </button>
      </figcaption>
      <div className="chart-body">
        <CurveChart
          id={chart.id}
          title={chart.title}
          group={dashboardGroup}
          curves={curves}
          look={chartLook}
          tipOrder={dashboard.tipOrder}
          range={range}
          epochEnds={epochEnds}
          cursorStep={cursorStep}
          dragMovesCursor={paused}
          theme={theme}
          onGrowth={onGrowth}
          onCursor={(step) => moveCursor({ step })}
          onYRange={onYRange}
          onPoint={pointAt}
        />
        {nothing !== undefined && <p className="chart-nothing">{nothing}</p>}
      </div>
      {menu?.of === chart.id && (
        <PopupMenu
          items={chartMenu({ chart, look, curves, chartLook, runs, range, names: options.names })}
          at={menu}
          close={() => setMenu(undefined)}
        />
      )}
    </figure>
  );
});

function pointAt(step: number | undefined): void {
  pointAtStep(step, 'chart');
}

function whyNothing({ problem, wanted, runs }: ChartPlan, { missing }: ChartContents): string {
  if (problem !== undefined) return problem;
  const failure = seriesStore.failureOf(wanted);
  if (failure !== undefined) return `The points could not be read: ${failure}`;
  if (missing > 0) return 'Reading…';
  return runs.length === 0 ? 'No run is drawn: tick one in Runs.' : 'None of the runs that are drawn has this.';
}

/** New only when curves come or go; and, of groups, as they grow. */
function useContents(id: string, plan: ChartPlan, options: CurveOptions, logarithmic: boolean): ChartContents {
  const version = useSyncExternalStore(
    (listener) => seriesStore.onChange(listener),
    () => seriesStore.versionOf(plan.series),
  );
  const [grown, grow] = useReducer((count: number) => count + 1, 0);
  // `version` and `grown` stand for what the sources give.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const made = useMemo(() => chartCurves(plan, options), [plan, options, version, grown]);
  const contents = useSame(made, id);

  useEffect(() => {
    if (plan.wanted.length === 0) return undefined;
    const want = () => seriesStore.want(plan.wanted);
    want();
    const timer = setInterval(want, STILL_WANTED_MS);
    return () => clearInterval(timer);
  }, [plan]);

  // The mean of a group is computed from all of it; a curve of few points is drawn in another way than one of many,
  // and of one that cannot be drawn it is said why.
  const follows =
    options.grouped ||
    contents.curves.some(({ source }) => source.values.length < 100) ||
    whyNothingDrawn(contents.curves, logarithmic) !== undefined;
  useEffect(() => {
    if (!follows) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silent = onGrowth(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        grow();
      }, 1000);
    });
    return () => {
      silent();
      clearTimeout(timer);
    };
  }, [follows]);
  return contents;
}

/** The curves of before where these are no others: a chart is drawn anew only for a reason. */
function useSame(made: ChartContents, id: string): ChartContents {
  const before = useRef({ id, made });
  const known = before.current.made;
  const same =
    before.current.id === id &&
    known.curves.length === made.curves.length &&
    known.missing === made.missing &&
    made.curves.every((curve, index) => sameCurve(curve, known.curves[index]!));
  if (!same) before.current = { id, made };
  return before.current.made;
}

/** A card that becomes another chart's while it has the focus gives it to the area, which goes on scrolling by keys. */
function useFocusOnwards(card: RefObject<HTMLElement | null>, id: string): void {
  const before = useRef(id);
  useLayoutEffect(() => {
    if (before.current === id) return;
    before.current = id;
    if (card.current?.contains(document.activeElement))
      card.current.closest<HTMLElement>('[data-chart-scroller]')?.focus({ preventScroll: true });
  }, [card, id]);
}

function sameCurve(a: Curve, b: Curve): boolean {
  return (
    a.id === b.id &&
    a.source === b.source &&
    a.band?.low === b.band?.low &&
    a.label === b.label &&
    a.legend === b.legend &&
    a.colour === b.colour &&
    a.dashed === b.dashed &&
    a.dots === b.dots &&
    a.exact === b.exact &&
    a.quiet === b.quiet &&
    a.originMs === b.originMs &&
    a.stepsPerEpoch === b.stepsPerEpoch
  );
}

const SHOWN_IN_LEGEND = 5;

function Legend({ curves }: { readonly curves: readonly Curve[] }) {
  // What lies on top first.
  const named = curves.filter((curve) => curve.legend !== undefined);
  const entries = curves.length <= 2 ? named : named.toReversed();
  const shown = entries.slice(0, SHOWN_IN_LEGEND);
  const words = curves.slice(0, 40).map((curve) => `${curve.label}${curve.dashed ? ' (dashed)' : ''}`);
  if (curves.length > words.length) words.push(`and ${curves.length - words.length} more`);
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
