/**
 * Finds the native TensorFlow that is to be used, and whether it is for this machine. Reads files and
 * loads nothing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { engineEnvironment, findEngine as find } from '../../../../shared/engine/find-engine.js';
import type { EngineManifest } from '../../../../shared/protocol/engine.js';

export interface Engine {
  readonly manifest: EngineManifest;
  /** Absolute path of the addon. */
  readonly addon: string;
  /** What its process should have in its environment, less what it has. */
  readonly environment: Readonly<Record<string, string>>;
}

export type EngineSearch =
  | { readonly kind: 'found'; readonly engine: Engine }
  /** Nothing is installed, or none is wanted. */
  | { readonly kind: 'none'; readonly reason: string }
  /** Something is there and cannot be used. */
  | { readonly kind: 'unusable'; readonly reason: string };

interface Surroundings {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly platform?: string;
}

export function findEngine({
  environment = process.env,
  platform = `${process.platform}-${process.arch}`,
}: Surroundings = {}): EngineSearch {
  const home = environment['BACKSTEP_HOME'] || path.join(homedir(), '.backstep');
  const found = find({ environment, home, join: path.join, readText });
  if (found.kind === 'damaged') return { kind: 'unusable', reason: found.reason };
  if (found.kind === 'none') {
    const off = environment['BACKSTEP_ENGINE'] === 'none';
    const reason = off
      ? 'native TensorFlow is switched off (BACKSTEP_ENGINE=none)'
      : 'native TensorFlow is not installed';
    return { kind: 'none', reason };
  }
  const { manifest } = found;
  const folder = path.resolve(found.folder);
  if (manifest.platform !== platform) {
    return {
      kind: 'unusable',
      reason: `the native TensorFlow in ${folder} is for ${manifest.platform}, and this is ${platform}`,
    };
  }
  const addon = path.join(folder, ...manifest.addon.split('/'));
  if (!existsSync(addon)) return { kind: 'unusable', reason: `native TensorFlow lacks its addon (${addon})` };
  return {
    kind: 'found',
    engine: { manifest, addon, environment: engineEnvironment({ folder, manifest }, environment, process.platform) },
  };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // A file that is missing or cannot be read is no engine; the search says which.
    if ((error as NodeJS.ErrnoException).code) return undefined;
    throw error;
  }
}
