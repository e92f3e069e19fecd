/**
 * A tree of values as VS Code's Variables view: lazily opened by arrow keys and pointer, changed with F2 or
 * Enter, drawn as far as it is in sight. Knows no debugger; what it does is handed in.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useId, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { useStore } from 'zustand';
import { messageOf } from '../../src/shared/base/message-of.js';
import { rowsOf, type TreeRow, type ValueTree } from '../state/value-tree.js';
import { Icon } from '../ui/icon.js';
import { PopupMenu, popupAt, type PopupAt, type PopupItem } from '../ui/popup-menu.js';
import { Spark } from './spark.js';
import './value-tree.css';

const ROW_HEIGHT = 22;
const INDENT = 12;

interface Props {
  readonly tree: ValueTree;
  readonly label: string;
  /** Shown dim: of a stop that is over. */
  readonly old?: boolean;
  /** Rows beyond which it scrolls; as many as leave the rest of a side bar its room where none is given. */
  readonly most?: number;
  readonly isEditable?: (row: TreeRow) => boolean;
  /** What the field begins with. */
  readonly textOf?: (row: TreeRow) => string;
  /** @throws Error that says why it cannot be this */
  readonly change?: (row: TreeRow, text: string) => Promise<void>;
  readonly remove?: (row: TreeRow) => void;
  /** Opens a tensor in the viewer. */
  readonly view?: (row: TreeRow) => void;
  readonly menu?: (row: TreeRow) => readonly PopupItem[];
}

function rowsThatFit(): number {
  return typeof window === 'undefined' ? 18 : Math.max(6, Math.floor((window.innerHeight * 0.38) / ROW_HEIGHT));
}

interface Editing {
  readonly path: string;
  readonly text: string;
  readonly failure?: string;
}

export function ValueTreeView({
  tree,
  label,
  old,
  most = rowsThatFit(),
  isEditable,
  textOf,
  change,
  remove,
  view,
  menu,
}: Props) {
  const state = useStore(tree.store);
  const rows = useMemo(() => rowsOf(state), [state]);
  const [selected, setSelected] = useState<string>();
  const [editing, setEditing] = useState<Editing>();
  const [popup, setPopup] = useState<{ readonly items: readonly PopupItem[]; readonly at: PopupAt }>();
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
    initialRect: { width: 300, height: ROW_HEIGHT * most },
  });
  const at = rows.findIndex((row) => row.path === selected);

  const go = (to: number) => {
    const row = rows[Math.min(Math.max(to, 0), rows.length - 1)];
    if (!row) return;
    setSelected(row.path);
    virtual.scrollToIndex(rows.indexOf(row));
  };
  const open = (row: TreeRow, wanted: boolean) => void tree.setOpen(row, wanted);
  const edit = (row: TreeRow) => {
    if (old || !change || !isEditable?.(row)) return false;
    setSelected(row.path);
    setEditing({ path: row.path, text: textOf?.(row) ?? row.value });
    return true;
  };
  const look = (row: TreeRow) => {
    if (!view || !row.tensor) return false;
    view(row);
    return true;
  };
  const leaveField = () => {
    setEditing(undefined);
    requestAnimationFrame(() => scroller.current?.focus());
  };
  const keep = async (row: TreeRow, text: string) => {
    try {
      await change?.(row, text);
      leaveField();
    } catch (error) {
      setEditing({ path: row.path, text, failure: messageOf(error) });
    }
  };

  const press = (event: KeyboardEvent) => {
    const row = rows[at];
    switch (event.key) {
      case 'ArrowDown':
        go(at + 1);
        break;
      case 'ArrowUp':
        go(at < 0 ? rows.length - 1 : at - 1);
        break;
      case 'PageDown':
        go(at + most - 1);
        break;
      case 'PageUp':
        go(at - most + 1);
        break;
      case 'Home':
        go(0);
        break;
      case 'End':
        go(rows.length - 1);
        break;
      case 'ArrowRight':
        if (row?.reference && !row.open) open(row, true);
        else if (row?.open) go(at + 1);
        break;
      case 'ArrowLeft':
        if (row?.open) open(row, false);
        else if (row) go(rows.findLastIndex((other, index) => index < at && other.depth < row.depth));
        break;
      case 'Enter':
        if (row && !look(row) && !edit(row) && row.reference) open(row, !row.open);
        break;
      case 'F2':
        if (row) edit(row);
        break;
      case ' ':
        if (row?.reference) open(row, !row.open);
        break;
      case 'Delete':
      case 'Backspace':
        if (row) remove?.(row);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const showMenu = (event: MouseEvent<HTMLElement>, row: TreeRow | undefined) => {
    event.preventDefault();
    if (!row) return;
    setSelected(row.path);
    const more = menu?.(row) ?? [];
    const items: PopupItem[] = [
      ...(view && row.tensor
        ? [{ kind: 'item', label: 'View Tensor', key: 'Enter', run: () => view(row) } as const]
        : []),
      ...(isEditable?.(row) && !old
        ? [{ kind: 'item', label: 'Change Value…', key: 'F2', run: () => void edit(row) } as const]
        : []),
      ...more,
      { kind: 'item', label: 'Copy Value', run: () => void navigator.clipboard.writeText(row.value) },
    ];
    const drawn = document.getElementById(`${id}-${rows.indexOf(row)}`);
    setPopup({ items, at: popupAt(event, drawn) });
  };

  return (
    <>
      <div
        className="value-tree selectable"
        role="tree"
        aria-label={label}
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        tabIndex={0}
        ref={scroller}
        data-old={old || undefined}
        style={{ height: Math.min(rows.length, most) * ROW_HEIGHT }}
        onKeyDown={press}
        onFocus={(event) => {
          if (at < 0 && event.target === event.currentTarget) setSelected(rows[0]?.path);
        }}
        onContextMenu={(event) => showMenu(event, rows[at])}
      >
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <div
                  key={row.path}
                  id={`${id}-${item.index}`}
                  className="value-row"
                  role="treeitem"
                  aria-level={row.depth + 1}
                  aria-selected={row.path === selected}
                  aria-expanded={row.reference > 0 ? row.open : undefined}
                  data-heading={row.heading || undefined}
                  data-failed={row.failed || undefined}
                  data-changed={row.changed || undefined}
                  style={{ transform: `translateY(${item.start}px)`, paddingLeft: 6 + row.depth * INDENT }}
                  title={row.value === '' ? undefined : `${row.name}: ${row.value.slice(0, 800)}`}
                  onClick={() => {
                    setSelected(row.path);
                    if (row.reference > 0 && window.getSelection()?.isCollapsed !== false) open(row, !row.open);
                  }}
                  onMouseDown={(event) => {
                    // A second click views the tensor, rather than marking the word under the pointer.
                    if (event.detail > 1 && row.tensor) event.preventDefault();
                  }}
                  onDoubleClick={() => look(row) || edit(row)}
                  onContextMenu={(event) => {
                    event.stopPropagation();
                    showMenu(event, row);
                  }}
                >
                  <Icon
                    name={row.loading ? 'loading' : row.open ? 'chevron-down' : 'chevron-right'}
                    className={row.loading ? 'codicon-modifier-spin' : row.reference > 0 ? undefined : 'no-twistie'}
                  />
                  {editing?.path === row.path ? (
                    <ValueField
                      name={row.name}
                      editing={editing}
                      type={(text) => setEditing({ path: row.path, text })}
                      keep={(text) => void keep(row, text)}
                      leave={leaveField}
                    />
                  ) : (
                    <>
                      {row.name !== '' && <span className="value-name">{row.name}</span>}
                      {row.value !== '' && <ValueText row={row} />}
                      {view && row.tensor && (
                        <button
                          className="icon-button value-action"
                          title="View tensor (Enter)"
                          aria-label={`View ${row.name || 'the result'}`}
                          tabIndex={-1}
                          onClick={(event) => {
                            event.stopPropagation();
                            setSelected(row.path);
                            view(row);
                          }}
                        >
                          <Icon name="symbol-array" />
                        </button>
                      )}
                      {remove && row.depth === 0 && (
                        <button
                          className="icon-button value-action"
                          title="Remove"
                          aria-label={`Remove ${row.name}`}
                          tabIndex={-1}
                          onClick={(event) => {
                            event.stopPropagation();
                            remove(row);
                          }}
                        >
                          <Icon name="close" />
                        </button>
                      )}
                    </>
                  )}
                </div>
              )
            );
          })}
        </div>
      </div>
      {editing?.failure !== undefined && (
        <p className="value-failure" role="alert">
          {editing.failure}
        </p>
      )}
      {popup && <PopupMenu items={popup.items} at={popup.at} close={() => setPopup(undefined)} />}
    </>
  );
}

/** What kind of thing a value is, for its colour. */
function kindOf({ value, type }: TreeRow): string {
  if (type === 'number' || type === 'bigint') return Number.isFinite(Number(value)) ? 'number' : 'wrong';
  if (type === 'string' || type === 'boolean') return type;
  return value.startsWith('Tensor ') ? 'tensor' : 'other';
}

/** Of a tensor, dtype and shape stand apart from what is in it. */
function ValueText({ row }: { row: TreeRow }) {
  const kind = kindOf(row);
  const tensor = kind === 'tensor' ? /^Tensor (\S+) ([^\s·]+)\s*(?:·\s*)?(.*)$/s.exec(row.value) : undefined;
  return (
    <span className="value-text" data-kind={kind}>
      {tensor ? (
        <>
          <span className="value-shape">{tensor[2]}</span>{' '}
          {row.tensor?.spark && row.tensor.spark.length > 1 && (
            <>
              <Spark counts={row.tensor.spark} width={44} height={12} />{' '}
            </>
          )}
          <span className="value-dtype">{tensor[1]}</span>{' '}
          <span data-wrong={/not finite|NaN|Infinity/.test(tensor[3] ?? '') || undefined}>{tensor[3]}</span>
        </>
      ) : (
        row.value
      )}
    </span>
  );
}

function ValueField({
  name,
  editing,
  type,
  keep,
  leave,
}: {
  name: string;
  editing: Editing;
  type(text: string): void;
  keep(text: string): void;
  leave(): void;
}) {
  return (
    <>
      <span className="value-name">{name}</span>
      <input
        className="input value-field"
        autoFocus
        spellCheck={false}
        aria-label={`Value of ${name}`}
        aria-invalid={editing.failure !== undefined}
        value={editing.text}
        onFocus={(event) => event.target.select()}
        onChange={(event) => type(event.target.value)}
        onClick={(event) => event.stopPropagation()}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter') keep(editing.text);
          else if (event.key === 'Escape') leave();
          else return;
          event.preventDefault();
        }}
        onBlur={() => {
          if (editing.failure === undefined) leave();
        }}
      />
    </>
  );
}
