/** What crosses between Electron's main process and its window: channel names and shapes. Nothing here knows Electron. */

/** A few functions that the preload puts on `window.backstepShell`; a browser has none of them. */
export interface ShellBridge {
  /** The system's folder dialog; undefined where the person cancelled it. */
  openFolder(title: string): Promise<string | undefined>;
  /**
   * Writes a file where the person says, in the system's dialog: `name` is what it suggests. False where they
   * cancelled it; fails where it cannot be written.
   */
  saveFile(name: string, bytes: Uint8Array): Promise<boolean>;
  /** Shown by the system while the window is not in front. */
  notify(title: string, body: string): void;
  /** Opens an http, https or mailto address in the person's browser; others are refused. */
  openExternal(address: string): void;
  /** Commands of the native menu, by id; `argument` is the folder for `workspace.openFolder`. Returns a function that ends listening. */
  onCommand(listener: (id: string, argument?: string) => void): () => void;
}

export const shellChannels = {
  openFolder: 'backstep/open-folder',
  saveFile: 'backstep/save-file',
  notify: 'backstep/notify',
  openExternal: 'backstep/open-external',
  command: 'backstep/command',
} as const;
