/**
 * TensorFlow.js's N-API addon, compiled from its npm source against an unpacked library: one call of the
 * C++ compiler, no Python, no node-gyp. The addon finds its library beside itself, wherever both are moved.
 */
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { EngineFailure, errorCode } from '../engine-failure.js';
import { compilerOptions, NAPI_VERSION, type AddonSource } from './addon-inputs.js';
import type { Compiler } from './compiler.js';
import { runProcess, shortenedLog } from './run-process.js';

/** In an engine's folder. */
export const addonFile = 'addon/tfjs_binding.node';
const LIMIT_MS = 10 * 60_000;

export interface AddonParts extends AddonSource {
  /** The engine's folder, with the libraries unpacked. */
  readonly engine: string;
  /** Relative to it. */
  readonly libraries: readonly string[];
  /** TensorFlow's headers. */
  readonly include: string;
  readonly nodeHeaders: string;
}

/** Where a release's own addon for this system would be. */
export function prebuiltAddon(prebuilds: string, platform: string): string {
  return path.join(prebuilds, platform, `napi-v${NAPI_VERSION}`, 'tfjs_binding.node');
}

export async function hasPrebuiltAddon(prebuilds: string, platform: string): Promise<boolean> {
  try {
    return (await stat(prebuiltAddon(prebuilds, platform))).isFile();
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}

export async function copyPrebuiltAddon(prebuilds: string, platform: string, engine: string): Promise<void> {
  const target = path.join(engine, addonFile);
  await mkdir(path.dirname(target), { recursive: true });
  await copyFile(prebuiltAddon(prebuilds, platform), target);
}

/** @throws EngineFailure with the compiler's words that matter */
export async function buildAddon(compiler: Compiler, parts: AddonParts, signal: AbortSignal): Promise<void> {
  const target = path.join(parts.engine, addonFile);
  await mkdir(path.dirname(target), { recursive: true });
  const result = await runProcess(compiler.command, await compilerArguments(parts, target), {
    signal,
    limitMs: LIMIT_MS,
    folder: parts.engine,
    environment: { ...process.env, LC_ALL: 'C' },
  });
  if (result.code === 0) return;
  const why = result.timedOut
    ? 'did not end within ten minutes'
    : result.error
      ? `cannot be started (${result.error.message})`
      : `failed (${result.signal ?? `exit code ${result.code}`})`;
  throw new EngineFailure(
    `Compiling the addon ${why}: ${compiler.version}.`,
    result.signal === 'SIGKILL' || /Killed|out of memory/i.test(result.output)
      ? 'Memory may have run out: close other programs, then try again.'
      : 'The compiler must know C++17 (g++ 8, clang 7 or newer). Another one can be named in CXX.',
    shortenedLog(result.output),
  );
}

async function compilerArguments(parts: AddonParts, target: string): Promise<string[]> {
  const binding = path.join(parts.addonSource, 'binding');
  const sources = (await readdir(binding)).filter((name) => name.endsWith('.cc')).sort();
  if (sources.length === 0) {
    throw new EngineFailure(
      `The addon’s source is missing in ${binding}.`,
      'Install Backstep anew (in a checkout: npm ci).',
    );
  }
  const platform =
    process.platform === 'darwin'
      ? // Node's own functions are found when the addon is loaded.
        ['-bundle', '-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/../lib']
      : ['-shared', '-Wl,-rpath,$ORIGIN/../lib'];
  return [
    ...compilerOptions,
    ...['-I', parts.nodeHeaders, '-I', binding, '-I', parts.include, '-include', parts.addonPreface],
    ...sources.map((name) => path.join(binding, name)),
    ...parts.libraries.map((library) => path.join(parts.engine, library)),
    ...platform,
    ...['-o', target],
  ];
}
