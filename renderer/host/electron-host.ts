/** The window in Electron: dialogs, notifications and the menu come through the preload's few functions. */
import type { ShellBridge } from '../../src/shared/protocol/shell-bridge.js';
import { socketAddress, type Host } from './host.js';

export function electronHost(bridge: ShellBridge): Host {
  return {
    shell: 'electron',
    isMac: /mac/i.test(navigator.platform),
    socketAddress: () => socketAddress(location),
    openFolder: (title) => bridge.openFolder(title),
    saveFile: async (name, content) => bridge.saveFile(name, new Uint8Array(await content.arrayBuffer())),
    notify: (title, body) => bridge.notify(title, body),
    openExternal: (address) => bridge.openExternal(address),
    onCommand: (listener) => bridge.onCommand(listener),
  };
}
