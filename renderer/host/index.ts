/** Picks the host that this window runs in. */
import { browserHost } from './browser-host.js';
import { electronHost } from './electron-host.js';
import type { Host } from './host.js';

export type { Host } from './host.js';

export const host: Host = window.backstepShell ? electronHost(window.backstepShell) : browserHost();
