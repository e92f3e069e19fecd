/**
 * What the shell around the window can do: the browser, or Electron through its preload. Everything
 * else asks this interface and does not know where it runs.
 */
export interface Host {
  readonly shell: 'browser' | 'electron';
  readonly isMac: boolean;
  /** Address of the server's WebSocket; the page's cookie lets it in. */
  socketAddress(): string;
  /** The shell's own folder dialog; undefined where there is none and the window's own is used. */
  readonly openFolder?: (title: string) => Promise<string | undefined>;
  /** Hands the person a file: a download, or the shell's save dialog. False where they cancelled it. */
  saveFile(name: string, content: Blob): Promise<boolean>;
  /** Tells the person something while the window is not in front; does nothing where that is not allowed. */
  notify(title: string, body: string): void;
  /** Opens a web address outside of this window. */
  openExternal(address: string): void;
  /** Commands of the shell's own menu, by id. Returns a function that ends listening. */
  onCommand(listener: (id: string, argument?: string) => void): () => void;
}

/** The server that served the page also holds its socket. */
export function socketAddress(page: { readonly protocol: string; readonly host: string }): string {
  return `${page.protocol === 'https:' ? 'wss:' : 'ws:'}//${page.host}/socket`;
}
