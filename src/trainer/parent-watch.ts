/**
 * Ends this process when its parent is gone and the main thread does not notice, because it is in a
 * loop of the person's that does not end. Knows nothing of what the process is for.
 */
import { Worker } from 'node:worker_threads';

const EVERY_MS = 1_000;

/** On a thread of its own, with no file of its own: it needs nothing but Node. */
const watch = `
const { parent, graceMs, everyMs } = require('node:worker_threads').workerData;
const isThere = () => {
  if (process.ppid !== parent) return false;
  try {
    process.kill(parent, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};
const timer = setInterval(() => {
  if (isThere()) return;
  clearInterval(timer);
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs);
}, everyMs);
`;

/** `graceMs` after the parent's end: time for a main thread that does notice to save and leave. */
export function endWithParent(graceMs: number): void {
  const thread = new Worker(watch, { eval: true, workerData: { parent: process.ppid, graceMs, everyMs: EVERY_MS } });
  thread.unref();
}
