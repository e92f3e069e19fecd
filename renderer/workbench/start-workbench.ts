/** Registers the window's own commands and the panels', listens to keys and to the shell's menu. */
import { messageOf } from '../../src/shared/base/message-of.js';
import { host } from '../host/index.js';
import { notify } from '../state/app-state.js';
import { runCommand, setFailureHandler } from '../state/commands.js';
import { RequestError } from '../state/connection.js';
import { startTheme } from '../state/theme.js';
import { startLinks } from '../state/view-link.js';
import { shortTitle } from './menus.js';
import { listenToKeys } from './key-bindings.js';
import { registerWorkbenchCommands } from './workbench-commands.js';

export function startWorkbench(): void {
  startTheme();
  registerWorkbenchCommands();
  setFailureHandler((command, error) => {
    console.error(command.id, error);
    notify({
      severity: 'error',
      message: `${shortTitle(command)} failed: ${messageOf(error)}`,
      detail: error instanceof RequestError ? error.hint : undefined,
    });
  });
  // What nobody waits for fails unheard otherwise. That the connection is lost, a banner says.
  window.addEventListener('unhandledrejection', ({ reason }) => {
    if (reason instanceof RequestError && reason.tag !== 'disconnected')
      notify({ severity: 'error', message: reason.message, detail: reason.hint });
  });
  listenToKeys();
  startLinks(window);
  host.onCommand((id, argument) => void runCommand(id, argument));
}
