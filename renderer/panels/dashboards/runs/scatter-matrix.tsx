/** Runs as points over each pair of several columns; what is marked in one plot is marked in all. */
import { useCallback, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { changeRunsView } from '../../../state/dashboards.js';
import { pointAtRun, pointedRun, type RunsView } from '../../../state/runs-view.js';
import { EmptyState } from '../../../ui/empty-state.js';
import { PopupMenu, popupAt, type PopupAt } from '../../../ui/popup-menu.js';
import { axisItems } from './axis-head.js';
import { columnAxis, type ColumnAxis } from './column-axis.js';
import type { RunsPictureProps } from './parallel.js';
import { isClick, RunCanvas, useCanvasFrame, type Draw, type Drag, type Place } from './run-canvas.js';
import { withinRanges } from './run-filter.js';
import { toggleRun, walkRuns } from './run-walk.js';
import {
  drawCellDots,
  drawCellTrend,
  drawMatrix,
  drawNames,
  MatrixLayout,
  MOST_COLUMNS,
  type MatrixCell,
} from './scatter-matrix-picture.js';
import { drawRing, drawWords, type Dot } from './scatter-picture.js';
import { useRunColours } from './use-run-colours.js';
import { chosenAxes } from './view-choices.js';

interface Mark {
  readonly cell: MatrixCell;
  readonly from: Place;
  readonly to: Place;
}

export function ScatterMatrix({ found, view, drawn, openMenu }: RunsPictureProps) {
  const { rows, named, columns } = found;
  const frame = useCanvasFrame();
  const colours = useRunColours(view, found);
  const pointed = useStore(pointedRun, (state) => state.id);
  const [at, setAt] = useState<MatrixCell>();
  const [mark, setMark] = useState<Mark>();
  const { axes, order, missing } = useMemo(() => {
    const chosen = chosenAxes(view, columns, named);
    return {
      axes: chosen.slice(0, MOST_COLUMNS).map((one) => columnAxis(one, named, view.logarithmic[one.id])),
      order: chosen.map(({ id }) => id),
      missing: chosen.slice(MOST_COLUMNS).map(({ title }) => title),
    };
    // Of the view only these: ranges change with what is marked.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [view.axes, view.logarithmic, columns, named]);
  const layout = useMemo(() => new MatrixLayout(axes, frame.size), [axes, frame.size]);
  const cells = useMemo(
    () =>
      layout.cells.map((cell) => ({
        cell,
        dots: named.flatMap((row) => cell.layout.dot(row, colours.of(row)) ?? []),
      })),
    [layout, named, colours],
  );
  const inside = useMemo(() => new Set(rows), [rows]);
  const all = cells.reduce((sum, { dots }) => sum + dots.length, 0);
  const draw: Draw = useCallback(
    (pen, palette) => {
      drawMatrix(pen, layout, rows, palette);
      for (const { cell, dots } of cells) {
        const outside = dots.filter(({ row }) => !inside.has(row)).map((dot) => ({ ...dot, colour: palette.dim }));
        drawCellDots(pen, outside, all, 0.18);
        drawCellDots(
          pen,
          dots.filter(({ row }) => inside.has(row)),
          all,
          0.75,
        );
        if (view.trend) drawCellTrend(pen, cell.layout, rows, palette);
      }
    },
    [layout, cells, rows, inside, all, view.trend],
  );
  const marked = useMemo(() => {
    if (!mark) return undefined;
    const within = withinRanges(rangesOf(mark), columns);
    return new Set(rows.filter((row) => within(row)));
  }, [mark, rows, columns]);
  const overlay: Draw = useCallback(
    (pen, palette) => {
      // In all plots, while the hand still draws the rectangle in one.
      if (marked && mark) {
        for (const { dots } of cells) {
          const found = dots.filter(({ row }) => marked.has(row)).map((dot) => ({ ...dot, colour: palette.cursor }));
          drawCellDots(pen, found, all, 1);
        }
        pen.fillStyle = palette.accent;
        pen.globalAlpha = 0.2;
        pen.fillRect(mark.from.x, mark.from.y, mark.to.x - mark.from.x, mark.to.y - mark.from.y);
        pen.globalAlpha = 1;
        return;
      }
      for (const { cell, dots } of cells) {
        for (const dot of dots) {
          if (dot.row.run.id !== pointed) {
            if (drawn.size <= 8 && drawn.has(dot.row.run.id)) drawRing(pen, dot, colours.own(dot.row), 1.5);
            continue;
          }
          drawRing(pen, dot, palette.cursor, 2);
          if (cell === at) drawWords(pen, cell.layout, dot, frame.size, palette);
        }
      }
    },
    [cells, all, at, pointed, drawn, colours, mark, marked, frame.size],
  );
  const dotsAt = (cell: MatrixCell | undefined): readonly Dot[] =>
    cells.find((one) => one.cell === cell)?.dots.filter(({ row }) => inside.has(row)) ?? [];

  const onPointer = (place: Place | undefined, drag?: Drag): void => {
    const cell = drag ? layout.cellAt(drag.from) : place && layout.cellAt(place);
    if (place && drag && cell && !isClick(place, drag)) {
      const { left, right, top, bottom } = cell.layout.plot;
      const to = { x: Math.max(left, Math.min(right, place.x)), y: Math.max(top, Math.min(bottom, place.y)) };
      const next = { cell, from: drag.from, to };
      setMark(drag.done ? undefined : next);
      if (drag.done) changeRunsView({ ranges: { ...view.ranges, ...rangesOf(next) } });
      return;
    }
    setAt(cell);
    const dot = place && cell?.layout.dotAt(place, dotsAt(cell));
    pointAtRun(dot?.row.run.id);
    if (dot && drag?.done) toggleRun(dot.row.run.id);
  };
  if (axes.length < 2) {
    return (
      <EmptyState icon="graph-scatter">
        Pairs are made of two columns or more. “Add axis” above offers settings and results.
      </EmptyState>
    );
  }
  const least = MatrixLayout.leastSize(axes.length);
  return (
    <>
      <RunCanvas
        frame={frame}
        label={`${axes.length} columns of ${rows.length} runs, each over each other: ${axes.map(({ column }) => column.title).join(', ')}. Up and down lead from run to run, Enter draws a run’s curves; Tab leads to the columns.`}
        draw={draw}
        overlay={overlay}
        fileName="runs-matrix"
        drawBeside={(pen, palette) => drawNames(pen, layout, palette)}
        leastWidth={least.width}
        leastHeight={least.height}
        onPointer={onPointer}
        onMenu={(place, event) => {
          const cell = layout.cellAt(place);
          const dot = cell?.layout.dotAt(place, dotsAt(cell));
          if (dot) openMenu(dot.row, { x: event.clientX, y: event.clientY });
        }}
        onKey={walkRuns(rows, openMenu)}
      >
        {axes.map((axis, index) => (
          <ColumnName key={axis.column.id} axis={axis} layout={layout} index={index} view={view} order={order} />
        ))}
      </RunCanvas>
      {missing.length > 0 && (
        <p className="runs-note">
          {MOST_COLUMNS} columns are shown; left out: {missing.join(', ')}.
        </p>
      )}
    </>
  );
}

function rangesOf({ cell, from, to }: Mark): RunsView['ranges'] {
  return Object.fromEntries(cell.layout.rangesOf(from, to).map(([{ column }, range]) => [column.id, range]));
}

function ColumnName(props: {
  readonly axis: ColumnAxis;
  readonly layout: MatrixLayout;
  readonly index: number;
  readonly view: RunsView;
  readonly order: readonly string[];
}) {
  const { axis, layout, index, view, order } = props;
  const [menu, setMenu] = useState<PopupAt>();
  const { id, title } = axis.column;
  const { left, right, top } = layout.area(index, index);
  return (
    <>
      <button
        className="matrix-name"
        style={{ left: left + 2, top: top + 2, width: right - left - 4 }}
        data-ranged={id in view.ranges || undefined}
        title={`${title}: range, colour, axis, place`}
        aria-haspopup="menu"
        onClick={(event) => setMenu(popupAt(event))}
      >
        {title}
      </button>
      {menu && <PopupMenu items={axisItems(axis, view, order)} at={menu} close={() => setMenu(undefined)} />}
    </>
  );
}
