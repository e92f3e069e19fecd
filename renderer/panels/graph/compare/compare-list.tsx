/** What differs, a layer at a time in the order of the graph; the one that is chosen shows its ops. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useMemo, useRef, type KeyboardEvent } from 'react';
import type { GraphComparison, NodeChange } from '../../../../src/shared/graph/compare-graphs.js';
import type { Difference } from '../../../../src/shared/graph/list-differences.js';
import { signs, standingColours } from './compare-look.js';

interface CompareListProps {
  readonly differences: readonly Difference[];
  readonly comparison: GraphComparison;
  readonly current: string | undefined;
  onChoose(difference: Difference): void;
  /** An op of the chosen one, by its name in the union. */
  onOp(op: string): void;
}

type Row =
  | { readonly kind: 'difference'; readonly difference: Difference }
  | { readonly kind: 'op'; readonly id: string; readonly change: NodeChange };

const ROW_HEIGHT = 22;

export function CompareList({ differences, comparison, current, onChoose, onOp }: CompareListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const rows = useMemo(
    () =>
      differences.flatMap((difference): Row[] => [
        { kind: 'difference', difference },
        ...(difference.id === current && difference.ops[0] !== difference.id
          ? difference.ops.map((op): Row => ({ kind: 'op', id: op, change: comparison.changes.get(op)! }))
          : []),
      ]),
    [differences, comparison, current],
  );
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  const at = rows.findIndex((row) => row.kind === 'difference' && row.difference.id === current);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at);
    // Only another one scrolls.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [current, at]);
  const press = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    const place = differences.findIndex((one) => one.id === current);
    const next = differences[Math.min(Math.max(place + by, 0), differences.length - 1)];
    if (next) onChoose(next);
    event.preventDefault();
  };
  if (differences.length === 0)
    return <p className="compare-none dim">Nothing differs: the same ops, shapes, settings and wiring.</p>;
  return (
    <div
      className="compare-list"
      role="listbox"
      aria-label="Differences"
      aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
      tabIndex={0}
      ref={scroller}
      onKeyDown={press}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index]!;
          const kind = row.kind === 'difference' ? row.difference.kind : row.change.kind;
          return (
            <div
              key={row.kind === 'difference' ? row.difference.id : `op ${row.id}`}
              id={`${id}-${index}`}
              className="compare-row"
              role="option"
              aria-selected={index === at}
              data-kind={row.kind}
              style={{ top: start, height: ROW_HEIGHT }}
              onClick={() => (row.kind === 'difference' ? onChoose(row.difference) : onOp(row.id))}
            >
              <b style={{ color: standingColours[kind] }} title={kind} aria-label={kind}>
                {signs[kind]}
              </b>
              {row.kind === 'difference' ? <Told difference={row.difference} /> : <Op row={row} of={comparison} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Told({ difference }: { difference: Difference }) {
  const { title, type, was, kind, what, ops } = difference;
  const count = ops.length === 1 ? '' : `${ops.length.toLocaleString('en-US')} ops`;
  const words = kind === 'changed' ? what.join(' · ') : [kind, count].filter(Boolean).join(' · ');
  return (
    <span className="compare-told" title={[title, ...what].join('\n')}>
      <strong>{title}</strong>
      {was !== undefined && <span className="dim"> was {was}</span>}
      {type !== undefined && <span className="dim"> {type}</span>} <span className="compare-what">{words}</span>
    </span>
  );
}

function Op({ row, of }: { row: Extract<Row, { kind: 'op' }>; of: GraphComparison }) {
  const { id, change } = row;
  const was = of.before.get(id)?.id;
  const what = change.kind === 'changed' ? change.what.join(' · ') : change.kind;
  return (
    <span className="compare-told" title={change.kind === 'changed' ? [id, ...change.what].join('\n') : id}>
      {id}
      {was !== undefined && was !== id && change.kind === 'changed' && <span className="dim"> was {was}</span>}{' '}
      <span className="compare-what">{what}</span>
    </span>
  );
}
