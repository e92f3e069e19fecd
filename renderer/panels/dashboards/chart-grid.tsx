/**
 * The charts under their headings, in as many columns as fit. Only the rows in sight are there: hundreds of charts cost
 * no more than a dozen. A row that goes out of sight becomes the one that comes into it: elements are moved, not made.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { changeDashboard } from '../../state/dashboards.js';
import type { Dashboard } from '../../state/dashboard-schema.js';
import { Icon } from '../../ui/icon.js';
import { ChartCard } from './chart-card.js';
import { dashboardGroup } from './chart-group.js';
import type { CurveOptions } from './chart-curves.js';
import { gridRows, rowsAbout, type GridRow } from './chart-rows.js';
import type { Section } from './chart-list.js';
import type { DrawnRun } from './drawn-runs.js';
import { InTurn, scrolledTo } from './in-turn.js';

export interface ChartGridProps {
  readonly sections: readonly Section[];
  readonly runs: readonly DrawnRun[];
  readonly dashboard: Dashboard;
  readonly options: CurveOptions;
}

const GAP = 8;
const HEADING = 26;

export function ChartGrid({ sections, runs, dashboard, options }: ChartGridProps) {
  const area = useRef<HTMLDivElement>(null);
  const size = useSize(area);
  const { rows, columns, rowHeight } = useMemo(
    () => gridRows(sections, dashboard.looks, dashboard.folded, size),
    [sections, dashboard.looks, dashboard.folded, size],
  );
  const heightOf = (row: GridRow) => (row.kind === 'heading' ? HEADING : row.high * (rowHeight + GAP));
  // Those that are cut at both ends, and one out of sight at each.
  const places = Math.ceil(size.height / (rowHeight + GAP)) + 3;
  // The compiler's rule does not know that the virtualizer is meant to be read while it renders.
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => area.current,
    estimateSize: (index) => heightOf(rows[index]!),
    getItemKey: (index) => rows[index]!.id,
    rangeExtractor: ({ startIndex, endIndex }) => rowsAbout(rows, startIndex, endIndex, places),
    paddingStart: GAP,
  });
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rows, rowHeight]);
  const { isScrolling } = virtualizer;
  useLayoutEffect(() => {
    dashboardGroup.isScrolling = isScrolling;
    return () => void (dashboardGroup.isScrolling = false);
  }, [isScrolling]);
  const placeOf = (index: number) => {
    const row = rows[index]!;
    return row.kind === 'heading' ? -1 : row.ordinal % places;
  };
  const items = virtualizer.getVirtualItems();
  // The order of elements is the one that Tab follows; to keep it at each row that comes would have them leave the document.
  const ordered = isScrolling ? items.toSorted((a, b) => placeOf(a.index) - placeOf(b.index)) : items;

  return (
    <div
      className="dashboard-charts"
      ref={area}
      data-chart-scroller
      tabIndex={-1}
      onScroll={(event) => scrolledTo(event.currentTarget.scrollTop)}
    >
      <div className="dashboard-rows" style={{ height: virtualizer.getTotalSize() }}>
        {ordered.map(({ index, key, start }) => {
          const row = rows[index]!;
          const style = { transform: `translateY(${start}px)`, height: heightOf(row) };
          if (row.kind === 'heading') {
            return (
              <div key={key} className="dashboard-heading" style={style}>
                <button aria-expanded={!row.folded} onClick={() => fold(row.section.id, !row.folded)}>
                  <Icon name={row.folded ? 'chevron-right' : 'chevron-down'} />
                  {row.section.title}
                  <span className="badge">{row.section.charts.length}</span>
                </button>
              </div>
            );
          }
          return (
            <div
              key={placeOf(index)}
              className="dashboard-row"
              style={{ ...style, paddingBottom: GAP, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
            >
              {row.cells.map(({ chart, wide }, place) => (
                <div key={place} className="dashboard-cell" style={{ gridColumn: `span ${wide}` }}>
                  <InTurn waits={isScrolling} before={<EmptyCard title={chart.title} />}>
                    <ChartCard chart={chart} runs={runs} dashboard={dashboard} options={options} />
                  </InTurn>
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function EmptyCard({ title }: { readonly title: string }) {
  return (
    <div className="chart-card">
      <div className="chart-head">
        <span className="chart-title">{title}</span>
      </div>
    </div>
  );
}

function fold(section: string, folded: boolean): void {
  changeDashboard((dashboard) => ({
    folded: folded ? [...dashboard.folded, section] : dashboard.folded.filter((other) => other !== section),
  }));
}

function useSize(area: React.RefObject<HTMLDivElement | null>): { readonly width: number; readonly height: number } {
  const [size, setSize] = useState({ width: 900, height: 180 });
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return undefined;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width > 0)
        setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [area]);
  return size;
}
