/**
 * A tensor as a table: its last dimension across, all others down. Only the cells in sight are drawn, and the
 * windows that they are in are fetched as they come into sight; millions of rows scroll (see scroll-map.ts).
 */
import { memo, useCallback, useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { cellOf, flatOf, indexText, rowText, tableSize, type Cell, type Shape } from '../../state/tensor-index.js';
import { valueAt, windowAt, windowSize, type TensorReading } from '../../state/tensor-reading.js';
import { chooseTensor, type TensorTab } from '../../state/tensor-tabs.js';
import { Icon } from '../../ui/icon.js';
import { FindBar } from './find-bar.js';
import { cellText, exactText } from './number-format.js';
import { elementLength, offsetShowing, scrolledFor, scrolledTo, type Scrolled, type Track } from './scroll-map.js';
import { usePages } from './use-pages.js';
import { useFocusOfSheet } from './use-focus.js';
import { useSize } from './use-size.js';

const ROW = 20;
const COLUMN = 80;
const HEAD = 22;
const CHARACTER = 7;
const BLOCK = 256;

interface Props {
  readonly tab: TensorTab;
  readonly reading: TensorReading;
  readonly shape: Shape;
}

interface At {
  readonly x: Scrolled;
  readonly y: Scrolled;
}

const start: Scrolled = { offset: 0, top: 0 };

export function NumberTable({ tab, reading, shape }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const size = useSize(scroller);
  useFocusOfSheet(scroller);
  const [at, setAt] = useState<At>({ x: start, y: start });
  const id = useId();
  const version = usePages(reading.numbers);
  const { rows, columns } = tableSize(shape);
  const names = shape.length > 1 ? tab.facts?.columnNames : undefined;
  const rowHead = Math.max(36, rowText(rows - 1, shape).length * CHARACTER + 14);
  const down: Track = { content: rows * ROW, view: Math.max(0, size.height - HEAD) };
  const across: Track = { content: columns * COLUMN, view: Math.max(0, size.width - rowHead) };
  const selected = tab.choice.cell === undefined ? undefined : cellOf(tab.choice.cell, shape);

  const [firstRow, lastRow] = range(at.y.offset, down.view, ROW, rows);
  const [firstColumn, lastColumn] = range(at.x.offset, across.view, COLUMN, columns);
  // Rows stand still within what is moved, so that scrolling draws the new ones alone.
  const baseRow = firstRow - (firstRow % BLOCK);
  const baseColumn = firstColumn - (firstColumn % BLOCK);
  useWindows(reading, shape, firstRow, lastRow, firstColumn, lastColumn);
  const failure = reading.numbers.failureOf(windowAt({ row: firstRow, column: firstColumn }, shape).key);

  // The handlers of one frame must see what the ones before them did.
  const now = useRef({ at, down, across });
  now.current = { ...now.current, down, across };
  const move = useCallback((to: At, andElement: boolean) => {
    const element = scroller.current;
    now.current.at = to;
    if (andElement && element) {
      element.scrollTop = to.y.top;
      element.scrollLeft = to.x.top;
    }
    setAt(to);
  }, []);
  const show = useCallback(
    (cell: Cell) => {
      const { at: from, down: vertical, across: horizontal } = now.current;
      const y = offsetShowing(cell.row * ROW, ROW, from.y.offset, vertical);
      const x = offsetShowing(cell.column * COLUMN, COLUMN, from.x.offset, horizontal);
      const unmoved = y === from.y.offset && x === from.x.offset;
      if (!unmoved) move({ y: scrolledFor(y, vertical), x: scrolledFor(x, horizontal) }, true);
    },
    [move],
  );

  // What was selected elsewhere, found or typed, comes into sight; a place far away in the middle of it.
  const { cell } = tab.choice;
  const measured = size.height > 0;
  useLayoutEffect(() => {
    if (cell === undefined || !measured) return;
    const to = cellOf(cell, shape);
    const { at: from, down: vertical } = now.current;
    const isFar = Math.abs(to.row * ROW - from.y.offset) > vertical.view * 2;
    if (isFar) {
      const middle = scrolledFor(to.row * ROW - vertical.view / 2, vertical);
      move({ ...from, y: middle }, true);
    }
    show(to);
  }, [cell, shape, measured, move, show]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const { at: from, down: vertical, across: horizontal } = now.current;
    const y = follow(element.scrollTop, from.y, vertical);
    const x = follow(element.scrollLeft, from.x, horizontal);
    if (y !== from.y || x !== from.x) move({ x, y }, false);
  };

  // After small movements in a table longer than its element, the scroll bar is brought to the true place.
  useEffect(() => {
    const settle = setTimeout(() => {
      const { at: from, down: vertical, across: horizontal } = now.current;
      const y = scrolledFor(from.y.offset, vertical);
      const x = scrolledFor(from.x.offset, horizontal);
      if (Math.abs(y.top - from.y.top) > 1 || Math.abs(x.top - from.x.top) > 1) move({ x, y }, true);
    }, 200);
    return () => clearTimeout(settle);
  }, [at, move]);

  const select = (to: Cell) => {
    const row = Math.min(Math.max(to.row, 0), rows - 1);
    const column = Math.min(Math.max(to.column, 0), columns - 1);
    chooseTensor(tab.id, { cell: flatOf({ row, column }, shape) });
    show({ row, column });
  };
  const press = (event: KeyboardEvent) => {
    const { row, column } = selected ?? { row: firstRow, column: firstColumn };
    const page = Math.max(1, Math.floor(down.view / ROW) - 1);
    const ends = event.ctrlKey || event.metaKey;
    const to = {
      ArrowUp: { row: ends ? 0 : row - 1, column },
      ArrowDown: { row: ends ? rows - 1 : row + 1, column },
      ArrowLeft: { row, column: ends ? 0 : column - 1 },
      ArrowRight: { row, column: ends ? columns - 1 : column + 1 },
      PageUp: { row: row - page, column },
      PageDown: { row: row + page, column },
      Home: { row: ends ? 0 : row, column: 0 },
      End: { row: ends ? rows - 1 : row, column: columns - 1 },
    }[event.key];
    if (to) select(to);
    else if (ends && event.key === 'c' && selected) {
      const value = valueAt(reading, selected, shape);
      void navigator.clipboard.writeText(typeof value === 'number' ? String(value) : (value ?? ''));
    } else return;
    event.preventDefault();
  };

  const value = selected && valueAt(reading, selected, shape);
  const height = Math.min(elementLength(down) + HEAD, 1e7);
  const width = Math.min(elementLength(across) + rowHead, 1e7);
  return (
    <>
      <FindBar tab={tab} shape={shape} ofNumbers={tab.facts?.dtype !== 'string'} />
      {failure !== undefined && (
        <p className="tensor-failure" role="alert">
          <Icon name="warning" /> {failure}
        </p>
      )}
      <div
        className="tensor-scroller tensor-table"
        ref={scroller}
        role="grid"
        tabIndex={0}
        data-autofocus
        aria-label={`Values of ${tab.title}`}
        aria-rowcount={rows}
        aria-colcount={columns}
        aria-activedescendant={selected && `${id}-${selected.row}-${selected.column}`}
        onScroll={onScroll}
        onKeyDown={press}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const [x, y] = [event.clientX - box.left - rowHead, event.clientY - box.top - HEAD];
          if (x < 0 || y < 0) return;
          const row = Math.floor((y + at.y.offset) / ROW);
          const column = Math.floor((x + at.x.offset) / COLUMN);
          if (row < rows && column < columns) select({ row, column });
        }}
      >
        <div style={{ height, width }}>
          <div className="tensor-window" style={{ width: size.width, height: size.height }}>
            <div className="tensor-cells" style={{ top: HEAD, left: rowHead }}>
              <div
                className="tensor-rows"
                style={{
                  transform: `translate(${baseColumn * COLUMN - at.x.offset}px, ${baseRow * ROW - at.y.offset}px)`,
                }}
              >
                {numbered(firstRow, lastRow).map((row) => (
                  <Row
                    key={row}
                    id={id}
                    reading={reading}
                    previous={tab.previous}
                    shape={shape}
                    row={row}
                    top={(row - baseRow) * ROW}
                    first={firstColumn}
                    last={lastColumn}
                    left={(firstColumn - baseColumn) * COLUMN}
                    selected={row === selected?.row ? selected.column : undefined}
                    version={version}
                  />
                ))}
              </div>
            </div>
            <div className="tensor-row-heads" style={{ top: HEAD, width: rowHead }} aria-hidden>
              <div style={{ transform: `translateY(${baseRow * ROW - at.y.offset}px)` }}>
                {numbered(firstRow, lastRow).map((row) => (
                  <span
                    key={row}
                    style={{ top: (row - baseRow) * ROW }}
                    data-selected={row === selected?.row || undefined}
                  >
                    {rowText(row, shape)}
                  </span>
                ))}
              </div>
            </div>
            <div className="tensor-columns" style={{ left: rowHead }}>
              <div style={{ transform: `translateX(${firstColumn * COLUMN - at.x.offset}px)` }}>
                {numbered(firstColumn, lastColumn).map((column) => (
                  <span
                    key={column}
                    role="columnheader"
                    data-selected={column === selected?.column || undefined}
                    title={names?.[column]}
                  >
                    {names?.[column] ?? column}
                  </span>
                ))}
              </div>
            </div>
            <div className="tensor-corner" style={{ width: rowHead, height: HEAD }} />
          </div>
        </div>
      </div>
      <p className="tensor-pointed" role="status">
        {tab.choice.cell === undefined || !selected ? (
          <span className="tensor-hint">Arrow keys go from value to value; Ctrl+C copies.</span>
        ) : (
          <>
            <code className="selectable">{indexText(tab.choice.cell, shape)}</code>
            <span>=</span>
            <strong className="numeric selectable">
              {typeof value === 'number' ? exactText(value) : value === undefined ? '…' : JSON.stringify(value)}
            </strong>
          </>
        )}
      </p>
    </>
  );
}

interface RowProps {
  readonly id: string;
  readonly reading: TensorReading;
  readonly previous: TensorReading | undefined;
  readonly shape: Shape;
  readonly row: number;
  readonly top: number;
  readonly first: number;
  readonly last: number;
  /** Of the first cell. */
  readonly left: number;
  readonly selected: number | undefined;
  /** Another one when values have come. */
  readonly version: number;
}

const Row = memo(function Row({ id, reading, previous, shape, row, top, first, last, left, selected }: RowProps) {
  return (
    <div
      className="tensor-row"
      role="row"
      aria-rowindex={row + 1}
      aria-label={rowText(row, shape)}
      style={{ top, left }}
    >
      {numbered(first, last).map((column) => {
        const cell = { row, column };
        const value = valueAt(reading, cell, shape);
        const before = value === undefined && previous ? valueAt(previous, cell, shape) : undefined;
        const shown = value ?? before;
        return (
          <span
            key={column}
            id={`${id}-${row}-${column}`}
            role="gridcell"
            aria-colindex={column + 1}
            aria-selected={column === selected || undefined}
            data-kind={kindOf(shown)}
          >
            {typeof shown === 'number' ? cellText(shown) : (shown ?? '·')}
          </span>
        );
      })}
    </div>
  );
});

function kindOf(value: number | string | undefined): string | undefined {
  if (value === undefined) return 'waiting';
  if (value === 0) return 'zero';
  return typeof value === 'number' && !Number.isFinite(value) ? 'wrong' : undefined;
}

/** Asks for the windows in sight, then for those that come next in either direction. */
function useWindows(
  reading: TensorReading,
  shape: Shape,
  firstRow: number,
  lastRow: number,
  firstColumn: number,
  lastColumn: number,
): void {
  useEffect(() => {
    const { rows, columns } = tableSize(shape);
    const size = windowSize(shape);
    const keys = new Set<string>();
    const add = (fromRow: number, toRow: number) => {
      const rowStart = Math.max(0, fromRow - (fromRow % size.rows));
      for (let row = rowStart; row < Math.min(rows, toRow); row += size.rows) {
        const columnStart = firstColumn - (firstColumn % size.columns);
        for (let column = columnStart; column < Math.min(columns, lastColumn); column += size.columns)
          keys.add(windowAt({ row, column }, shape).key);
      }
    };
    add(firstRow, lastRow);
    add(lastRow, lastRow + size.rows);
    add(Math.max(0, firstRow - size.rows), firstRow);
    reading.numbers.want([...keys]);
  }, [reading, shape, firstRow, lastRow, firstColumn, lastColumn]);
}

/** Where the content is after a scroll event; the same object where the element stands where it was put. */
function follow(top: number, before: Scrolled, track: Track): Scrolled {
  return Math.abs(top - before.top) < 1.5 ? before : scrolledTo(top, before, track);
}

function range(offset: number, view: number, length: number, count: number): readonly [number, number] {
  const first = Math.min(count, Math.floor(offset / length));
  return [first, Math.min(count, Math.ceil((offset + view) / length))];
}

function numbered(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}
