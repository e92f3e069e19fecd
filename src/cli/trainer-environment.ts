/** The environment of a trainer started by the command line: this process's own, and what native TensorFlow needs. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { engineEnvironment, findEngine } from '../shared/engine/find-engine.js';
import { backstepHome } from './install-places.js';

export function trainerEnvironment(): NodeJS.ProcessEnv {
  const engine = findEngine({ environment: process.env, home: backstepHome(), join: path.join, readText });
  // What is wrong with one that is damaged, the trainer says itself.
  return engine.kind === 'engine'
    ? { ...process.env, ...engineEnvironment(engine, process.env, process.platform) }
    : process.env;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // One that cannot be read is no use to the trainer either, which says so.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
