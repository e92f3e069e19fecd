/** Parallel coordinates: settings and results of runs as lines across axes, which are ordered, marked and coloured by. */
import { useCallback, useMemo } from 'react';
import { useStore } from 'zustand';
import { pointAtRun, pointedRun, type RunsView } from '../../../state/runs-view.js';
import { EmptyState } from '../../../ui/empty-state.js';
import { AxisHead } from './axis-head.js';
import { columnAxis } from './column-axis.js';
import { setRange } from './column-questions.js';
import {
  drawAxes,
  drawHeads,
  drawLine,
  drawLines,
  drawValues,
  LEAST_SPACING,
  ParallelLayout,
} from './parallel-picture.js';
import { isClick, RunCanvas, useCanvasFrame, type Draw, type Drag, type Place } from './run-canvas.js';
import { toggleRun, walkRuns, type OpenRunMenu } from './run-walk.js';
import { useRunColours } from './use-run-colours.js';
import type { RunRows } from './use-run-rows.js';
import { chosenAxes } from './view-choices.js';

export interface RunsPictureProps {
  readonly found: RunRows;
  readonly view: RunsView;
  /** Runs whose curves are drawn. */
  readonly drawn: ReadonlySet<string>;
  readonly openMenu: OpenRunMenu;
}

export function Parallel({ found, view, drawn, openMenu }: RunsPictureProps) {
  const { rows, named, columns } = found;
  const { ranges, logarithmic } = view;
  const frame = useCanvasFrame();
  const colours = useRunColours(view, found);
  const pointed = useStore(pointedRun, (state) => state.id);
  const axes = useMemo(
    () => chosenAxes(view, columns, named).map((one) => columnAxis(one, named, logarithmic[one.id])),
    // Of the view only these: ranges change with each move of a brush.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [view.axes, logarithmic, columns, named],
  );
  const layout = useMemo(() => new ParallelLayout(axes, frame.size), [axes, frame.size]);
  const lines = useMemo(
    () => named.flatMap((row) => layout.line(row, colours.of(row)) ?? []),
    [named, layout, colours],
  );
  const inside = useMemo(() => {
    const within = new Set(rows);
    return lines.filter(({ row }) => within.has(row));
  }, [lines, rows]);
  const draw: Draw = useCallback(
    (pen, palette) => {
      const within = new Set(inside);
      drawLines(pen, layout, { inside, outside: lines.filter((line) => !within.has(line)), palette });
      drawAxes(pen, layout, ranges, palette);
    },
    [layout, lines, inside, ranges],
  );
  const overlay: Draw = useCallback(
    (pen, palette) => {
      pen.lineWidth = 2;
      // A thousand thick lines would hide what the colours say.
      if (drawn.size <= inside.length / 4 || drawn.size <= 8) {
        for (const line of inside) if (drawn.has(line.row.run.id)) drawLine(pen, layout, line, colours.own(line.row));
      }
      const line = inside.find(({ row }) => row.run.id === pointed);
      if (!line) return;
      pen.lineWidth = 3.5;
      drawLine(pen, layout, line, palette.cursor);
      drawValues(pen, layout, line, palette);
    },
    [layout, inside, drawn, colours, pointed],
  );

  const onPointer = (at: Place | undefined, drag?: Drag): void => {
    const axis = drag && layout.axisAt(drag.from);
    if (at && drag && axis !== undefined) {
      const click = isClick(at, drag);
      if (!click) setRange(ranges, axes[axis]!.column.id, layout.rangeOf(axis, drag.from.y, at.y));
      else if (drag.done) setRange(ranges, axes[axis]!.column.id, undefined);
      return;
    }
    const line = at && layout.lineAt(at, inside);
    pointAtRun(line?.row.run.id);
    if (line && drag?.done && isClick(at, drag)) toggleRun(line.row.run.id);
  };
  if (axes.length === 0) {
    return <EmptyState icon="list-tree">There are no axes. “Add axis” above offers settings and results.</EmptyState>;
  }
  const order = axes.map(({ column }) => column.id);
  return (
    <RunCanvas
      frame={frame}
      label={`Parallel coordinates of ${rows.length} runs. Up and down lead from run to run, Enter draws a run’s curves; Tab leads to the axes.`}
      draw={draw}
      overlay={overlay}
      fileName="parallel-coordinates"
      drawBeside={(pen, palette) => drawHeads(pen, layout, palette)}
      leastWidth={axes.length * LEAST_SPACING}
      onPointer={onPointer}
      onMenu={(at, event) => {
        const line = layout.lineAt(at, inside);
        if (line) openMenu(line.row, { x: event.clientX, y: event.clientY });
      }}
      onKey={walkRuns(rows, openMenu)}
    >
      {axes.map((axis, index) => (
        <AxisHead
          key={axis.column.id}
          axis={axis}
          index={index}
          order={order}
          x={layout.x(index)}
          width={layout.spacing - 8}
          view={view}
          slotAt={(x) => layout.slotAt(x)}
        />
      ))}
    </RunCanvas>
  );
}
