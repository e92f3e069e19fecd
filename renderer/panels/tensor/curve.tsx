/** A vector as a line over its index; pointing says index and value, a click leads to the table. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { formatTick } from '../../charts/format.js';
import { readPalette } from '../../charts/palette.js';
import { indexText, type Shape } from '../../state/tensor-index.js';
import type { TensorReading } from '../../state/tensor-reading.js';
import { chooseTensor, type TensorTab } from '../../state/tensor-tabs.js';
import { useApp } from '../../use-app.js';
import { columnsOf } from './curve-points.js';
import { exactText } from './number-format.js';
import { firstOfRow, useRow } from './use-row.js';
import { useFocusOfSheet } from './use-focus.js';
import { useSize } from './use-size.js';

interface Props {
  readonly tab: TensorTab;
  readonly reading: TensorReading;
  readonly shape: Shape;
  readonly row: number;
  tell(note: string | undefined): void;
}

const LEFT = 52;
const BOTTOM = 20;
const TOP = 10;
const RIGHT = 12;

export function Curve({ tab, reading, shape, row, tell }: Props) {
  const { values, length, version } = useRow(reading, tab.previous, shape, row);
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame);
  useFocusOfSheet(frame);
  const theme = useApp((state) => state.theme);
  const [pointed, setPointed] = useState<number>();
  const note = firstOfRow(length);
  useEffect(() => tell(note), [tell, note]);
  const width = Math.max(1, size.width - LEFT - RIGHT);
  const height = Math.max(1, size.height - TOP - BOTTOM);
  const count = values.length;
  const columns = useMemo(() => columnsOf(values, width), [version, row, count, width]); // eslint-disable-line react-hooks/exhaustive-deps -- `values` is made anew each time
  const { least, greatest } = useMemo(() => {
    const low = Math.min(...columns.map((column) => column.least), Infinity);
    const high = Math.max(...columns.map((column) => column.greatest), -Infinity);
    if (low > high) return { least: 0, greatest: 1 };
    const room = (high - low || Math.abs(high) || 1) * 0.06;
    return { least: low - room, greatest: high + room };
  }, [columns]);
  const x = (at: number) => LEFT + (count <= 1 ? 0.5 : at / (count - 1)) * width;
  const y = (value: number) => TOP + (1 - (value - least) / (greatest - least)) * height;

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || size.width === 0) return;
    const scale = devicePixelRatio;
    element.width = Math.round(size.width * scale);
    element.height = Math.round(size.height * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const palette = readPalette(element);
    context.font = `10.5px ${palette.font}`;
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (const tick of ticksOf(least, greatest)) {
      const at = Math.round(y(tick)) + 0.5;
      context.strokeStyle = tick === 0 ? palette.border : palette.grid;
      context.beginPath();
      context.moveTo(LEFT, at);
      context.lineTo(size.width - RIGHT, at);
      context.stroke();
      context.fillStyle = palette.dim;
      context.fillText(formatTick(tick), LEFT - 6, at);
    }
    context.textBaseline = 'bottom';
    context.textAlign = 'left';
    context.fillText('0', LEFT, size.height - 3);
    context.textAlign = 'right';
    context.fillText(String(Math.max(0, count - 1)), size.width - RIGHT, size.height - 3);
    const across = (column: number) => LEFT + (columns.length <= 1 ? 0.5 : column / (columns.length - 1)) * width;
    context.strokeStyle = palette.accent;
    context.lineWidth = 1.3;
    context.beginPath();
    let drawing = false;
    columns.forEach(({ least: low, greatest: high }, column) => {
      if (low > high) {
        drawing = false;
        return;
      }
      if (drawing) context.lineTo(across(column), y(high));
      else context.moveTo(across(column), y(high));
      if (low !== high) context.lineTo(across(column), y(low));
      drawing = true;
    });
    context.stroke();
    context.fillStyle = palette.stop;
    columns.forEach(({ hasNotFinite }, column) => {
      if (hasNotFinite) context.fillRect(across(column) - 1, TOP, 2, height);
    });
    const value = pointed === undefined ? undefined : values[pointed];
    if (pointed !== undefined && value !== undefined && Number.isFinite(value)) {
      context.fillStyle = palette.cursor;
      context.beginPath();
      context.arc(x(pointed), y(value), 4, 0, 7);
      context.fill();
    }
  }, [columns, least, greatest, size, theme, pointed, row, version]); // eslint-disable-line react-hooks/exhaustive-deps -- the rest follows from these

  const at = (clientX: number) => {
    const left = canvas.current!.getBoundingClientRect().left + LEFT;
    return Math.min(Math.max(Math.round(((clientX - left) / width) * (count - 1)), 0), Math.max(0, count - 1));
  };
  const flat = (index: number) => row * length + index;
  const toTable = (index: number) => chooseTensor(tab.id, { view: 'table', cell: flat(index) });
  const value = pointed === undefined ? undefined : values[pointed];
  return (
    <>
      <div
        className="tensor-large tensor-curve"
        ref={frame}
        role="application"
        tabIndex={0}
        data-autofocus
        aria-label="Curve. Arrow keys go from value to value, Enter shows the value in the table."
        onKeyDown={(event) => {
          const step = event.ctrlKey ? Math.max(1, Math.round(count / 20)) : 1;
          const moved = { ArrowLeft: -step, ArrowRight: step, Home: -count, End: count }[event.key];
          if (moved !== undefined) setPointed(Math.min(Math.max((pointed ?? 0) + moved, 0), Math.max(0, count - 1)));
          else if (event.key === 'Enter' && pointed !== undefined) toTable(pointed);
          else return;
          event.preventDefault();
        }}
      >
        <canvas
          ref={canvas}
          style={{ width: size.width, height: size.height }}
          onPointerMove={(event) => setPointed(at(event.clientX))}
          onPointerLeave={() => setPointed(undefined)}
          onClick={(event) => toTable(at(event.clientX))}
        />
      </div>
      <p className="tensor-pointed" role="status">
        {pointed === undefined || value === undefined ? (
          <span className="tensor-hint">
            Point at the curve for index and value; click it to see the value in the table.
          </span>
        ) : (
          <>
            <code>{indexText(flat(pointed), shape)}</code>
            <span>=</span>
            <strong className="numeric">{exactText(value)}</strong>
          </>
        )}
      </p>
    </>
  );
}

/** About five round numbers. */
function ticksOf(least: number, greatest: number): readonly number[] {
  const rough = (greatest - least) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough;
  const first = Math.ceil(least / step);
  const count = Math.floor(greatest / step) - first + 1;
  return Array.from({ length: Math.max(0, Math.min(count, 12)) }, (_, at) =>
    Number(((first + at) * step).toPrecision(12)),
  );
}
