/** What a trainer needs in its environment to train on native TensorFlow, where one is there to test with. */
import { engineEnvironment } from '../../../src/shared/engine/find-engine.js';
import { findEngine } from '../../../src/trainer/runtime/backend/tensorflow/find-engine.js';

/** One, or none, which is said. */
export function nativeEnvironment(): NodeJS.ProcessEnv[] {
  const engine = process.env['BACKSTEP_TEST_ENGINE'];
  if (!engine) {
    console.warn('Not on native TensorFlow: BACKSTEP_TEST_ENGINE names no engine’s folder.');
    return [];
  }
  const named = { ...process.env, BACKSTEP_ENGINE: engine };
  const found = findEngine({ environment: named });
  if (found.kind !== 'found') throw new Error(found.reason);
  const more = engineEnvironment({ folder: engine, manifest: found.engine.manifest }, named, process.platform);
  return [{ BACKSTEP_ENGINE: engine, ...more }];
}
