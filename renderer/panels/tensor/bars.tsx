/** Values side by side, such as the probabilities of the classes: those in sight are drawn. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, type CSSProperties } from 'react';
import type { Shape } from '../../state/tensor-index.js';
import type { TensorReading } from '../../state/tensor-reading.js';
import { chooseTensor, type TensorTab } from '../../state/tensor-tabs.js';
import { cellText, exactText } from './number-format.js';
import { useFocusOfSheet } from './use-focus.js';
import { firstOfRow, useRow } from './use-row.js';

interface Props {
  readonly tab: TensorTab;
  readonly reading: TensorReading;
  readonly shape: Shape;
  readonly row: number;
  tell(note: string | undefined): void;
}

const BAR_HEIGHT = 22;

export function Bars({ tab, reading, shape, row, tell }: Props) {
  const list = useRef<HTMLDivElement>(null);
  useFocusOfSheet(list);
  const { values, length, version } = useRow(reading, tab.previous, shape, row);
  const names = tab.facts?.columnNames;
  const { least, span, top } = useMemo(() => scaleOf(values), [version, row, length]); // eslint-disable-line react-hooks/exhaustive-deps -- `values` is made anew each time
  const virtual = useVirtualizer({
    count: values.length,
    getScrollElement: () => list.current,
    estimateSize: () => BAR_HEIGHT,
    overscan: 10,
  });
  const longest = names ? Math.max(...names.map((name) => name.length)) + 1 : String(length).length;
  const note = firstOfRow(length);
  useEffect(() => tell(note), [tell, note]);
  return (
    <div
      ref={list}
      className="tensor-bars"
      style={{ '--names': `${Math.min(18, Math.max(3, longest))}ch` } as CSSProperties}
      tabIndex={0}
      data-autofocus
    >
      <ul aria-label={`Values of ${tab.title}`} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index: at, start }) => {
          const value = values[at] ?? NaN;
          return (
            <li
              key={at}
              aria-posinset={at + 1}
              aria-setsize={values.length}
              data-top={value === top || undefined}
              title={`${exactText(value)} · show it in the table`}
              style={{ transform: `translateY(${start}px)` }}
              onClick={() => chooseTensor(tab.id, { view: 'table', cell: row * length + at })}
            >
              <span className="tensor-bar-name">{names?.[at] ?? at}</span>
              <span className="tensor-bar">
                {Number.isFinite(value) && (
                  <i
                    data-negative={value < 0 || undefined}
                    style={{
                      left: `${((Math.min(value, 0) - least) / span) * 100}%`,
                      width: `${(Math.abs(value) / span) * 100}%`,
                    }}
                  />
                )}
              </span>
              <span className="numeric" data-wrong={!Number.isFinite(value) || undefined}>
                {cellText(value)}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function scaleOf(values: readonly number[]): {
  readonly least: number;
  readonly span: number;
  /** The greatest, where it is one among others. */
  readonly top: number | undefined;
} {
  const finite = values.filter((value) => Number.isFinite(value));
  const highest = finite.reduce((high, value) => Math.max(high, value), -Infinity);
  const least = finite.reduce((low, value) => Math.min(low, value), 0);
  const greatest = Math.max(0, highest);
  // Probabilities are read against certainty.
  const most = least === 0 && greatest <= 1 && isOne(finite) ? 1 : greatest;
  return { least, span: most - least || 1, top: finite.length > 1 ? highest : undefined };
}

function isOne(values: readonly number[]): boolean {
  return Math.abs(values.reduce((sum, value) => sum + value, 0) - 1) < 1e-3;
}
