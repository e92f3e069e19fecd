/** What an addon is made of, as one number: where another one is written in an engine, the engine's addon is of before. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from '../engine-failure.js';

export const NAPI_VERSION = 8;

/** The compiler's, on every system. */
export const compilerOptions: readonly string[] = [
  ...['-fPIC', '-O2', '-std=c++17'],
  ...[`-DNAPI_VERSION=${NAPI_VERSION}`, '-DNODE_GYP_MODULE_NAME=tfjs_binding', '-DBUILDING_NODE_EXTENSION'],
];

export interface AddonSource {
  /** TensorFlow.js's npm package, with `binding/`. */
  readonly addonSource: string;
  /** A header of ours that goes in front of each of the addon's sources. */
  readonly addonPreface: string;
}

/** Of the sources, our header and the compiler's options, in hexadecimal digits; `undefined` where they are not there. */
export function addonInputs({ addonSource, addonPreface }: AddonSource): string | undefined {
  const folder = path.join(addonSource, 'binding');
  try {
    const hash = createHash('sha256').update(compilerOptions.join(' '));
    const files = readdirSync(folder)
      .sort()
      .map((name) => path.join(folder, name));
    for (const file of [addonPreface, ...files]) hash.update(`\0${path.basename(file)}\0`).update(readFileSync(file));
    return hash.digest('hex').slice(0, 16);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
