/**
 * The native menu: the window's own menus in the system's form. Items are ids of the window's
 * commands; the window decides what they do and whether they can be done. Keys are shown only: the
 * window listens to them itself, the same in every shell.
 */
import type { MenuItemConstructorOptions } from 'electron';

type Item = readonly [id: string, label: string, keys?: string] | '-' | MenuItemConstructorOptions;

const fileItems: readonly Item[] = [
  ['file.new', 'New File…', 'CmdOrCtrl+Alt+N'],
  ['file.newFolder', 'New Folder…'],
  '-',
  ['workspace.openFolder', 'Open Folder…', 'CmdOrCtrl+O'],
  ['workspace.openRecent', 'Open Recent…'],
  ['logs.addFolder', 'Add Folder of Event Files…'],
  '-',
  ['file.save', 'Save', 'CmdOrCtrl+S'],
  ['file.saveAll', 'Save All', 'CmdOrCtrl+Alt+S'],
  ['file.revert', 'Revert to Saved'],
  '-',
  ['file.close', 'Close Editor'],
  ['file.closeAll', 'Close All Editors'],
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
  '-',
  ['edit.toggleComment', 'Toggle Line Comment', 'CmdOrCtrl+/'],
  ['edit.format', 'Format Document', 'Shift+Alt+F'],
];

const runItems: readonly Item[] = [
  ['run.start', 'Start or Continue Training', 'F5'],
  ['run.pause', 'Pause', 'F6'],
  ['run.step', 'One Training Step', 'F7'],
  ['run.toEpochEnd', 'Run to End of Epoch', 'Shift+F7'],
  ['run.restart', 'Restart Training', 'CmdOrCtrl+Shift+F5'],
  ['run.stop', 'Stop and Save', 'Shift+F5'],
  ['run.kill', 'Kill Trainer Without Saving'],
  '-',
  ['debug.stepOver', 'Step Over', 'F10'],
  ['debug.stepInto', 'Step Into', 'F11'],
  ['debug.stepOut', 'Step Out', 'Shift+F11'],
  '-',
  ['breakpoints.toggleLine', 'Toggle Breakpoint', 'F9'],
  ['breakpoints.addStep', 'Add Breakpoint at Step…'],
  ['breakpoints.addEpochEnd', 'Add Breakpoint at End of Epoch…'],
  ['breakpoints.addCondition', 'Add Conditional Breakpoint…'],
  ['breakpoints.addLayer', 'Add Breakpoint at a Layer…'],
  ['breakpoints.addOp', 'Add Breakpoint at an Op…'],
  ['breakpoints.addValue', 'Add Breakpoint on a Value…'],
  ['breakpoints.removeAll', 'Remove All Breakpoints'],
  '-',
  ['engine.setUp', 'Set Up Native TensorFlow…'],
  '-',
  ['workspace.trust', 'Trust This Folder…'],
];

const viewItems: readonly Item[] = [
  ['view.palette', 'Command Palette…', 'CmdOrCtrl+Shift+P'],
  ['view.quickOpen', 'Go to File…', 'CmdOrCtrl+P'],
  '-',
  ['view.toggleSideBar', 'Toggle Side Bar', 'CmdOrCtrl+B'],
  ['view.toggleDebugBar', 'Toggle Debug Side Bar', 'CmdOrCtrl+Alt+B'],
  ['view.togglePanel', 'Toggle Bottom Panel', 'CmdOrCtrl+J'],
  ['view.toggleMaximized', 'Maximize or Restore Panel', 'CmdOrCtrl+Alt+M'],
  ['view.resetLayout', 'Reset Layout'],
  ['view.toggleTheme', 'Toggle Light and Dark Theme'],
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

/** What the window must have under the same ids, words and keys; a test holds these against its commands. */
export const menuCommands = [fileItems, editItems, runItems, viewItems, helpItems].flatMap((items) =>
  items.flatMap((item) => (item !== '-' && 'length' in item ? [{ id: item[0], label: item[1], keys: item[2] }] : [])),
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
