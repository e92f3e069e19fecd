/** What stands in each menu. A command that is not registered is left out, so menus follow the features that are there. */
import { panels } from '../panels/registry.js';
import { allCommands, findCommand, type Command } from '../state/commands.js';
import { isPanelVisible } from './dock-actions.js';

export type MenuEntry =
  | { readonly kind: 'command'; readonly command: Command; readonly label: string; readonly checked?: boolean }
  | { readonly kind: 'separator' };

export interface Menu {
  readonly title: string;
  entries(): readonly MenuEntry[];
}

/** Ids of commands; `-` separates. */
function list(...ids: readonly string[]): MenuEntry[] {
  const entries: MenuEntry[] = [];
  for (const id of ids) {
    const command = findCommand(id);
    if (id === '-') {
      if (entries.length > 0 && entries.at(-1)?.kind !== 'separator') entries.push({ kind: 'separator' });
    } else if (command) entries.push({ kind: 'command', command, label: shortTitle(command) });
  }
  if (entries.at(-1)?.kind === 'separator') entries.pop();
  return entries;
}

/** "View: Reset Layout" is "Reset Layout" in the View menu. */
export function shortTitle(command: Command): string {
  return command.title.replace(/^[^:]+: /, '');
}

const withPrefix = (prefix: string) =>
  allCommands()
    .filter((command) => command.id.startsWith(prefix))
    .map((command) => command.id);

export const menus: readonly Menu[] = [
  {
    title: 'File',
    entries: () =>
      list(
        'file.new',
        'file.newFolder',
        '-',
        'workspace.openFolder',
        'workspace.openRecent',
        'logs.addFolder',
        'view.openLink',
        '-',
        'file.save',
        'file.saveAll',
        'file.revert',
        '-',
        'file.close',
        'file.closeAll',
        'workspace.close',
      ),
  },
  {
    title: 'Edit',
    entries: () =>
      list(
        'edit.undo',
        'edit.redo',
        '-',
        'edit.find',
        'edit.replace',
        '-',
        'edit.toggleComment',
        'edit.format',
        'edit.rename',
        '-',
        'editor.goToLine',
        'editor.goToSymbol',
        'editor.goToDefinition',
        'editor.nextProblem',
      ),
  },
  {
    title: 'Run',
    entries: () =>
      list(
        ...withPrefix('run.'),
        '-',
        ...withPrefix('debug.'),
        '-',
        ...withPrefix('breakpoints.'),
        '-',
        'engine.setUp',
        '-',
        'workspace.trust',
      ),
  },
  {
    title: 'View',
    entries: () => [
      ...list('view.palette', 'view.quickOpen', '-'),
      { kind: 'separator' },
      ...panels.flatMap((panel): MenuEntry[] => {
        const command = findCommand(`view.show.${panel.id}`);
        return command ? [{ kind: 'command', command, label: panel.title, checked: isPanelVisible(panel.id) }] : [];
      }),
      { kind: 'separator' },
      ...list(
        'view.toggleSideBar',
        'view.toggleDebugBar',
        'view.togglePanel',
        'view.toggleMaximized',
        'editor.split',
        'editor.join',
        'view.resetLayout',
        '-',
        'view.nextPart',
        'view.toggleTheme',
      ),
    ],
  },
  { title: 'Help', entries: () => list('help.shortcuts', '-', 'help.about') },
];
