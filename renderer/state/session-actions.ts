/** Training sessions: what the trainer says, folded into the store, and what the person can do to it. */
import type { Connection } from './connection.js';

/** Called once by main.tsx before the first frame: listens, and registers the Run commands. */
export function startSession(_connection: Connection): void {}
