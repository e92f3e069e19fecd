import { fileURLToPath } from 'node:url';

/** What models are loaded for: set by whoever loads an experiment, one at a time in a process. */
export const surroundings = {
  /** Files of models are named relative to it. */
  folder: process.cwd(),
  /** Whether weights are left as zeros, for nothing will be computed with them. */
  shapesAlone: false,
  /** The entry of the process that reads model files; beside the built trainer. */
  reader: fileURLToPath(new URL('../reader/main.js', import.meta.url)),
};
