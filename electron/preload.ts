/** The bridge into the page: a few functions, each a fixed message. No Node and no channel of the page's choosing gets through. */
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import { shellChannels, type ShellBridge } from '../src/shared/protocol/shell-bridge.js';

const bridge: ShellBridge = {
  openFolder: (title) => ipcRenderer.invoke(shellChannels.openFolder, String(title)) as Promise<string | undefined>,
  saveFile: (name, bytes) =>
    ipcRenderer.invoke(shellChannels.saveFile, String(name), new Uint8Array(bytes)) as Promise<boolean>,
  notify: (title, body) => ipcRenderer.send(shellChannels.notify, String(title), String(body)),
  openExternal: (address) => ipcRenderer.send(shellChannels.openExternal, String(address)),
  onCommand(listener) {
    const take = (_event: IpcRendererEvent, id: string, argument?: string) => listener(id, argument);
    ipcRenderer.on(shellChannels.command, take);
    return () => ipcRenderer.removeListener(shellChannels.command, take);
  },
};

contextBridge.exposeInMainWorld('backstepShell', bridge);
