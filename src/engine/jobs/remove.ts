/** Takes away all engines and all downloads. A training that runs keeps the library that it has loaded. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { enginePlaces } from '../../shared/base/places.js';
import type { EngineStatus } from '../../shared/protocol/engine.js';
import { namesIn, removeHeld } from '../disk/engines-folder.js';
import { takeLock } from '../disk/lock.js';
import type { EngineContext } from '../engine-context.js';
import { EngineFailure, EngineObstacles, inPlainWords } from '../engine-failure.js';
import { busy, engineStatusNow } from './status.js';

export async function removeEngine(context: EngineContext): Promise<EngineStatus> {
  const { engines } = context.places;
  if ((await namesIn(engines)).length > 0) {
    const lock = await takeLock(engines);
    if (!('release' in lock)) throw new EngineObstacles([busy(lock.pid)]);
    try {
      // First of all nobody picks it up any more.
      await rm(path.join(engines, enginePlaces.current), { force: true });
      const held: string[] = [];
      for (const name of await namesIn(engines)) {
        if (name !== enginePlaces.lock && !(await removeHeld(path.join(engines, name)))) held.push(name);
      }
      if (held.length > 0) {
        throw new EngineFailure(
          `Native TensorFlow is no longer in use, but its files are held by a program: ${held.join(', ')}.`,
          'Stop all trainings and close Backstep, then remove it again.',
        );
      }
    } catch (error) {
      throw inPlainWords(error, engines);
    } finally {
      await lock.release();
    }
  }
  return engineStatusNow(context, false);
}
