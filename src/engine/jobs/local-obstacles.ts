/** What on this machine stands in the way of an engine, told all at once and before anything is downloaded. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { EngineFlavor, EngineObstacle } from '../../shared/protocol/engine.js';
import { enginePlatform, type EnginePackage } from '../../shared/engine/engine-platforms.js';
import { hasPrebuiltAddon } from '../build/build-addon.js';
import { compilerHint, findCompiler, type Compiler } from '../build/compiler.js';
import type { EngineContext } from '../engine-context.js';
import { errorCode } from '../engine-failure.js';
import { readOptional } from '../disk/read-optional.js';

export interface LocalFindings {
  readonly flavor: EngineFlavor;
  readonly because: string;
  /** None where the platform has none. */
  readonly package?: EnginePackage;
  /** None where the addon comes with the product, or there is no compiler. */
  readonly compiler?: Compiler;
  readonly prebuilt: boolean;
  readonly obstacles: readonly EngineObstacle[];
}

export async function localFindings(context: EngineContext, wanted: EngineFlavor | undefined): Promise<LocalFindings> {
  const { machine, places, environment, signal } = context;
  const obstacles: EngineObstacle[] = [];
  const platform = enginePlatform(machine.platform);
  const { flavor, because } = chooseFlavor(context, wanted);
  let chosen: EnginePackage | undefined;
  if (platform.kind === 'unsupported') {
    obstacles.push({ kind: 'platform', message: `${platform.reason}.`, hint: platform.hint });
  } else {
    chosen = platform.flavors[flavor];
    if (!chosen) {
      obstacles.push({
        kind: 'platform',
        message: `TensorFlow has no CUDA packages for ${machine.platform}.`,
        hint: 'Use the version for the processor: --flavor cpu.',
      });
    }
    if (machine.avx === false) {
      obstacles.push({
        kind: 'processor',
        message: 'This processor has no AVX, which TensorFlow’s library needs.',
        hint: 'Train with `wasm`, which works on every processor.',
      });
    }
  }
  const prebuilt = await hasPrebuiltAddon(places.prebuilds, machine.platform);
  const compiler = prebuilt ? undefined : await findCompiler(environment, signal);
  if (!prebuilt && !compiler && platform.kind === 'supported') {
    obstacles.push({
      kind: 'compiler',
      message: 'There is no C++ compiler, which the addon is built with.',
      hint: compilerHint(process.platform, readOptional('/etc/os-release')),
    });
  }
  const denied = deniedFolder(places.engines);
  if (denied !== undefined) {
    obstacles.push({
      kind: 'permission',
      message: `The folder ${denied} cannot be written.`,
      hint: 'Check who owns it, or set BACKSTEP_HOME to a folder that you may write to.',
    });
  }
  return { flavor, because, package: chosen, compiler, prebuilt, obstacles };
}

function chooseFlavor(
  { machine }: EngineContext,
  wanted: EngineFlavor | undefined,
): { readonly flavor: EngineFlavor; readonly because: string } {
  if (wanted) return { flavor: wanted, because: 'it was asked for' };
  const platform = enginePlatform(machine.platform);
  const hasCuda = platform.kind === 'supported' && platform.flavors.cuda !== undefined;
  if (!machine.nvidia) return { flavor: 'cpu', because: 'there is no NVIDIA driver' };
  const { version, gpus } = machine.nvidia;
  const about = [version, ...gpus].filter((word) => word !== undefined).join(', ');
  const driver = `an NVIDIA driver is present${about ? ` (${about})` : ''}`;
  return hasCuda
    ? { flavor: 'cuda', because: driver }
    : { flavor: 'cpu', because: `${driver}, but TensorFlow has no CUDA packages for ${machine.platform}` };
}

/** The nearest folder that is there must be writable; undefined where it is. */
function deniedFolder(folder: string): string | undefined {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    try {
      accessSync(at, constants.W_OK | constants.X_OK);
      return undefined;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || path.dirname(at) === at) return at;
    }
  }
}
