/**
 * Finds the native TensorFlow that is to be used: a folder named by `BACKSTEP_ENGINE`, else the current
 * one of the Backstep folder. Reads files and loads nothing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { engineManifest, type EngineManifest } from '../../../../shared/protocol/engine.js';

export interface Engine {
  /** Absolute. */
  readonly folder: string;
  readonly manifest: EngineManifest;
  /** Absolute path of the addon. */
  readonly addon: string;
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
  const named = environment['BACKSTEP_ENGINE'];
  if (named === 'none') return { kind: 'none', reason: 'native TensorFlow is switched off (BACKSTEP_ENGINE=none)' };
  if (named) return engineIn(path.resolve(named), platform);

  const engines = path.join(environment['BACKSTEP_HOME'] || path.join(homedir(), '.backstep'), 'engines');
  const current = readJson(path.join(engines, 'current.json'));
  if (current.kind === 'missing') return { kind: 'none', reason: 'native TensorFlow is not installed' };
  if (current.kind === 'damaged') return { kind: 'unusable', reason: current.reason };
  const name = (current.value as { engine?: unknown } | undefined)?.engine;
  if (typeof name !== 'string' || name === '') {
    return { kind: 'unusable', reason: `${path.join(engines, 'current.json')} names no engine` };
  }
  return engineIn(path.join(engines, name), platform);
}

function engineIn(folder: string, platform: string): EngineSearch {
  const file = path.join(folder, 'engine.json');
  const read = readJson(file);
  if (read.kind === 'missing') return { kind: 'unusable', reason: `there is no native TensorFlow in ${folder}` };
  if (read.kind === 'damaged') return { kind: 'unusable', reason: read.reason };
  const parsed = engineManifest.safeParse(read.value);
  if (!parsed.success) {
    const { format } = (read.value ?? {}) as { format?: unknown };
    const reason =
      typeof format === 'number' && format !== 1
        ? `the native TensorFlow in ${folder} was set up by a newer version of Backstep`
        : `${file} is damaged`;
    return { kind: 'unusable', reason };
  }
  const manifest = parsed.data;
  if (manifest.platform !== platform) {
    return {
      kind: 'unusable',
      reason: `the native TensorFlow in ${folder} is for ${manifest.platform}, and this is ${platform}`,
    };
  }
  const addon = path.join(folder, ...manifest.addon.split('/'));
  if (!existsSync(addon)) return { kind: 'unusable', reason: `the native TensorFlow lacks its addon (${addon})` };
  return { kind: 'found', engine: { folder, manifest, addon } };
}

type Read =
  | { readonly kind: 'read'; readonly value: unknown }
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged'; readonly reason: string };

function readJson(file: string): Read {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    return { kind: 'damaged', reason: `${file} cannot be read (${message})` };
  }
  try {
    return { kind: 'read', value: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: 'damaged', reason: `${file} is damaged` };
  }
}
