/** Key presses to commands, before any widget sees them. */
import { host } from '../host/index.js';
import { allCommands, canRun, runCommand } from '../state/commands.js';
import { dialogStore } from '../state/dialogs.js';
import { notationOf } from './keys.js';

export function listenToKeys(): void {
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.isComposing || event.repeat) return;
      const notation = notationOf(event, host.isMac);
      const command = allCommands().find((candidate) => candidate.keys?.includes(notation));
      if (!command) return;
      // A question in front keeps the keys to itself, the palette's own aside.
      const asked = dialogStore.getState().asked;
      if (asked && asked.question.kind !== 'palette') return;
      // The browser's own meaning (print, save page, reload) is never wanted for a key that is ours.
      event.preventDefault();
      event.stopPropagation();
      if (canRun(command.id)) void runCommand(command.id);
    },
    { capture: true },
  );
}
