/** Starting Backstep's own child processes, the same under Node and under Electron. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { engineEnvironment, findEngine } from '../shared/engine/find-engine.js';
import { errorCode } from './failure.js';
import { log } from './log.js';

/** The environment of a child that is to be a plain Node process. */
export function nodeEnvironment(home: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, BACKSTEP_HOME: home };
  if (process.versions['electron']) environment['ELECTRON_RUN_AS_NODE'] = '1';
  return environment;
}

/** The same for a trainer, with what native TensorFlow needs before its process starts. Looked up anew each time. */
export function trainerEnvironment(home: string): NodeJS.ProcessEnv {
  const environment = nodeEnvironment(home);
  const engine = findEngine({ environment, home, join: path.join, readText });
  // What is wrong with one that is damaged, the trainer says itself.
  return engine.kind === 'engine'
    ? { ...environment, ...engineEnvironment(engine, environment, process.platform) }
    : environment;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') log('engine', `cannot read ${file}`, error);
    return undefined;
  }
}
