/**
 * Electron's main process: one window, one server, the menu, the dialogs. Everything that Backstep
 * does is done by the server and the window; nothing here knows training, files or runs.
 */
import { app, BrowserWindow, dialog, ipcMain, Menu, Notification, session } from 'electron';
import { writeFile } from 'fs';
import { homedir } from 'os';
import * as path from 'path';
import { promisify } from 'util';
import { messageOf } from '../src/shared/base/message-of.js';
import { shellChannels } from '../src/shared/protocol/shell-bridge.js';
import { folderOf, readLaunchArguments } from './launch-arguments.js';
import { menuTemplate } from './menu.js';
import { ServerProcess } from './server-process.js';
import { createWindow, denyPermissions, lockToOrigin, openExternal, originOf } from './window.js';

const home = process.env.BACKSTEP_HOME || path.join(homedir(), '.backstep');
/** The person's words: without the executable and, from a checkout, without the app's folder. */
function ownArguments(words: readonly string[], workingFolder: string): readonly string[] {
  const rest = words.slice(1);
  const ownFolder = app.isPackaged
    ? -1
    : rest.findIndex((word) => path.resolve(workingFolder, word) === app.getAppPath());
  return rest.filter((_word, index) => index !== ownFolder);
}

const launched = readLaunchArguments(ownArguments(process.argv, process.cwd()), process.cwd());

let window: BrowserWindow | undefined;
let server: ServerProcess | undefined;
let serverUrl: string | undefined;
let folderToOpen = launched.folder;
let quitting = false;
let systemEnds = false;

/** One JSON object a line on standard output, for whoever started this process. */
function tell(message: { readonly kind: string }): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Starts the server, or the next one on the same port and token, so that the window finds it again with its unsaved text. */
async function startServer(): Promise<string> {
  const before = serverUrl === undefined ? undefined : new URL(serverUrl);
  const started = new ServerProcess({
    // Packaged, the server lies beside the archive that this runs from.
    appFolder: app.getAppPath().replace(/app\.asar$/, 'app.asar.unpacked'),
    packaged: app.isPackaged,
    folder: folderToOpen,
    port: before ? Number(before.port) : launched.port,
    token: before?.searchParams.get('token') ?? undefined,
  });
  server = started;
  const url = await started.url;
  void started.ended.then((end) => {
    if (!quitting && server === started) void serverCrashed(`${end.reason}\n${end.lastWords}`);
  });
  return url;
}

async function serverCrashed(detail: string): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    message: 'Backstep’s server ended unexpectedly.',
    detail: `What was saved is safe, and runs are complete up to the last step that was written. Unsaved text is still in the window.\n\n${detail.trim()}`,
    buttons: ['Restart It', 'Quit'],
    defaultId: 0,
    cancelId: 0,
  });
  if (response === 1) {
    app.quit();
    return;
  }
  try {
    const url = await startServer();
    // The same address: the window connects again by itself and keeps what is in it.
    if (url !== serverUrl) await window?.loadURL(url);
    serverUrl = url;
  } catch (error) {
    await serverCrashed(String(error));
  }
}

async function openWindow(): Promise<void> {
  const appFolder = app.getAppPath();
  const created = createWindow({
    preload: path.join(appFolder, 'dist', 'electron', 'preload.cjs'),
    icon: path.join(appFolder, 'assets', 'icons', '512x512.png'),
    boundsFile: path.join(home, 'window.json'),
    mustClose: () => systemEnds,
  });
  window = created;
  lockToOrigin(created.webContents, () => (serverUrl === undefined ? undefined : originOf(serverUrl)));
  created.on('closed', () => (window = undefined));
  created.once('show', () => tell({ kind: 'window' }));
  try {
    serverUrl = await startServer();
  } catch (error) {
    dialog.showErrorBox('Backstep could not start', messageOf(error));
    app.exit(1);
    return;
  }
  await created.loadURL(serverUrl);
}

function openPlace(place: string): void {
  const folder = folderOf(path.resolve(place));
  if (folder === undefined) return;
  folderToOpen = folder;
  if (!window || serverUrl === undefined) return;
  showWindow();
  window.webContents.send(shellChannels.command, 'workspace.openFolder', folder);
}

function showWindow(): void {
  if (!window) return;
  if (window.isMinimized()) window.restore();
  window.focus();
}

/** Only the one window's page speaks to these. */
function fromWindow(contents: Electron.WebContents): boolean {
  return (
    window !== undefined && contents === window.webContents && originOf(contents.getURL()) === originOf(serverUrl ?? '')
  );
}

function answerWindow(): void {
  ipcMain.handle(shellChannels.openFolder, async (event, title: unknown) => {
    if (!window || !fromWindow(event.sender)) return undefined;
    const { canceled, filePaths } = await dialog.showOpenDialog(window, {
      title: String(title),
      properties: ['openDirectory', 'createDirectory'],
    });
    return canceled ? undefined : filePaths[0];
  });
  ipcMain.handle(shellChannels.saveFile, async (event, name: unknown, bytes: unknown) => {
    if (!window || !fromWindow(event.sender) || !(bytes instanceof Uint8Array)) return false;
    // The name is a suggestion of the page's: no folder comes with it.
    const defaultPath = path.join(app.getPath('downloads'), path.basename(String(name)));
    const { canceled, filePath } = await dialog.showSaveDialog(window, { defaultPath });
    if (canceled || !filePath) return false;
    await promisify(writeFile)(filePath, bytes);
    return true;
  });
  ipcMain.on(shellChannels.notify, (event, title: unknown, body: unknown) => {
    if (!fromWindow(event.sender) || window?.isFocused() || !Notification.isSupported()) return;
    const notification = new Notification({ title: String(title), body: String(body) });
    notification.on('click', showWindow);
    notification.show();
  });
  ipcMain.on(shellChannels.openExternal, (event, address: unknown) => {
    if (fromWindow(event.sender)) openExternal(String(address));
  });
}

function start(): void {
  // Root cannot have the system's sandbox and says so on the command line; the page stays without Node either way.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  app.on('second-instance', (_event, words, workingFolder) => {
    const { folder } = readLaunchArguments(ownArguments(words, workingFolder), workingFolder);
    showWindow();
    if (folder !== undefined) openPlace(folder);
  });
  app.on('open-file', (event, file) => {
    event.preventDefault();
    openPlace(file);
  });
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', (event) => {
    if (quitting) return;
    quitting = true;
    event.preventDefault();
    void (server?.stop() ?? Promise.resolve()).then(() => app.exit(0));
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      systemEnds = true;
      app.quit();
    });
  }
  void app.whenReady().then(async () => {
    denyPermissions(session.defaultSession);
    answerWindow();
    const sendCommand = (id: string) => window?.webContents.send(shellChannels.command, id);
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform === 'darwin', sendCommand)));
    await openWindow();
  });
}

app.setPath('userData', path.join(home, 'electron'));
if (app.requestSingleInstanceLock()) start();
else {
  tell({ kind: 'already-open' });
  app.quit();
}
