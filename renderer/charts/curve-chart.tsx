/**
 * One chart of curves over steps. ECharts draws axes and lines from thinned points; cross-hair,
 * cursor, epoch marks and selection lie on a canvas of their own above it, so that they follow the
 * pointer without a new drawing. Knows no session: its curves are handed in.
 */
import { useEffect, useRef, useState } from 'react';
import type { ChartController } from './chart-controller.js';
import type { ChartGroup, StepRange } from './chart-group.js';
import type { CurveSource } from './curve-view.js';
import './curve-chart.css';

export interface Curve {
  readonly id: string;
  /** For the tooltip: "train", "validation", a run's name. */
  readonly label: string;
  /** In the legend, where it has an entry of its own there. */
  readonly legend?: string;
  /** A CSS colour; variables of the theme are resolved. */
  readonly colour: string;
  readonly dashed?: boolean;
  /** Points are drawn too: for curves of one point an epoch. */
  readonly dots?: boolean;
  /** Never smoothed: few points, or a setting rather than a measurement. */
  readonly exact?: boolean;
  /** Without the faint raw line below the smoothed one. */
  readonly quiet?: boolean;
  readonly source: CurveSource;
}

export interface CurveChartProps {
  readonly title: string;
  readonly group: ChartGroup;
  readonly curves: readonly Curve[];
  /** The whole range of steps there is; read at every drawing. */
  readonly range: () => StepRange;
  /** Steps at which an epoch ended; read at every drawing. */
  readonly epochEnds: () => readonly number[];
  readonly cursorStep: number | undefined;
  readonly smoothing: number;
  readonly logarithmic: boolean;
  readonly theme: string;
  /** Calls back when the curves' sources have grown. */
  readonly onGrowth: (listener: () => void) => () => void;
  /** With nothing: follow training again. */
  readonly onCursor: (step: number | undefined) => void;
}

let loading: Promise<typeof import('./chart-controller.js')> | undefined;

/** ECharts comes in a chunk of its own: the window's first paint does not wait for it. A failed fetch is tried again by the next chart. */
function loadController(): Promise<typeof import('./chart-controller.js')> {
  loading ??= import('./chart-controller.js').catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

export function CurveChart(props: CurveChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const under = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const live = useRef(props);
  live.current = props;
  const [controller, setController] = useState<ChartController>();
  const [failure, setFailure] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  const { group, onGrowth } = props;

  useEffect(() => {
    let gone = false;
    let release: (() => void) | undefined;
    const start = async () => {
      try {
        const { ChartController: Controller } = await loadController();
        if (gone || !host.current || !under.current || !overlay.current) return;
        const made = new Controller(host.current, under.current, overlay.current, () => live.current);
        setController(made);
        const leave = group.add(made);
        const silent = onGrowth(() => group.refresh(made));
        release = () => {
          leave();
          silent();
          made.dispose();
        };
      } catch (error) {
        console.error('the charts could not be loaded', error);
        if (!gone) setFailure(error instanceof Error ? error.message : String(error));
      }
    };
    void start();
    return () => {
      gone = true;
      release?.();
    };
  }, [group, onGrowth, attempt]);

  useEffect(() => {
    if (controller) group.redraw(controller);
  }, [controller, group, props.curves, props.smoothing, props.logarithmic, props.theme]);

  useEffect(() => controller?.overlay(), [controller, props.cursorStep]);

  return (
    <div
      className="curve-chart"
      tabIndex={0}
      role="group"
      aria-label={`Chart of ${props.title}. Arrow keys move the cursor, plus and minus zoom, 0 shows everything.`}
      onKeyDown={(event) => controller?.key(event)}
    >
      <canvas className="curve-chart-under" ref={under} aria-hidden />
      <div className="curve-chart-lines" ref={host} aria-hidden />
      <canvas className="curve-chart-overlay" ref={overlay} aria-hidden />
      {failure !== undefined && (
        <p className="curve-chart-failure" role="alert">
          The chart could not be loaded: {failure}{' '}
          <button
            className="link-button"
            onClick={() => {
              setFailure(undefined);
              setAttempt(attempt + 1);
            }}
          >
            Try again
          </button>
        </p>
      )}
    </div>
  );
}
