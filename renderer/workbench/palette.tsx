/** Commands, files, recent folders and lines in one box: `>` for commands, `:` for a line, else files. */
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { host } from '../host/index.js';
import { appStore } from '../state/app-state.js';
import { allCommands, canRun, runCommand, shownKeys } from '../state/commands.js';
import { openFile } from '../state/file-actions.js';
import { baseName, folderName, joinPath } from '../state/paths.js';
import { workspaceFiles } from '../state/workspace-files.js';
import { fuzzyMatch } from './fuzzy.js';
import { forPerson } from './keys.js';
import './palette.css';

interface Item {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
  readonly key?: string;
  readonly at: readonly number[];
  choose(): void;
}

const MOST_SHOWN = 200;
const recentKey = 'backstep.recentCommands';

export function Palette({ prefix, close }: { prefix: '>' | ''; close(): void }) {
  const [text, setText] = useState<string>(prefix);
  const [files, setFiles] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<string>();
  const [selected, setSelected] = useState(0);
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const listId = useId();
  const workspace = appStore.getState().workspace;

  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    let gone = false;
    workspaceFiles().then(
      (found) => !gone && setFiles(found),
      (error: unknown) => !gone && setFailure(String(error instanceof Error ? error.message : error)),
    );
    return () => {
      gone = true;
    };
  }, []);

  const items = useMemo(() => {
    if (text.startsWith('>') || (!workspace && !text.startsWith(':'))) return commandItems(text.replace(/^>/, ''));
    if (text.startsWith(':')) return lineItems(text.slice(1));
    return workspace ? fileItems(workspace.path, files, text) : [];
  }, [text, files, workspace]);
  useEffect(() => setSelected(0), [text]);
  useEffect(() => {
    list.current?.children[selected]?.scrollIntoView({ block: 'nearest' });
  }, [selected, items]);

  const choose = (item: Item | undefined) => {
    if (!item) return;
    close();
    item.choose();
  };
  const move = (event: KeyboardEvent) => {
    const last = items.length - 1;
    const to = {
      ArrowDown: selected >= last ? 0 : selected + 1,
      ArrowUp: selected <= 0 ? last : selected - 1,
      PageDown: Math.min(last, selected + 10),
      PageUp: Math.max(0, selected - 10),
    }[event.key];
    if (to !== undefined) setSelected(to);
    else if (event.key === 'Enter') choose(items[selected]);
    else return;
    event.preventDefault();
  };

  return (
    <dialog
      className="palette"
      ref={dialog}
      aria-label="Command palette"
      onCancel={(event) => (event.preventDefault(), close())}
      onPointerDown={(event) => event.target === dialog.current && close()}
    >
      <div className="palette-box">
        <input
          className="input"
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={items[selected] ? `${listId}-${selected}` : undefined}
          aria-label="Name of a file, > for commands, : for a line"
          placeholder={workspace ? 'Go to file. Type > for commands, : for a line' : 'Type a command'}
          value={text}
          spellCheck={false}
          autoFocus
          onChange={(event) => setText(event.target.value)}
          onKeyDown={move}
        />
        <div className="palette-list" role="listbox" id={listId} ref={list} aria-label="Matches">
          {items.slice(0, MOST_SHOWN).map((item, index) => (
            <div
              key={item.id}
              id={`${listId}-${index}`}
              className="palette-item"
              role="option"
              aria-selected={index === selected}
              onPointerMove={() => index !== selected && setSelected(index)}
              onClick={() => choose(item)}
            >
              <span className="palette-label">
                <Marked text={item.label} at={item.at} />
                {item.detail && <span className="palette-detail">{item.detail}</span>}
              </span>
              {item.key && <kbd>{item.key}</kbd>}
            </div>
          ))}
        </div>
        {items.length === 0 && (
          <div className="palette-none">{failure ?? 'Nothing matches. Type > to search the commands.'}</div>
        )}
      </div>
    </dialog>
  );
}

function Marked({ text, at }: { text: string; at: readonly number[] }) {
  if (at.length === 0) return <>{text}</>;
  const marked = new Set(at);
  return <>{[...text].map((letter, index) => (marked.has(index) ? <mark key={index}>{letter}</mark> : letter))}</>;
}

function commandItems(query: string): readonly Item[] {
  const recent = recentCommands();
  return allCommands()
    .filter((command) => canRun(command.id))
    .flatMap((command) => {
      const match = fuzzyMatch(query, command.title);
      return match ? [{ command, match, rank: recent.indexOf(command.id) }] : [];
    })
    .sort(
      (a, b) =>
        b.match.score - a.match.score ||
        (a.rank < 0 ? Infinity : a.rank) - (b.rank < 0 ? Infinity : b.rank) ||
        a.command.title.localeCompare(b.command.title),
    )
    .map(({ command, match }) => ({
      id: command.id,
      label: command.title,
      key: shownKeys(command)
        .slice(0, 1)
        .map((key) => forPerson(key, host.isMac))[0],
      at: match.at,
      choose: () => {
        localStorage.setItem(
          recentKey,
          JSON.stringify([command.id, ...recent.filter((id) => id !== command.id)].slice(0, 12)),
        );
        void runCommand(command.id);
      },
    }));
}

function recentCommands(): readonly string[] {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(recentKey) ?? '[]');
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch (error) {
    console.warn('the list of recent commands is damaged and was left aside', error);
    return [];
  }
}

function fileItems(workspace: string, files: readonly string[], query: string): readonly Item[] {
  const [name = '', line] = query.split(':');
  const open = new Map(appStore.getState().openFiles.map((file, index) => [file.path, index]));
  return files
    .flatMap((path) => {
      const base = baseName(path);
      const inName = fuzzyMatch(name, base);
      const match = inName ?? fuzzyMatch(name, path);
      return match
        ? [
            {
              path,
              at: inName ? inName.at : [],
              score: match.score + (inName ? 50 : 0) + (open.has(joinPath(workspace, path)) ? 5 : 0),
            },
          ]
        : [];
    })
    .sort((a, b) => b.score - a.score || a.path.localeCompare(b.path))
    .slice(0, MOST_SHOWN)
    .map(({ path, at }) => ({
      id: path,
      label: baseName(path),
      detail: folderName(path),
      at,
      choose: () => void openFile(joinPath(workspace, path), { line: Number(line) || undefined }),
    }));
}

function lineItems(query: string): readonly Item[] {
  const { activeFile } = appStore.getState();
  const line = Number(query);
  if (!activeFile || !Number.isInteger(line) || line < 1) return [];
  return [{ id: 'line', label: `Go to line ${line}`, at: [], choose: () => void openFile(activeFile, { line }) }];
}
