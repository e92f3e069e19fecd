/** Commands, files, recent folders and lines in one box: `>` for commands, `:` for a line, else files. */
import { flushSync } from 'react-dom';
import { useEffect, useMemo, useState } from 'react';
import { host } from '../host/index.js';
import { appStore } from '../state/app-state.js';
import { allCommands, canRun, runCommand, shownKeys } from '../state/commands.js';
import { openFile } from '../state/file-actions.js';
import { baseName, folderName, joinPath } from '../state/paths.js';
import { workspaceFiles } from '../state/workspace-files.js';
import { fuzzyMatch } from './fuzzy.js';
import { forPerson } from './keys.js';
import { MOST_SHOWN, PickList, type PickItem } from './pick-list.js';

interface Item extends PickItem {
  choose(): void;
}

const recentKey = 'backstep.recentCommands';

export function Palette({ prefix, close }: { prefix: '>' | ''; close(): void }) {
  const [text, setText] = useState<string>(prefix);
  const [files, setFiles] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<string>();
  const workspace = appStore.getState().workspace;

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

  return (
    <PickList
      title="Command palette"
      label="Name of a file, > for commands, : for a line"
      placeholder={workspace ? 'Go to file. Type > for commands, : for a line' : 'Type a command'}
      none={
        failure ?? (text.startsWith('>') ? 'No command matches.' : 'Nothing matches. Type > to search the commands.')
      }
      text={text}
      items={items}
      onText={setText}
      onChoose={(item) => {
        // Gone before what was chosen begins: it may take the focus, or ask something.
        flushSync(close);
        item.choose();
      }}
      close={close}
    />
  );
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
