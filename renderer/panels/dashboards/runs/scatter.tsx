/** Runs as points over two of their columns, coloured and sized by others. */
import { useCallback, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { changeRunsView } from '../../../state/dashboards.js';
import { pointAtRun, pointedRun } from '../../../state/runs-view.js';
import { EmptyState } from '../../../ui/empty-state.js';
import { columnAxis } from './column-axis.js';
import type { RunsPictureProps } from './parallel.js';
import type { RunColumn } from './run-columns.js';
import { isClick, RunCanvas, useCanvasFrame, type Draw, type Drag, type Place } from './run-canvas.js';
import { toggleRun, walkRuns } from './run-walk.js';
import { drawDots, drawFrame, drawRing, drawTrend, drawWords, ScatterLayout, wholePlot } from './scatter-picture.js';
import { useRunColours } from './use-run-colours.js';
import { chosenSize, chosenX, chosenY } from './view-choices.js';

export function Scatter({ found, view, drawn, openMenu }: RunsPictureProps) {
  const { rows, named, columns } = found;
  const frame = useCanvasFrame();
  const colours = useRunColours(view, found);
  const pointed = useStore(pointedRun, (state) => state.id);
  const [mark, setMark] = useState<{ readonly from: Place; readonly to: Place }>();
  const axes = useMemo(() => {
    const axis = (column: RunColumn) => columnAxis(column, named, view.logarithmic[column.id]);
    const sizes = chosenSize(view, columns);
    return {
      x: axis(chosenX(view, columns, named)),
      y: axis(chosenY(view, columns)),
      sizes: sizes && axis(sizes),
    };
    // Of the view only these: ranges change with what is marked.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [view.x, view.y, view.size, view.metric, view.logarithmic, columns, named]);
  const layout = useMemo(
    () => new ScatterLayout(axes.x, axes.y, axes.sizes, wholePlot(frame.size)),
    [axes, frame.size],
  );
  const dots = useMemo(
    // The small ones above the large ones.
    () => rows.flatMap((row) => layout.dot(row, colours.of(row)) ?? []).sort((a, b) => b.radius - a.radius),
    [rows, layout, colours],
  );
  const draw: Draw = useCallback(
    (pen, palette) => {
      drawFrame(pen, layout, palette);
      drawDots(pen, dots);
      const fit = view.trend ? layout.trend(rows) : undefined;
      if (fit) drawTrend(pen, layout, fit, palette);
    },
    [layout, dots, rows, view.trend],
  );
  const overlay: Draw = useCallback(
    (pen, palette) => {
      for (const dot of dots) if (drawn.has(dot.row.run.id)) drawRing(pen, dot, colours.own(dot.row), 2);
      const dot = dots.find(({ row }) => row.run.id === pointed);
      if (dot) {
        drawRing(pen, dot, palette.cursor, 2.5);
        drawWords(pen, layout, dot, frame.size, palette);
      }
      if (!mark) return;
      pen.fillStyle = palette.accent;
      pen.globalAlpha = 0.2;
      pen.fillRect(mark.from.x, mark.from.y, mark.to.x - mark.from.x, mark.to.y - mark.from.y);
      pen.globalAlpha = 1;
    },
    [layout, dots, drawn, colours, pointed, mark, frame.size],
  );
  const onPointer = (at: Place | undefined, drag?: Drag): void => {
    if (at && drag && !isClick(at, drag)) {
      setMark(drag.done ? undefined : { from: drag.from, to: at });
      if (!drag.done) return;
      const marked = layout.rangesOf(drag.from, at).map(([{ column }, range]) => [column.id, range] as const);
      changeRunsView({ ranges: { ...view.ranges, ...Object.fromEntries(marked) } });
      return;
    }
    const dot = at && layout.dotAt(at, dots);
    pointAtRun(dot?.row.run.id);
    if (dot && drag?.done) toggleRun(dot.row.run.id);
  };
  if (dots.length === 0 && frame.size.width > 0) {
    return (
      <EmptyState icon="graph-scatter">
        None of these runs has both {axes.x.column.title} and {axes.y.column.title}. Choose other columns for x and y
        above.
      </EmptyState>
    );
  }
  const missing = rows.length - dots.length;
  return (
    <>
      <RunCanvas
        frame={frame}
        label={`${axes.y.column.title} over ${axes.x.column.title} of ${dots.length} runs. Up and down lead from run to run, Enter draws a run’s curves.`}
        draw={draw}
        overlay={overlay}
        fileName="runs"
        onPointer={onPointer}
        onMenu={(at, event) => {
          const dot = layout.dotAt(at, dots);
          if (dot) openMenu(dot.row, { x: event.clientX, y: event.clientY });
        }}
        onKey={walkRuns(
          dots.map(({ row }) => row).sort((a, b) => rows.indexOf(a) - rows.indexOf(b)),
          openMenu,
        )}
      />
      {missing > 0 && (
        <p className="runs-note">
          {missing === 1 ? '1 run is' : `${missing} runs are`} not shown: without a finite {axes.x.column.title} or{' '}
          {axes.y.column.title}.
        </p>
      )}
    </>
  );
}
