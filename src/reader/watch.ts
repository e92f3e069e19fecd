/** The thread that ends the process where reading takes more time or memory than is allowed. Entry: dist/reader/watch.js. */
import { workerData } from 'node:worker_threads';
import { usedMs } from './limits.js';

const INTERVAL_MS = 25;
const limits = workerData as Float64Array;

setInterval(() => {
  // Nothing gentler reaches a thread that is busy; whoever asked tells the two apart by the signal.
  if (usedMs() > limits[0]!) process.kill(process.pid, 'SIGKILL');
  if (process.memoryUsage.rss() > limits[1]!) process.kill(process.pid, 'SIGABRT');
}, INTERVAL_MS);
