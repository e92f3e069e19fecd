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
      // One key can mean two things at different times, as F6 does: what can be done now wins.
      const bound = allCommands().filter((candidate) => candidate.keys?.includes(notation));
      if (bound.length === 0) return;
      // A question in front keeps the keys to itself, the palette's own aside.
      const asked = dialogStore.getState().asked;
      if (asked && asked.question.kind !== 'palette') return;
      // The browser's own meaning (print, save page, reload) is never wanted for a key that is ours.
      event.preventDefault();
      event.stopPropagation();
      const command = bound.find((candidate) => canRun(candidate.id));
      if (command) void runCommand(command.id);
    },
    { capture: true },
  );
}
