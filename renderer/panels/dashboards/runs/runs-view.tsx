/** All runs: as a table, along parallel axes, as points, as points of all pairs of columns, by what their settings are worth; one filter for all of them. */
import { useMemo, useState } from 'react';
import { changeDashboard, changeRunsView } from '../../../state/dashboards.js';
import type { Dashboard } from '../../../state/dashboard-schema.js';
import type { RunsView as View } from '../../../state/runs-view.js';
import { selectRuns } from '../../../state/runs-sync.js';
import { EmptyState } from '../../../ui/empty-state.js';
import { Icon } from '../../../ui/icon.js';
import { PopupMenu, popupAt, type PopupAt, type PopupItem } from '../../../ui/popup-menu.js';
import { useApp } from '../../../use-app.js';
import { columnAxis } from './column-axis.js';
import { askColumn, askRange, setRange } from './column-questions.js';
import { ImportanceView } from './importance.js';
import { Parallel } from './parallel.js';
import { runItems, saveText } from './run-actions.js';
import {
  findColumn,
  tableCsv,
  tableJson,
  usualColumns,
  usualSort,
  type RunColumn,
  type RunRow,
} from './run-columns.js';
import { rangeWords } from './run-filter.js';
import { RunsCompared } from './runs-compared.js';
import { RunsTable } from './runs-table.js';
import { Scatter } from './scatter.js';
import { ScatterMatrix } from './scatter-matrix.js';
import { useRunRows, type RunRows } from './use-run-rows.js';
import { ImportanceControls, MatrixControls, ParallelControls, ScatterControls } from './view-controls.js';
import './runs-view.css';

interface Menu {
  readonly at: PopupAt;
  readonly items: readonly PopupItem[];
}

export function RunsView({ dashboard }: { readonly dashboard: Dashboard }) {
  const found = useRunRows(dashboard);
  const { rows, named } = found;
  const view = dashboard.runsView;
  const selected = useApp((state) => state.selectedRuns);
  const live = useApp((state) => state.session?.start?.runDir);
  const [compared, setCompared] = useState<readonly [string, string]>();
  const [menu, setMenu] = useState<Menu>();
  // The run under way is always drawn.
  const drawn = useMemo(
    () => new Set(selected.concat(named.flatMap(({ run }) => (run.path === live ? [run.id] : [])))),
    [selected, named, live],
  );
  const shown = useMemo(() => {
    const ids = dashboard.columns ?? usualColumns(found.columns, named);
    return ids.flatMap((id) => findColumn(found.columns, id) ?? []);
  }, [dashboard.columns, found.columns, named]);

  const pair = compared?.map((id) => named.find(({ run }) => run.id === id));
  if (pair?.[0] && pair[1]) {
    return <RunsCompared first={pair[0]} second={pair[1]} close={() => setCompared(undefined)} />;
  }
  const ticked = rows.filter(({ run }) => drawn.has(run.id));
  const openMenu = (row: RunRow, at: PopupAt) =>
    setMenu({
      at,
      items: runItems(row, drawn.has(row.run.id), ticked, (id) => setCompared([row.run.id, id])),
    });
  const table = (
    <RunsTable
      rows={rows}
      columns={shown}
      sort={dashboard.sort ?? usualSort}
      drawn={drawn}
      live={live}
      openMenu={openMenu}
    />
  );
  const picture = { found, view, drawn, openMenu };
  return (
    <div className="runs-table-view">
      <div className="runs-table-bar" role="toolbar" aria-label="Runs">
        {view.kind === 'table' && (
          <TableControls found={found} shown={shown} compare={setCompared} ticked={ticked} open={setMenu} />
        )}
        {view.kind === 'parallel' && <ParallelControls found={found} view={view} />}
        {view.kind === 'scatter' && <ScatterControls found={found} view={view} />}
        {view.kind === 'matrix' && <MatrixControls found={found} view={view} />}
        {view.kind === 'importance' && <ImportanceControls found={found} view={view} />}
        <RangeChips found={found} view={view} />
        <span className="runs-table-count">
          {rows.length === named.length ? '' : `${rows.length} of `}
          {named.length} {named.length === 1 ? 'run' : 'runs'}
          {ticked.length > 0 && `, ${ticked.length} drawn`}
        </span>
        {view.kind !== 'table' && rows.length > 0 && ticked.length < rows.length && (
          <button
            className="link-button"
            onClick={() =>
              selectRuns(
                rows.map(({ run }) => run.id),
                true,
              )
            }
          >
            Draw {rows.length === 1 ? 'it' : `all ${rows.length}`}
          </button>
        )}
      </div>
      {rows.length === 0 ? (
        <NothingFits ranged={named.length > 0} />
      ) : view.kind === 'table' ? (
        table
      ) : named.length < 2 ? (
        <OneRun />
      ) : (
        <div className="runs-picture">
          <div className="runs-picture-main">
            {view.kind === 'parallel' && <Parallel {...picture} />}
            {view.kind === 'scatter' && <Scatter {...picture} />}
            {view.kind === 'matrix' && <ScatterMatrix {...picture} />}
            {view.kind === 'importance' && <ImportanceView found={found} view={view} />}
          </div>
          {view.kind !== 'importance' && <div className="runs-picture-table">{table}</div>}
        </div>
      )}
      {menu && <PopupMenu items={menu.items} at={menu.at} close={() => setMenu(undefined)} />}
    </div>
  );
}

function TableControls({
  found,
  shown,
  ticked,
  compare,
  open,
}: {
  readonly found: RunRows;
  readonly shown: readonly RunColumn[];
  readonly ticked: readonly RunRow[];
  compare(pair: readonly [string, string]): void;
  open(menu: Menu): void;
}) {
  const { rows } = found;
  const save: readonly PopupItem[] = [
    { kind: 'item', label: 'Table as CSV…', run: () => void saveText('runs.csv', tableCsv(rows, shown)) },
    { kind: 'item', label: 'Runs as JSON…', run: () => void saveText('runs.json', tableJson(rows)) },
  ];
  return (
    <>
      <button
        className="button"
        disabled={ticked.length !== 2}
        title={ticked.length === 2 ? undefined : 'Tick two runs'}
        onClick={() => compare([ticked[0]!.run.id, ticked[1]!.run.id])}
      >
        Compare two
      </button>
      {(
        [
          ['Columns', columnItems(found.columns, shown)],
          ['Save as', save],
        ] as const
      ).map(([label, items]) => (
        <button
          key={label}
          className="button"
          aria-haspopup="menu"
          onClick={(event) => open({ at: popupAt(event), items })}
        >
          {label}
        </button>
      ))}
    </>
  );
}

/** In a menu there is room for so many. */
const MOST_COLUMN_ITEMS = 40;

/** Those that are shown, and the first of the others; all others are found by typing. */
function columnItems(all: readonly RunColumn[], shown: readonly RunColumn[]): readonly PopupItem[] {
  const ids = shown.map(({ id }) => id);
  const choose = (columns: string[] | undefined) => changeDashboard({ columns });
  const others = all.filter(({ id }) => !ids.includes(id));
  const more = async () => {
    const id = await askColumn('Show a column', others);
    if (id !== undefined) choose([...ids.filter((other) => other !== id), id]);
  };
  return [
    ...[...shown, ...others.slice(0, Math.max(0, MOST_COLUMN_ITEMS - shown.length))].map(
      ({ id, title }): PopupItem => ({
        kind: 'item',
        label: title,
        checked: ids.includes(id),
        disabled: id === 'name',
        run: () => choose(ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id]),
      }),
    ),
    { kind: 'separator' },
    { kind: 'item', label: 'Another Column…', run: () => void more() },
    { kind: 'item', label: 'The Usual Columns', run: () => choose(undefined) },
  ];
}

/** The ranges that leave runs out, each to be changed or taken away. */
function RangeChips({ found, view }: { readonly found: RunRows; readonly view: View }) {
  return Object.entries(view.ranges).map(([id, range]) => {
    const column = findColumn(found.columns, id);
    if (!column) return undefined;
    const words = `${column.title}: ${rangeWords(range, column)}`;
    return (
      <span key={id} className="runs-chip">
        <button
          title={`Only runs with ${words}. Change it`}
          onClick={() => void askRange(columnAxis(column, found.named, view.logarithmic[id]), view.ranges)}
        >
          {words}
        </button>
        <button
          aria-label={`All runs, whatever ${column.title}`}
          title="Take the range away"
          onClick={() => setRange(view.ranges, id, undefined)}
        >
          <Icon name="close" />
        </button>
      </span>
    );
  });
}

function NothingFits({ ranged }: { readonly ranged: boolean }) {
  if (!ranged) {
    return (
      <EmptyState icon="filter">
        No run has such a name. Take away a letter of the filter, or press Escape there.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="filter"
      actions={
        <button className="button" onClick={() => changeRunsView({ ranges: {} })}>
          All runs
        </button>
      }
    >
      No run is within all of the ranges above.
    </EmptyState>
  );
}

function OneRun() {
  return (
    <EmptyState icon="list-tree">
      Runs are compared here, and there is one. Train with other settings: in the run options beside Run, or by{' '}
      <code>backstep run experiment.ts --set rate=0.01</code>; the experiment is handed it as <code>settings.rate</code>
      . Or add a folder of event files with hparams: charts, add, Folder of Event Files.
    </EmptyState>
  );
}
