/** The one window: sandboxed, shut into the server's origin, its place remembered. Starts no process and knows no menu. */
import { BrowserWindow, dialog, screen, shell, type Session, type WebContents } from 'electron';
import { readBounds, smallestWindow, writeBounds } from './window-bounds.js';

export interface WindowOptions {
  readonly preload: string;
  readonly icon: string;
  readonly boundsFile: string;
  /** While true, unsaved text no longer keeps the window open: the system itself is going down. */
  mustClose(): boolean;
}

export function createWindow(options: WindowOptions): BrowserWindow {
  const { maximized, ...bounds } = readBounds(
    options.boundsFile,
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const window = new BrowserWindow({
    ...bounds,
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    show: false,
    title: 'Backstep',
    icon: options.icon,
    backgroundColor: '#181818',
    // The window draws its own menu bar, the same in every shell; the native one comes with Alt, and on a Mac.
    autoHideMenuBar: true,
    webPreferences: {
      preload: options.preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    writeBounds(options.boundsFile, { ...window.getNormalBounds(), maximized: window.isMaximized() });
  });
  window.webContents.on('will-prevent-unload', (event) => {
    // Prevented here means: leave in spite of what the page asked for.
    if (options.mustClose() || leaveUnsaved(window)) event.preventDefault();
  });
  return window;
}

function leaveUnsaved(window: BrowserWindow): boolean {
  const choice = dialog.showMessageBoxSync(window, {
    type: 'warning',
    message: 'There are changes that are not saved.',
    detail: 'They are lost if you leave now.',
    buttons: ['Stay', 'Leave without Saving'],
    defaultId: 0,
    cancelId: 0,
  });
  return choice === 1;
}

/** Lets the page go nowhere but to its own server; addresses elsewhere open in the person's browser. */
export function lockToOrigin(contents: WebContents, origin: () => string | undefined): void {
  contents.on('will-navigate', (event, address) => {
    if (originOf(address) === origin()) return;
    event.preventDefault();
    openExternal(address);
  });
  contents.on('will-redirect', (event, address) => {
    if (originOf(address) !== origin()) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openExternal(url);
    return { action: 'deny' };
  });
}

/** Denies cameras, places, devices and the like; the clipboard is what an editor needs. */
export function denyPermissions(session: Session): void {
  const allowed = (permission: string) => permission === 'clipboard-sanitized-write' || permission === 'clipboard-read';
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(allowed(permission)));
  session.setPermissionCheckHandler((_contents, permission) => allowed(permission));
}

export function openExternal(address: string): void {
  if (!/^(https?|mailto):/i.test(address)) return;
  shell.openExternal(address).catch((error: unknown) => console.error(`could not open ${address}`, error));
}

export function originOf(address: string): string | undefined {
  try {
    return new URL(address).origin;
  } catch {
    // What is no address has no origin, and is not gone to.
    return undefined;
  }
}
