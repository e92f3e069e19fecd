/** All runs as a table: their settings and last values, sorted, filtered, with the columns that the person chose. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { host } from '../../host/index.js';
import { notify } from '../../state/app-state.js';
import { ask, confirm } from '../../state/dialogs.js';
import { changeDashboard, dashboardsStore, noteRun } from '../../state/dashboards.js';
import type { Dashboard } from '../../state/dashboard-schema.js';
import { hparamsStore, settingNames, settingsOf } from '../../state/run-settings.js';
import { runColour } from '../../state/runs-colours.js';
import { deleteRun, isAdded, renameRun, runsStore, selectRun, selectRuns } from '../../state/runs-sync.js';
import { EmptyState } from '../../ui/empty-state.js';
import { Icon } from '../../ui/icon.js';
import { PopupMenu, popupAt, type PopupAt, type PopupItem } from '../../ui/popup-menu.js';
import { useApp } from '../../use-app.js';
import { pattern } from './chart-list.js';
import {
  allColumns,
  sortRuns,
  tableCsv,
  tableJson,
  usualColumns,
  usualSort,
  type RunColumn,
  type RunRow,
} from './run-columns.js';
import { RunsCompared } from './runs-compared.js';
import './runs-table.css';

const ROW = 24;

export function RunsTable({ dashboard }: { readonly dashboard: Dashboard }) {
  const { rows, columns, all } = useTable(dashboard);
  const selected = useApp((state) => state.selectedRuns);
  const colours = useStore(runsStore, (state) => state.colours);
  const [compared, setCompared] = useState<readonly [string, string]>();
  const [menu, setMenu] = useState<{ readonly at: PopupAt; readonly items: readonly PopupItem[] }>();
  const area = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => area.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  const sort = dashboard.sort ?? usualSort;
  // The run under way is always drawn.
  const live = useApp((state) => state.session?.start?.runDir);
  const drawn = new Set(selected.concat(rows.flatMap(({ run }) => (run.path === live ? [run.id] : []))));
  const ticked = rows.filter(({ run }) => drawn.has(run.id));

  const pair = compared?.map((id) => rows.find(({ run }) => run.id === id));
  if (pair?.[0] && pair[1]) {
    return <RunsCompared first={pair[0]} second={pair[1]} close={() => setCompared(undefined)} />;
  }
  const virtualRows = virtualizer.getVirtualItems();
  const before = virtualRows[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (virtualRows.at(-1)?.end ?? 0);
  return (
    <div className="runs-table-view">
      <div className="runs-table-bar">
        <button
          className="button"
          disabled={ticked.length !== 2}
          title={ticked.length === 2 ? undefined : 'Tick two runs'}
          onClick={() => setCompared([ticked[0]!.run.id, ticked[1]!.run.id])}
        >
          Compare two
        </button>
        <button
          className="button"
          aria-haspopup="menu"
          onClick={(event) =>
            setMenu({
              at: popupAt(event),
              items: columnItems(all, columns, (ids) => changeDashboard({ columns: ids })),
            })
          }
        >
          Columns
        </button>
        <button
          className="button"
          aria-haspopup="menu"
          onClick={(event) =>
            setMenu({
              at: popupAt(event),
              items: [
                { kind: 'item', label: 'Table as CSV…', run: () => void save('runs.csv', tableCsv(rows, columns)) },
                { kind: 'item', label: 'Runs as JSON…', run: () => void save('runs.json', tableJson(rows)) },
              ],
            })
          }
        >
          Save as
        </button>
        <span className="runs-table-count">
          {rows.length} {rows.length === 1 ? 'run' : 'runs'}
          {ticked.length > 0 && `, ${ticked.length} drawn`}
        </span>
      </div>
      {rows.length === 0 ? (
        <EmptyState icon="filter">
          No run has such a name. Take away a letter of the filter, or press Escape there.
        </EmptyState>
      ) : (
        <div className="runs-table-area" ref={area}>
          <table className="runs-table" aria-rowcount={rows.length + 1}>
            <thead>
              <tr>
                <th className="runs-table-tick" scope="col">
                  <input
                    type="checkbox"
                    aria-label="Draw the curves of all runs in the table"
                    checked={ticked.length === rows.length}
                    onChange={(event) =>
                      selectRuns(
                        rows.map(({ run }) => run.id),
                        event.target.checked,
                      )
                    }
                  />
                </th>
                {columns.map((column) => (
                  <th
                    key={column.id}
                    scope="col"
                    data-numeric={column.numeric || undefined}
                    aria-sort={sort.column !== column.id ? undefined : sort.descending ? 'descending' : 'ascending'}
                  >
                    <button
                      title={`Sort by ${column.title}`}
                      onClick={() =>
                        changeDashboard({
                          sort: {
                            column: column.id,
                            descending: sort.column === column.id ? !sort.descending : column.numeric,
                          },
                        })
                      }
                    >
                      {column.title}
                      {sort.column === column.id && <Icon name={sort.descending ? 'arrow-down' : 'arrow-up'} />}
                    </button>
                  </th>
                ))}
                <th aria-label="More" />
              </tr>
            </thead>
            <tbody>
              {before > 0 && <tr style={{ height: before }} aria-hidden />}
              {virtualRows.map(({ index }) => {
                const row = rows[index]!;
                const on = drawn.has(row.run.id);
                const open = (at: PopupAt) =>
                  setMenu({ at, items: rowItems(row, on, ticked, (id) => setCompared([row.run.id, id])) });
                return (
                  <tr
                    key={row.run.id}
                    aria-rowindex={index + 2}
                    data-archived={row.notes.archived || undefined}
                    onContextMenu={(event) => {
                      event.preventDefault();
                      open(popupAt(event));
                    }}
                  >
                    <td className="runs-table-tick">
                      <input
                        type="checkbox"
                        aria-label={`Draw the curves of ${row.run.name}`}
                        checked={on}
                        disabled={row.run.path === live}
                        style={{ accentColor: runColour(colours[row.run.id]) }}
                        onChange={(event) => selectRun(row.run.id, event.target.checked)}
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
                        aria-label={`More about ${row.run.name}`}
                        aria-haspopup="menu"
                        onClick={(event) => open(popupAt(event))}
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
      )}
      {menu && <PopupMenu items={menu.items} at={menu.at} close={() => setMenu(undefined)} />}
    </div>
  );
}

function useTable(dashboard: Dashboard): {
  readonly rows: readonly RunRow[];
  readonly columns: readonly RunColumn[];
  readonly all: readonly RunColumn[];
} {
  const runs = useApp((state) => state.runs);
  const sessions = useStore(hparamsStore, (state) => state.sessions);
  const notes = useStore(dashboardsStore, (state) => state.runNotes);
  const { runs: filter, showArchived, columns: chosen, sort = usualSort } = dashboard;
  return useMemo(() => {
    const { matches } = pattern(filter);
    const rows = runs
      .map((run): RunRow => ({ run, settings: settingsOf(run, sessions), notes: notes[run.id] ?? {} }))
      .filter(({ run, notes: { archived, tags = [] } }) => {
        if (archived && !showArchived) return false;
        return matches(run.name) || matches(run.id) || tags.some((tag) => matches(tag));
      });
    const all = allColumns(rows, settingNames(runs, sessions));
    const ids = chosen ?? usualColumns(all, rows);
    const columns = ids.flatMap((id) => all.find((one) => one.id === id) ?? []);
    const by = all.find(({ id }) => id === sort.column) ?? all.find(({ id }) => id === 'created')!;
    return { rows: sortRuns(rows, by, sort.descending), columns, all };
  }, [runs, sessions, notes, filter, showArchived, chosen, sort.column, sort.descending]);
}

/** In a menu there is room for so many. */
const MOST_COLUMN_ITEMS = 60;

function columnItems(
  all: readonly RunColumn[],
  shown: readonly RunColumn[],
  choose: (ids: string[] | undefined) => void,
): readonly PopupItem[] {
  const ids = shown.map(({ id }) => id);
  return [
    ...all.slice(0, MOST_COLUMN_ITEMS).map(({ id, title }): PopupItem => ({
      kind: 'item',
      label: title,
      checked: ids.includes(id),
      disabled: id === 'name',
      run: () => choose(ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id]),
    })),
    { kind: 'separator' },
    { kind: 'item', label: 'The Usual Columns', run: () => choose(undefined) },
  ];
}

function rowItems(
  { run, notes }: RunRow,
  drawn: boolean,
  ticked: readonly RunRow[],
  compareWith: (id: string) => void,
): readonly PopupItem[] {
  const item = (label: string, act: () => void, disabled = false): PopupItem => ({
    kind: 'item',
    label,
    disabled,
    run: act,
  });
  const other = ticked.find((row) => row.run.id !== run.id)?.run;
  const running = run.status === 'running';
  return [
    item(drawn ? 'Hide Curves' : 'Show Curves', () => selectRun(run.id, !drawn)),
    item(
      other ? `Compare with ${other.name}` : 'Compare with… (tick another run)',
      () => compareWith(other!.id),
      !other,
    ),
    { kind: 'separator' },
    item('Rename…', () => void rename(run.id, run.name), running || isAdded(run)),
    item('Tags…', () => void editTags(run.id, run.name, notes.tags ?? [])),
    item('Note…', () => void editNote(run.id, run.name, notes.note ?? '')),
    item(notes.archived ? 'Take Out of the Archive' : 'Archive', () => {
      noteRun(run.id, { archived: !notes.archived });
      if (!notes.archived) selectRun(run.id, false);
    }),
    item('Delete…', () => void remove(run.id, run.name), running || isAdded(run)),
  ];
}

async function rename(id: string, name: string): Promise<void> {
  const typed = await ask({ kind: 'text', title: `Rename ${name}`, label: 'Name', value: name, confirm: 'Rename' });
  if (typed === undefined || typed.trim() === '' || typed.trim() === name) return;
  await told('The run could not be renamed.', renameRun(id, typed.trim()));
}

async function editTags(id: string, name: string, tags: readonly string[]): Promise<void> {
  const typed = await ask({
    kind: 'text',
    title: `Tags of ${name}`,
    label: 'Words, by commas',
    value: tags.join(', '),
  });
  if (typed === undefined) return;
  const words = typed.split(',').map((word) => word.trim());
  noteRun(id, { tags: [...new Set(words.filter((word) => word !== ''))] });
}

async function editNote(id: string, name: string, note: string): Promise<void> {
  const typed = await ask({ kind: 'text', title: `Note about ${name}`, label: 'Note', value: note });
  if (typed !== undefined) noteRun(id, { note: typed.trim() === '' ? undefined : typed.trim() });
}

async function remove(id: string, name: string): Promise<void> {
  const sure = await confirm(
    `Delete ${name}?`,
    'Its curves and weights are moved to .backstep/trash in this folder, from where they can be taken back.',
    'Delete',
    'danger',
  );
  if (sure) await told('The run could not be deleted.', deleteRun(id));
}

async function save(name: string, text: string): Promise<void> {
  const type = name.endsWith('.csv') ? 'text/csv' : 'application/json';
  await told(`${name} could not be saved.`, host.saveFile(name, new Blob([text], { type })));
}

async function told(message: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    notify({ severity: 'error', message, detail: error instanceof Error ? error.message : String(error) });
  }
}
