/**
 * The trainer process, by its first argument: `debug` (a debug adapter on file descriptor 3), `run`
 * (training events to the parent over IPC), `analyze` (answers questions about experiments over
 * IPC), `backends` (says over IPC what would work here), `graph` (writes the graph of a
 * compiled step), `record` (answers with the recorded ops of a step over IPC). Always started by another process.
 */
import { keepDeepStacks } from './loader/stack-frames.js';

keepDeepStacks();

const modes: Readonly<Record<string, () => Promise<void>>> = {
  debug: async () => (await import('./dap/debug-mode.js')).debugMode(),
  run: async () => (await import('./direct/run-mode.js')).runMode(),
  analyze: async () => (await import('./analysis/analyze-mode.js')).analyzeMode(),
  graph: async () => (await import('./direct/graph-mode.js')).graphMode(),
  record: async () => (await import('./graph/record-mode.js')).recordMode(),
  backends: async () => (await import('./direct/backends-mode.js')).backendsMode(),
};

const mode = modes[process.argv[2] ?? ''];
if (!mode) {
  process.stderr.write(`The trainer is started by Backstep, as: main.js ${Object.keys(modes).join('|')}\n`);
  process.exit(2);
}
await mode();
