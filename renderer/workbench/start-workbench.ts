/** Registers the window's own commands and listens to keys and to the shell's menu. */
import { host } from '../host/index.js';
import { runCommand } from '../state/commands.js';
import { listenToKeys } from './key-bindings.js';

export function startWorkbench(): void {
  listenToKeys();
  host.onCommand((id) => void runCommand(id));
}
