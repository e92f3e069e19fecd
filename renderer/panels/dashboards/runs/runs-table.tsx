/** Runs as a table, of which only the rows in sight are in the page. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useStore } from 'zustand';
import { changeDashboard } from '../../../state/dashboards.js';
import type { TableSort } from '../../../state/dashboard-schema.js';
import { runColour } from '../../../state/runs-colours.js';
import { pointAtRun, pointedRun } from '../../../state/runs-view.js';
import { runsStore, selectRun, selectRuns } from '../../../state/runs-sync.js';
import { Icon } from '../../../ui/icon.js';
import { popupAt, type PopupAt } from '../../../ui/popup-menu.js';
import type { RunColumn, RunRow } from './run-columns.js';
import './runs-table.css';

const ROW = 24;

export interface RunsTableProps {
  readonly rows: readonly RunRow[];
  readonly columns: readonly RunColumn[];
  readonly sort: TableSort;
  /** Runs whose curves are drawn, the one under way among them. */
  readonly drawn: ReadonlySet<string>;
  /** Path of the run under way: it is drawn always. */
  readonly live: string | undefined;
  openMenu(row: RunRow, at: PopupAt): void;
}

export function RunsTable({ rows, columns, sort, drawn, live, openMenu }: RunsTableProps) {
  const colours = useStore(runsStore, (state) => state.colours);
  const pointed = useStore(pointedRun, (state) => state.id);
  const area = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => area.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  const virtualRows = virtualizer.getVirtualItems();
  const before = virtualRows[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (virtualRows.at(-1)?.end ?? 0);
  const tickedHere = rows.filter(({ run }) => drawn.has(run.id)).length;
  return (
    <div className="runs-table-area" ref={area}>
      <table className="runs-table" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th className="runs-table-tick" scope="col">
              <input
                type="checkbox"
                aria-label="Draw the curves of all runs in the table"
                checked={tickedHere === rows.length}
                ref={(box) => {
                  if (box) box.indeterminate = tickedHere > 0 && tickedHere < rows.length;
                }}
                onChange={(event) =>
                  selectRuns(
                    rows.map(({ run }) => run.id),
                    event.target.checked,
                  )
                }
              />
            </th>
            {columns.map((column) => (
              <ColumnHead key={column.id} column={column} sort={sort} />
            ))}
            <th aria-label="More" />
          </tr>
        </thead>
        <tbody onPointerLeave={() => pointAtRun(undefined)}>
          {before > 0 && <tr style={{ height: before }} aria-hidden />}
          {virtualRows.map(({ index }) => {
            const row = rows[index]!;
            const { run } = row;
            return (
              <tr
                key={run.id}
                aria-rowindex={index + 2}
                data-archived={row.notes.archived || undefined}
                data-pointed={pointed === run.id || undefined}
                onPointerEnter={() => pointAtRun(run.id)}
                onContextMenu={(event) => {
                  event.preventDefault();
                  openMenu(row, popupAt(event));
                }}
              >
                <td className="runs-table-tick">
                  <input
                    type="checkbox"
                    aria-label={`Draw the curves of ${row.name?.whole ?? run.name}`}
                    checked={drawn.has(run.id)}
                    disabled={run.path === live}
                    style={{ accentColor: runColour(colours[run.id]) }}
                    onChange={(event) => selectRun(run.id, event.target.checked)}
                  />
                </td>
                {columns.map((column) => {
                  const text = column.text(row);
                  return (
                    <td key={column.id} data-numeric={column.numeric || undefined} title={text}>
                      {text}
                    </td>
                  );
                })}
                <td className="runs-table-more">
                  <button
                    className="icon-button"
                    title="More"
                    aria-label={`More about ${row.name?.whole ?? run.name}`}
                    aria-haspopup="menu"
                    onClick={(event) => openMenu(row, popupAt(event))}
                  >
                    <Icon name="ellipsis" />
                  </button>
                </td>
              </tr>
            );
          })}
          {after > 0 && <tr style={{ height: after }} aria-hidden />}
        </tbody>
      </table>
    </div>
  );
}

function ColumnHead({ column, sort }: { readonly column: RunColumn; readonly sort: TableSort }) {
  const sorted = sort.column === column.id;
  return (
    <th
      scope="col"
      data-numeric={column.numeric || undefined}
      aria-sort={!sorted ? undefined : sort.descending ? 'descending' : 'ascending'}
    >
      <button
        title={`Sort by ${column.title}`}
        onClick={() =>
          changeDashboard({
            sort: { column: column.id, descending: sorted ? !sort.descending : column.numeric },
          })
        }
      >
        {column.title}
        {sorted && <Icon name={sort.descending ? 'arrow-down' : 'arrow-up'} />}
      </button>
    </th>
  );
}
