/** The commands of the window itself: files, folders, views, help. */
import { panels } from '../panels/registry.js';
import { host } from '../host/index.js';
import { appStore, notify } from '../state/app-state.js';
import { registerCommands } from '../state/commands.js';
import { ask, dialogStore } from '../state/dialogs.js';
import { closeAllFiles, closeFile, findOpen, revertFile, saveAll, saveFile } from '../state/file-actions.js';
import { setTheme } from '../state/theme.js';
import { openLink, readLink } from '../state/view-link.js';
import { askTrust, closeWorkspace, openFolder } from '../state/workspace-actions.js';
import {
  focusNextGroup,
  movablePanel,
  movePanel,
  moveTargets,
  shownPanel,
  resetLayout,
  resizeGroup,
  showPanel,
  splitOffPanel,
  toggleMaximized,
  toggleSide,
  type ShowOptions,
} from './dock-actions.js';
import { focusNextPart } from './focus-parts.js';

const state = () => appStore.getState();
const hasWorkspace = () => state().workspace !== undefined;
const active = () => state().activeFile;
const hasActive = () => active() !== undefined;

const canMove = () => movablePanel() !== undefined;
const canSplitOff = () => (movablePanel()?.group.panels.length ?? 0) > 1;

/** What a mouse does at the edges of panels. */
const resizing = [
  { side: 'width', direction: 1, title: 'Make Panel Wider', key: 'ArrowRight' },
  { side: 'width', direction: -1, title: 'Make Panel Narrower', key: 'ArrowLeft' },
  { side: 'height', direction: 1, title: 'Make Panel Taller', key: 'ArrowUp' },
  { side: 'height', direction: -1, title: 'Make Panel Lower', key: 'ArrowDown' },
] as const;

function withMovable(move: (panel: NonNullable<ReturnType<typeof movablePanel>>) => void): void {
  const panel = movablePanel();
  if (panel) move(panel);
}

/** Asks for the place, and before that for the panel where the keyboard is in none that can be moved. */
async function moveSomePanel(): Promise<void> {
  const movable = panels.filter((panel) => panel.place !== 'editor' && panel.place !== 'timeline');
  const id =
    movablePanel()?.id ??
    (await ask({
      kind: 'choose',
      title: 'Which panel is to be moved?',
      choices: movable.map((panel) => ({ id: panel.id, label: panel.title })),
    }));
  const panel = movable.find((candidate) => candidate.id === id);
  if (!panel) return;
  const place = await ask({
    kind: 'choose',
    title: `Move ${panel.title} to…`,
    choices: moveTargets.map((target) => ({ id: target.place, label: target.short })),
  });
  const target = moveTargets.find((candidate) => candidate.place === place);
  if (target) movePanel(shownPanel(panel.id), target.place);
}

/** Opens the palette, or turns an open one to commands or files. */
function palette(prefix: '>' | ''): void {
  const asked = dialogStore.getState().asked;
  if (asked?.question.kind === 'palette') {
    const same = asked.question.prefix === prefix;
    asked.answer(undefined);
    if (same) return;
  }
  void ask({ kind: 'palette', prefix });
}

async function chooseFolder(): Promise<void> {
  const title = 'Open a folder';
  const path = host.openFolder
    ? await host.openFolder(title)
    : await ask({ kind: 'folder', title, confirm: 'Open Folder' });
  if (path) await openFolder(path);
}

async function chooseRecent(): Promise<void> {
  const recent = (state().info?.recentFolders ?? [])
    .filter((folder) => folder.exists && folder.path !== state().workspace?.path)
    .slice(0, 12);
  if (recent.length === 0) {
    notify({
      severity: 'info',
      message: 'No other folder was opened before.',
      actions: [{ label: 'Open a Folder…', run: () => void chooseFolder() }],
    });
    return;
  }
  const path = await ask({
    kind: 'choose',
    title: 'Open a recent folder',
    choices: recent.map((folder, index) => ({
      id: folder.path,
      label: folder.name,
      kind: index === 0 ? 'primary' : undefined,
    })),
  });
  if (path) await openFolder(path);
}

async function askLink(): Promise<void> {
  const link = await ask({
    kind: 'text',
    title: 'Open a link to a view',
    label: 'Link',
    confirm: 'Open',
    check: (text) => {
      const read = readLink(text);
      return 'problem' in read ? read.problem : undefined;
    },
  });
  if (link !== undefined) await openLink(link);
}

export function registerWorkbenchCommands(): void {
  registerCommands(
    {
      id: 'workspace.openFolder',
      title: 'File: Open Folder…',
      keys: ['Ctrl+O'],
      run: (path) => (typeof path === 'string' ? openFolder(path) : chooseFolder()),
    },
    { id: 'workspace.openRecent', title: 'File: Open Recent…', run: chooseRecent },
    { id: 'view.openLink', title: 'View: Open Link…', run: askLink },
    { id: 'workspace.close', title: 'File: Close Folder', enabled: hasWorkspace, run: closeWorkspace },
    {
      id: 'workspace.trust',
      title: 'Workspace: Trust This Folder…',
      enabled: () => state().workspace?.trusted === false,
      run: askTrust,
    },
    {
      id: 'file.save',
      title: 'File: Save',
      keys: ['Ctrl+S'],
      enabled: hasActive,
      async run() {
        const path = active();
        if (path) await saveFile(path);
      },
    },
    {
      id: 'file.saveAll',
      title: 'File: Save All',
      keys: ['Ctrl+Alt+S'],
      enabled: () => state().openFiles.some((file) => file.dirty),
      run: async () => void (await saveAll()),
    },
    {
      id: 'file.revert',
      title: 'File: Revert to Saved',
      enabled: () => {
        const path = active();
        return path !== undefined && findOpen(path)?.dirty === true;
      },
      async run() {
        const path = active();
        if (path) await revertFile(path);
      },
    },
    {
      // Ctrl+W is the browser's own: it closes the tab before a page hears of it.
      id: 'file.close',
      title: 'File: Close Editor',
      keys: host.shell === 'electron' ? ['Ctrl+W', 'Ctrl+F4'] : ['Ctrl+F4', 'Alt+W'],
      enabled: hasActive,
      async run() {
        const path = active();
        if (path) await closeFile(path);
      },
    },
    {
      id: 'file.closeAll',
      title: 'File: Close All Editors',
      enabled: hasActive,
      run: async () => void (await closeAllFiles()),
    },
    { id: 'view.palette', title: 'View: Command Palette…', keys: ['Ctrl+Shift+P', 'F1'], run: () => palette('>') },
    { id: 'view.quickOpen', title: 'View: Go to File…', keys: ['Ctrl+P'], run: () => palette('') },
    {
      id: 'view.toggleSideBar',
      title: 'View: Toggle Side Bar',
      keys: ['Ctrl+B'],
      enabled: hasWorkspace,
      run: () => toggleSide('left'),
    },
    {
      id: 'view.toggleDebugBar',
      title: 'View: Toggle Debug Side Bar',
      keys: ['Ctrl+Alt+B'],
      enabled: hasWorkspace,
      run: () => toggleSide('right'),
    },
    {
      id: 'view.togglePanel',
      title: 'View: Toggle Bottom Panel',
      keys: ['Ctrl+J'],
      enabled: hasWorkspace,
      run: () => toggleSide('bottom'),
    },
    {
      id: 'view.toggleMaximized',
      title: 'View: Maximize or Restore Panel',
      keys: ['Ctrl+Alt+M'],
      enabled: hasWorkspace,
      run: toggleMaximized,
    },
    ...resizing.map(({ side, direction, title, key }) => ({
      id: `view.resize.${side}.${direction}`,
      title: `View: ${title}`,
      keys: [`Ctrl+Shift+Alt+${key}`],
      enabled: hasWorkspace,
      run: () => resizeGroup(side, direction),
    })),
    { id: 'view.resetLayout', title: 'View: Reset Layout', enabled: hasWorkspace, run: resetLayout },
    { id: 'view.movePanel', title: 'View: Move Panel…', enabled: hasWorkspace, run: moveSomePanel },
    ...moveTargets.map(({ place, title }) => ({
      id: `view.movePanel.${place}`,
      title,
      enabled: canMove,
      run: () => withMovable((panel) => movePanel(panel, place)),
    })),
    {
      id: 'view.splitPanel.right',
      title: 'View: Move Panel into Own Group at Right',
      enabled: canSplitOff,
      run: () => withMovable((panel) => splitOffPanel(panel, 'right')),
    },
    {
      id: 'view.splitPanel.below',
      title: 'View: Move Panel into Own Group Below',
      enabled: canSplitOff,
      run: () => withMovable((panel) => splitOffPanel(panel, 'bottom')),
    },
    {
      id: 'view.nextGroup',
      title: 'View: Focus Next Group',
      enabled: hasWorkspace,
      run: () => focusNextGroup(1),
    },
    {
      id: 'view.previousGroup',
      title: 'View: Focus Previous Group',
      enabled: hasWorkspace,
      run: () => focusNextGroup(-1),
    },
    // F6 is Pause while training runs; with Ctrl it always goes on.
    { id: 'view.nextPart', title: 'View: Focus Next Part', keys: ['F6', 'Ctrl+F6'], run: () => focusNextPart(1) },
    {
      id: 'view.previousPart',
      title: 'View: Focus Previous Part',
      keys: ['Shift+F6', 'Ctrl+Shift+F6'],
      run: () => focusNextPart(-1),
    },
    {
      id: 'view.toggleTheme',
      title: 'View: Toggle Light and Dark Theme',
      run: () => setTheme(state().theme === 'dark' ? 'light' : 'dark'),
    },
    {
      id: 'help.shortcuts',
      title: 'Help: Keyboard Shortcuts',
      run: async () => void (await ask({ kind: 'shortcuts' })),
    },
    { id: 'help.about', title: 'Help: About Backstep', run: async () => void (await ask({ kind: 'about' })) },
    ...panels.map((panel) => ({
      id: `view.show.${panel.id}`,
      title: `View: Show ${panel.title}`,
      keys: panel.keys,
      enabled: hasWorkspace,
      // Whoever shows it beside what a person is doing leaves the keyboard where it is.
      run: (argument?: unknown) => showPanel(panel.id, argument as ShowOptions | undefined),
    })),
  );
  registerCommands(...panels.flatMap((panel) => panel.commands ?? []));
}
