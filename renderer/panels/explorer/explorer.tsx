/** The workspace's files as a tree; the keyboard of every file tree. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import { mayBeModelFile, mayBeTrainedOn } from '../../../src/shared/models/model-file-names.js';
import { openFile, openToTheRight } from '../../state/file-actions.js';
import { compareGraphOf, originOfFile } from '../../state/graph-comparison.js';
import { openModelFile } from '../../state/opened-model.js';
import { trainModel } from '../../state/train-model.js';
import { joinPath } from '../../state/paths.js';
import { EmptyState } from '../../ui/empty-state.js';
import { Icon } from '../../ui/icon.js';
import { PopupMenu, popupAt, type PopupAt, type PopupItem } from '../../ui/popup-menu.js';
import { useApp } from '../../use-app.js';
import {
  createEntry,
  deleteEntry,
  explorerStore,
  refreshTree,
  renameEntry,
  revealInTree,
  select,
  setExpanded,
  showTree,
} from './explorer-store.js';
import { iconOf, keyTarget, parentOf, rowsOf, type Row } from './tree.js';
import './explorer.css';

const ROW_HEIGHT = 22;

export function Explorer() {
  const workspace = useApp((state) => state.workspace);
  const activeFile = useApp((state) => state.activeFile);
  const { listings, expanded, selected, failure } = useStore(explorerStore);
  const rows = useMemo(() => rowsOf(listings, expanded), [listings, expanded]);
  const scroller = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<{ readonly at: PopupAt; readonly row?: Row }>();

  const path = workspace?.path;
  useEffect(() => {
    if (path) void showTree(path);
  }, [path]);
  useEffect(() => {
    if (activeFile) revealInTree(activeFile);
  }, [activeFile]);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const index = rows.findIndex((row) => row.entry.path === selected);
  useEffect(() => {
    if (index >= 0) virtual.scrollToIndex(index);
    // Only a new selection scrolls; listing a folder does not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected, index >= 0]);

  const dirtyFiles = useApp((state) => state.openFiles);
  const dirty = useMemo(() => new Set(dirtyFiles.filter((file) => file.dirty).map((file) => file.path)), [dirtyFiles]);
  if (!workspace) return null;

  const activate = (row: Row, focus: boolean) => {
    select(row.entry.path);
    if (row.entry.kind === 'folder') setExpanded(row.entry.path, !row.expanded);
    else void openFile(joinPath(workspace.path, row.entry.path), { focus });
  };

  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[index];
    switch (event.key) {
      case 'Enter':
        if (row) activate(row, true);
        break;
      case ' ':
        if (row) activate(row, false);
        break;
      case 'ArrowRight':
        if (row?.entry.kind !== 'folder') return;
        if (!row.expanded) setExpanded(row.entry.path, true);
        else if (rows[index + 1]?.depth === row.depth + 1) select(rows[index + 1]?.entry.path);
        break;
      case 'ArrowLeft':
        if (row?.expanded) setExpanded(row.entry.path, false);
        else if (row && row.depth > 0) select(parentOf(row.entry.path));
        break;
      case 'F2':
        if (row) void renameEntry(row.entry);
        break;
      case 'Delete':
        if (row) void deleteEntry(row.entry);
        break;
      default: {
        const target = keyTarget(
          event.key,
          rows,
          index,
          Math.floor((scroller.current?.clientHeight ?? 200) / ROW_HEIGHT),
        );
        if (target === undefined) return;
        select(rows[target]?.entry.path);
      }
    }
    event.preventDefault();
  };

  const menuItems = (row: Row | undefined): PopupItem[] => {
    const folder = row === undefined ? '' : row.entry.kind === 'folder' ? row.entry.path : parentOf(row.entry.path);
    return [
      { kind: 'item', label: 'New File…', run: () => void createEntry('file', folder) },
      { kind: 'item', label: 'New Folder…', run: () => void createEntry('folder', folder) },
      { kind: 'separator' },
      ...(row
        ? ([
            ...(row.entry.kind === 'file'
              ? ([
                  {
                    kind: 'item',
                    label: 'Open to the Right',
                    run: () => void openToTheRight(joinPath(workspace.path, row.entry.path)),
                  },
                  ...(mayBeModelFile(row.entry.name)
                    ? ([
                        {
                          kind: 'item',
                          label: 'Open as Model Graph',
                          run: () => void openModelFile(joinPath(workspace.path, row.entry.path)),
                        },
                      ] satisfies PopupItem[])
                    : []),
                  ...comparing(joinPath(workspace.path, row.entry.path)),
                  ...(mayBeTrainedOn(row.entry.name)
                    ? ([
                        {
                          kind: 'item',
                          label: 'Train This Model…',
                          run: () => void trainModel(joinPath(workspace.path, row.entry.path)),
                        },
                      ] satisfies PopupItem[])
                    : []),
                ] satisfies PopupItem[])
              : []),
            { kind: 'item', label: 'Rename…', key: 'F2', run: () => void renameEntry(row.entry) },
            { kind: 'item', label: 'Delete', key: 'Del', run: () => void deleteEntry(row.entry) },
            { kind: 'separator' },
            {
              kind: 'item',
              label: 'Copy Path',
              run: () => void navigator.clipboard.writeText(joinPath(workspace.path, row.entry.path)),
            },
          ] satisfies PopupItem[])
        : ([{ kind: 'item', label: 'Refresh', run: () => void refreshTree() }] satisfies PopupItem[])),
    ];
  };

  if (failure) return <EmptyState icon="error">{failure}</EmptyState>;
  const root = listings.get('');
  if (root?.length === 0) {
    return (
      <EmptyState
        icon="files"
        actions={
          <button className="button" data-kind="primary" onClick={() => void createEntry('file', '')}>
            New File…
          </button>
        }
      >
        This folder is empty. Make an experiment: a TypeScript file whose default export is{' '}
        <code>defineExperiment</code>.
      </EmptyState>
    );
  }

  return (
    <div
      className="tree"
      ref={scroller}
      role="tree"
      aria-label={`Files of ${workspace.name}`}
      tabIndex={0}
      data-autofocus
      aria-activedescendant={index >= 0 ? `tree-${index}` : undefined}
      onKeyDown={press}
      onFocus={() => index < 0 && select(rows[0]?.entry.path)}
      onContextMenu={(event) => {
        event.preventDefault();
        const fromKeys = event.clientX === 0 && event.clientY === 0;
        const row = fromKeys ? rows[index] : undefined;
        setMenu({ at: popupAt(event, fromKeys ? document.getElementById(`tree-${index}`) : undefined), row });
      }}
    >
      <div className="tree-space" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const full = joinPath(workspace.path, row.entry.path);
          const isExperiment = workspace.experiments.includes(full);
          return (
            <div
              key={row.entry.path}
              id={`tree-${item.index}`}
              className="tree-row"
              role="treeitem"
              aria-level={row.depth + 1}
              aria-expanded={row.entry.kind === 'folder' ? row.expanded : undefined}
              aria-selected={row.entry.path === selected}
              data-experiment={isExperiment || undefined}
              title={isExperiment ? `${row.entry.path} – an experiment: F5 trains it` : row.entry.path}
              style={{ top: item.start, paddingLeft: 6 + row.depth * 10 }}
              onClick={() => activate(row, false)}
              onDoubleClick={() => row.entry.kind === 'file' && activate(row, true)}
              onContextMenu={(event) => {
                event.preventDefault();
                event.stopPropagation();
                select(row.entry.path);
                setMenu({ at: popupAt(event), row });
              }}
            >
              <span
                className={`tree-twist codicon ${row.entry.kind === 'folder' ? (row.expanded ? 'codicon-chevron-down' : 'codicon-chevron-right') : ''}`}
              />
              <Icon name={iconOf(row, isExperiment)} />
              <span className="tree-name">{row.entry.name}</span>
              {dirty.has(full) && <span className="tree-dirty" title="Not saved" />}
            </div>
          );
        })}
      </div>
      {menu && <PopupMenu items={menuItems(menu.row)} at={menu.at} close={() => setMenu(undefined)} />}
    </div>
  );
}

/** Of what holds a graph. */
function comparing(path: string): PopupItem[] {
  const origin = originOfFile(path);
  return origin ? [{ kind: 'item', label: 'Compare Graph with…', run: () => void compareGraphOf(origin) }] : [];
}
