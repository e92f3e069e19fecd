/** A few values side by side, such as the probabilities of the classes. */
import { useEffect, useRef, type CSSProperties } from 'react';
import type { Shape } from '../../state/tensor-index.js';
import type { TensorReading } from '../../state/tensor-reading.js';
import { chooseTensor, type TensorTab } from '../../state/tensor-tabs.js';
import { cellText, exactText } from './number-format.js';
import { useFocusOfSheet } from './use-focus.js';
import { useRow } from './use-row.js';

interface Props {
  readonly tab: TensorTab;
  readonly reading: TensorReading;
  readonly shape: Shape;
  readonly row: number;
  tell(note: string | undefined): void;
}

const MOST = 1000;

export function Bars({ tab, reading, shape, row, tell }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useFocusOfSheet(list);
  const { values, length } = useRow(reading, tab.previous, shape, row);
  const names = tab.facts?.columnNames;
  const finite = values.filter((value) => Number.isFinite(value));
  const [least, greatest] = [Math.min(0, ...finite.slice(0, MOST)), Math.max(0, ...finite.slice(0, MOST))];
  // Probabilities are read against certainty.
  const most = least === 0 && greatest <= 1 && isOne(finite) ? 1 : greatest;
  const span = most - least || 1;
  const top = finite.length > 1 ? Math.max(...finite) : undefined;
  const longest = names ? Math.max(...names.map((name) => name.length)) + 1 : String(length).length;
  const note = length > MOST ? `The first ${MOST} of ${length.toLocaleString('en-US')}; the table has all.` : undefined;
  useEffect(() => tell(note), [tell, note]);
  return (
    <ul
      ref={list}
      className="tensor-bars"
      style={{ '--names': `${Math.min(18, Math.max(3, longest))}ch` } as CSSProperties}
      tabIndex={0}
      data-autofocus
      aria-label={`Values of ${tab.title}`}
    >
      {values.slice(0, MOST).map((value, at) => (
        <li
          key={at}
          data-top={value === top || undefined}
          title={`${exactText(value)} · show it in the table`}
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
      ))}
    </ul>
  );
}

function isOne(values: readonly number[]): boolean {
  return Math.abs(values.reduce((sum, value) => sum + value, 0) - 1) < 1e-3;
}
