/** Choosing a folder on the server's machine, where the shell has no dialog of its own: a path to type, a list to walk. */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { messageOf } from '../../src/shared/base/message-of.js';
import { RequestError } from '../state/connection.js';
import { baseName, joinPath } from '../state/paths.js';
import { server } from '../state/server.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icon.js';
import { useApp } from '../use-app.js';
import './folder-dialog.css';

interface Listing {
  readonly path: string;
  readonly parent?: string;
  readonly folders: readonly string[];
}

export function FolderDialog({
  title,
  confirm,
  start,
  answer,
}: {
  title: string;
  confirm: string;
  start?: string;
  answer(path: string | undefined): void;
}) {
  const home = useApp((state) => state.info?.home ?? '');
  const [listing, setListing] = useState<Listing>();
  const [path, setPath] = useState(start ?? home);
  const [failure, setFailure] = useState<string>();
  const [selected, setSelected] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const latest = useRef(0);

  const go = async (to: string, select?: string) => {
    const turn = ++latest.current;
    try {
      const found = await server().request('folders/list', { path: to });
      if (turn !== latest.current) return;
      setListing(found);
      setPath(found.path);
      setFailure(undefined);
      const rows = rowsOf(found);
      setSelected(Math.max(0, select === undefined ? 0 : rows.findIndex((row) => row.name === select)));
    } catch (error) {
      if (turn !== latest.current) return;
      setFailure([messageOf(error), error instanceof RequestError ? error.hint : undefined].filter(Boolean).join(' '));
    }
  };
  useEffect(() => {
    void go(start ?? home);
    // The dialog starts in one place; after that the person walks.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [selected, listing]);

  const rows = listing ? rowsOf(listing) : [];
  const enter = (index: number) => {
    const row = rows[index];
    if (row && listing) void go(row.path, row.name === '..' ? baseName(listing.path) : undefined);
  };
  const up = () => listing?.parent !== undefined && void go(listing.parent, baseName(listing.path));

  const move = (event: KeyboardEvent) => {
    const last = rows.length - 1;
    switch (event.key) {
      case 'ArrowDown':
        setSelected(Math.min(last, selected + 1));
        break;
      case 'ArrowUp':
        setSelected(Math.max(0, selected - 1));
        break;
      case 'PageDown':
        setSelected(Math.min(last, selected + 10));
        break;
      case 'PageUp':
        setSelected(Math.max(0, selected - 10));
        break;
      case 'Home':
        setSelected(0);
        break;
      case 'End':
        setSelected(last);
        break;
      case 'Enter':
      case 'ArrowRight':
        enter(selected);
        break;
      case 'Backspace':
      case 'ArrowLeft':
        up();
        break;
      default: {
        if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
        const letter = event.key.toLowerCase();
        const order = rows.map((_, index) => (selected + 1 + index) % rows.length);
        const next = order.find((index) => rows[index]?.name.toLowerCase().startsWith(letter));
        if (next === undefined) return;
        setSelected(next);
      }
    }
    event.preventDefault();
  };

  const chosen = path.trim();
  return (
    <Dialog
      title={title}
      width={600}
      close={() => answer(undefined)}
      submit={() => {
        if (listing && chosen === listing.path) answer(listing.path);
        else void go(chosen);
      }}
      buttons={
        <>
          <button type="button" className="button" onClick={() => answer(undefined)}>
            Cancel
          </button>
          <button type="submit" className="button" data-kind="primary" disabled={chosen === ''}>
            {listing && chosen === listing.path ? confirm : 'Go There'}
          </button>
        </>
      }
    >
      <div className="folder-path">
        <button
          type="button"
          className="icon-button"
          title="Home folder"
          aria-label="Home folder"
          onClick={() => void go(home)}
        >
          <Icon name="home" />
        </button>
        <button
          type="button"
          className="icon-button"
          title="Up one folder"
          aria-label="Up one folder"
          disabled={listing?.parent === undefined}
          onClick={up}
        >
          <Icon name="arrow-up" />
        </button>
        <input
          className="input"
          aria-label="Path of the folder"
          spellCheck={false}
          value={path}
          aria-invalid={failure !== undefined}
          onChange={(event) => {
            // A listing that is still on its way must not take away what is being typed.
            latest.current++;
            setPath(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return;
            event.preventDefault();
            list.current?.focus();
          }}
        />
      </div>
      <div
        className="folder-list"
        ref={list}
        role="listbox"
        tabIndex={0}
        data-autofocus
        aria-label={listing ? `Folders in ${listing.path}` : 'Folders'}
        aria-activedescendant={rows[selected] ? `folder-row-${selected}` : undefined}
        onKeyDown={move}
      >
        {rows.map((row, index) => (
          <div
            key={row.path}
            id={`folder-row-${index}`}
            className="folder-row"
            role="option"
            aria-selected={index === selected}
            onPointerDown={() => setSelected(index)}
            onDoubleClick={() => enter(index)}
          >
            <Icon name={row.name === '..' ? 'arrow-up' : 'folder'} />
            <span>{row.name === '..' ? 'Up one folder' : row.name}</span>
          </div>
        ))}
        {listing && listing.folders.length === 0 && <div className="folder-none">No folders in here.</div>}
      </div>
      <div className="field-error" role="alert">
        {failure}
      </div>
      <p className="dialog-dim">
        Enter or double-click goes into a folder; “{confirm}” takes the one whose path stands above.
      </p>
    </Dialog>
  );
}

function rowsOf(listing: Listing): readonly { readonly name: string; readonly path: string }[] {
  return [
    ...(listing.parent === undefined ? [] : [{ name: '..', path: listing.parent }]),
    ...listing.folders.map((name) => ({ name, path: joinPath(listing.path, name) })),
  ];
}
