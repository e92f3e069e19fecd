/**
 * One chart of curves. Axes and lines lie on one canvas; cross-hair, cursor and selection on another above it,
 * so that they follow the pointer without a new drawing. Knows no session: its curves are handed in.
 */
import { useEffect, useLayoutEffect, useRef } from 'react';
import { ChartController } from './chart-controller.js';
import type { ChartGroup, StepRange } from './chart-group.js';
import type { Look } from './chart-painter.js';
import type { TipOrder } from './chart-tip.js';
import type { Curve } from './curve.js';
import type { AxisRange } from './scale.js';
import './curve-chart.css';

export interface CurveChartProps {
  /** Of what is shown: with another one, nothing of the chart that was there before stays. */
  readonly id: string;
  readonly title: string;
  readonly group: ChartGroup;
  readonly curves: readonly Curve[];
  readonly look: Look;
  readonly tipOrder: TipOrder;
  /** The whole range of x there is; read at every drawing. */
  readonly range: () => StepRange;
  /** Where on x an epoch ended; read at every drawing. */
  readonly epochEnds: () => readonly number[];
  readonly cursorStep: number | undefined;
  /** Dragging moves the cursor rather than marking a range to zoom to. */
  readonly dragMovesCursor: boolean;
  readonly theme: string;
  /** Calls back when the curves' sources have grown. */
  readonly onGrowth: (listener: () => void) => () => void;
  /** With nothing: follow training again. */
  readonly onCursor: (step: number | undefined) => void;
  /** A range of y was chosen, or (`undefined`) all of it again. */
  readonly onYRange: (range: AxisRange | undefined) => void;
  /** The step under the pointer. */
  readonly onPoint?: (step: number | undefined) => void;
}

export function CurveChart(props: CurveChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const live = useRef(props);
  live.current = props;
  const controller = useRef<ChartController>(undefined);
  const { group, onGrowth } = props;

  useLayoutEffect(() => {
    if (!host.current) return undefined;
    const made = new ChartController(host.current, () => live.current);
    controller.current = made;
    const leave = group.add(made);
    const silent = onGrowth(() => group.refresh(made));
    return () => {
      leave();
      silent();
      made.dispose();
      controller.current = undefined;
    };
  }, [group, onGrowth]);

  const shown = useRef(props.id);
  useLayoutEffect(() => {
    if (shown.current === props.id) return;
    shown.current = props.id;
    controller.current?.becomeAnother();
  }, [props.id]);

  const { yRange } = props.look;
  useEffect(() => controller.current?.forgetWantedY(), [yRange]);

  // Whoever hands a look in makes a new one only where it is another.
  useEffect(() => {
    if (controller.current) group.redraw(controller.current);
  }, [group, props.curves, props.look, props.theme]);

  useEffect(() => controller.current?.overlay(), [props.cursorStep]);

  return (
    <div
      className="curve-chart"
      ref={host}
      tabIndex={0}
      role="group"
      aria-label={`Chart of ${props.title}. Left and right move the cursor, with Ctrl they pan; plus and minus zoom; Shift with up and down zooms the y axis, Ctrl pans it; 0 shows everything, P pins the values.`}
      onKeyDown={(event) => {
        if (event.altKey || event.metaKey || !controller.current?.key(event)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
