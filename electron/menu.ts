/**
 * The native menu: the window's own menus in the system's form. Items are ids of the window's
 * commands; the window decides what they do and whether they can be done. Keys are shown only: the
 * window listens to them itself, the same in every shell.
 */
import type { MenuItemConstructorOptions } from 'electron';

type Item = readonly [id: string, label: string, keys?: string] | '-' | MenuItemConstructorOptions;

const fileItems: readonly Item[] = [
  ['file.new', 'New File…', 'CmdOrCtrl+N'],
  ['workspace.openFolder', 'Open Folder…', 'CmdOrCtrl+O'],
  ['workspace.openRecent', 'Open Recent…'],
  '-',
  ['file.save', 'Save', 'CmdOrCtrl+S'],
  ['file.saveAll', 'Save All'],
  '-',
  ['file.close', 'Close File', 'CmdOrCtrl+W'],
  ['workspace.close', 'Close Folder'],
];

const editItems: readonly Item[] = [
  ['edit.undo', 'Undo', 'CmdOrCtrl+Z'],
  ['edit.redo', 'Redo', 'CmdOrCtrl+Shift+Z'],
  '-',
  { role: 'cut' },
  { role: 'copy' },
  { role: 'paste' },
  { role: 'selectAll' },
  '-',
  ['edit.find', 'Find', 'CmdOrCtrl+F'],
  ['edit.replace', 'Replace', 'CmdOrCtrl+H'],
];

const runItems: readonly Item[] = [
  ['run.start', 'Start Training', 'F5'],
  ['run.pause', 'Pause', 'F6'],
  ['run.step', 'Step', 'F10'],
  ['run.toEpochEnd', 'Run to End of Epoch'],
  ['run.stop', 'Stop', 'Shift+F5'],
];

const viewItems: readonly Item[] = [
  ['view.palette', 'Command Palette…', 'CmdOrCtrl+Shift+P'],
  ['view.quickOpen', 'Go to File…', 'CmdOrCtrl+P'],
  '-',
  ['view.toggleSideBar', 'Toggle Side Bar', 'CmdOrCtrl+B'],
  ['view.togglePanel', 'Toggle Panel', 'CmdOrCtrl+J'],
  ['view.resetLayout', 'Reset Layout'],
  ['view.toggleTheme', 'Toggle Light and Dark'],
  '-',
  { role: 'resetZoom' },
  { role: 'zoomIn' },
  { role: 'zoomOut' },
  { role: 'togglefullscreen' },
  '-',
  { role: 'reload' },
  { role: 'toggleDevTools' },
];

const helpItems: readonly Item[] = [
  ['help.shortcuts', 'Keyboard Shortcuts'],
  ['help.about', 'About Backstep'],
];

/** Ids that the window must have; a test holds them against its commands. */
export const menuCommandIds: readonly string[] = [fileItems, editItems, runItems, viewItems, helpItems].flatMap(
  (items) => items.flatMap((item) => (item !== '-' && 'length' in item ? [item[0]] : [])),
);

export function menuTemplate(isMac: boolean, run: (commandId: string) => void): MenuItemConstructorOptions[] {
  const build = (items: readonly Item[]) => items.map((item) => entry(item, run));
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: 'File',
      submenu: [...build(fileItems), ...(isMac ? [] : ([{ type: 'separator' }, { role: 'quit' }] as const))],
    },
    { label: 'Edit', submenu: build(editItems) },
    { label: 'Run', submenu: build(runItems) },
    { label: 'View', submenu: build(viewItems) },
    ...(isMac ? [{ role: 'windowMenu' } as const] : []),
    { label: 'Help', role: 'help', submenu: build(helpItems) },
  ];
}

function entry(item: Item, run: (commandId: string) => void): MenuItemConstructorOptions {
  if (item === '-') return { type: 'separator' };
  if (!('length' in item)) return item;
  const [id, label, accelerator] = item;
  return { id, label, accelerator, registerAccelerator: false, click: () => run(id) };
}
