/** Picks the host that this window runs in. */
import type { ShellBridge } from '../../src/shared/protocol/shell-bridge.js';
import { browserHost } from './browser-host.js';
import { electronHost } from './electron-host.js';
import type { Host } from './host.js';

export type { Host } from './host.js';

declare global {
  interface Window {
    readonly backstepShell?: ShellBridge;
  }
}

export const host: Host = window.backstepShell ? electronHost(window.backstepShell) : browserHost();
