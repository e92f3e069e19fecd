/**
 * Whether a built engine works: its addon alone trains a small step in a fresh process, then the trainer
 * itself says that its tensorflow backend works with it. Only after that may anything switch to it.
 */
import path from 'node:path';
import { z } from 'zod';
import { enginePlaces } from '../../shared/base/places.js';
import { engineEnvironment } from '../../shared/engine/find-engine.js';
import { parseMessage } from '../../shared/base/message-json.js';
import type { EngineManifest } from '../../shared/protocol/engine.js';
import type { EngineContext } from '../engine-context.js';
import { EngineFailure } from '../engine-failure.js';
import type { ProofMessage } from '../proof.js';
import { runProcess, shortenedLog, type ProcessResult } from './run-process.js';

const LIMIT_MS = 3 * 60_000;

const statuses = z.object({
  statuses: z.array(
    z.object({
      backend: z.string(),
      works: z.boolean(),
      device: z.string().optional(),
      reason: z.string().optional(),
    }),
  ),
});

/** @returns the device in the trainer's words. @throws EngineFailure */
export async function prove(context: EngineContext, folder: string, manifest: EngineManifest): Promise<string> {
  await proveAddon(context, folder, manifest);
  return proveTrainer(context, folder, manifest);
}

async function proveAddon(context: EngineContext, folder: string, manifest: EngineManifest): Promise<void> {
  let message: ProofMessage | undefined;
  const result = await runProcess(process.execPath, [context.places.proof, folder], {
    signal: context.signal,
    limitMs: LIMIT_MS,
    environment: environmentWith(context, folder, manifest),
    onMessage: (said) => (message = said as ProofMessage),
  });
  if (message?.kind !== 'proven') {
    throw failure(message?.kind === 'failed' ? message.message : endOf(result), result.output);
  }
  if (message.version !== manifest.version) {
    throw failure(`the library says it is TensorFlow ${message.version}, not ${manifest.version}`, result.output);
  }
  if (manifest.flavor === 'cuda' && !message.gpu) {
    throw new EngineFailure(
      'TensorFlow was set up with CUDA, but finds no GPU that it can use. Nothing was switched.',
      'Update the NVIDIA driver (CUDA 12.5 needs 555 or newer; 525 and newer mostly work), or set up the version for the processor: `backstep engine install --flavor cpu`.',
      shortenedLog(gpuLines(result.output) || result.output),
    );
  }
}

async function proveTrainer(context: EngineContext, folder: string, manifest: EngineManifest): Promise<string> {
  let said: z.infer<typeof statuses> | undefined;
  const result = await runProcess(process.execPath, [context.places.trainer, 'backends'], {
    signal: context.signal,
    limitMs: LIMIT_MS,
    environment: { ...environmentWith(context, folder, manifest), BACKSTEP_ENGINE: folder },
    onMessage: (message) => (said = statuses.safeParse(parseMessage(String(message))).data),
  });
  const status = said?.statuses.find(({ backend }) => backend === 'tensorflow');
  if (status?.works) return status.device ?? '';
  throw failure(status ? (status.reason ?? 'the trainer does not say why') : endOf(result), result.output);
}

/** TensorFlow's own words go to the log, also those that a set-up engine keeps quiet. */
function environmentWith(context: EngineContext, folder: string, manifest: EngineManifest): NodeJS.ProcessEnv {
  const { TF_CPP_MIN_LOG_LEVEL: _quiet, ...environment } = manifest.environment;
  const noisy = { ...manifest, environment };
  return {
    ...context.environment,
    ...engineEnvironment({ folder, manifest: noisy }, context.environment, process.platform),
  };
}

function endOf(result: ProcessResult): string {
  if (result.timedOut) return 'it did not end within three minutes';
  if (result.signal === 'SIGILL') return 'it uses instructions that this processor does not have (SIGILL)';
  if (result.signal) return `its process crashed (${result.signal})`;
  return `its process ended with exit code ${result.code ?? 'unknown'}`;
}

function failure(why: string, output: string): EngineFailure {
  return new EngineFailure(
    `The library was built, but does not train here: ${why}. Nothing was switched.`,
    hintFor(why),
    shortenedLog(output),
  );
}

function hintFor(why: string): string {
  if (/GLIBC(?:XX)?_|version `?CXXABI/.test(why))
    return 'Your system’s C++ library is too old for this TensorFlow: update the system.';
  if (/wrong ELF class|invalid ELF header|incompatible architecture|mach-o/i.test(why))
    return 'The addon was built for another processor. Install with the Node.js that Backstep runs with.';
  if (/cannot open shared object|image not found|Library not loaded/i.test(why))
    return `A library is missing: the message names it. Look also into ${path.join('engines', enginePlaces.manifest)}’s environment.`;
  if (/SIGILL/.test(why)) return 'TensorFlow needs a processor with AVX. `wasm` works everywhere.';
  return 'Training goes on with `wasm`. Another version of TensorFlow can be tried: backstep engine install --version <x.y.z>.';
}

function gpuLines(output: string): string {
  return output
    .split('\n')
    .filter((line) => /cuda|cudnn|gpu|nvidia|dlopen|driver/i.test(line))
    .join('\n');
}
