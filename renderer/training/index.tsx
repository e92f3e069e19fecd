/** The training side's parts of the window's frame, and its start. Panels of this side are in renderer/panels. */
export { DebugToolbar } from './debug-toolbar.js';
export { StatusBar } from './status-bar.js';
export { startSessionSync } from '../state/session-sync.js';
export { registerTrainingCommands, startSession } from '../state/session-commands.js';
