/**
 * Sets up native TensorFlow: everything that stands in the way is said first; then wheels are downloaded
 * and verified, what is needed is unpacked, the addon is built and the whole is proven, all in a folder
 * that nobody picks up. Only then, by one rename, is it the engine in use.
 */
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { enginePlaces } from '../../shared/base/places.js';
import type { EnginePackage } from '../../shared/engine/engine-platforms.js';
import type { EngineFlavor, EngineManifest, EngineStatus } from '../../shared/protocol/engine.js';
import { addonInputs } from '../build/addon-inputs.js';
import { addonFile, buildAddon, copyPrebuiltAddon } from '../build/build-addon.js';
import { prove } from '../build/prove.js';
import {
  folderBytes,
  freeName,
  sweep,
  sweepUnfinished,
  switchTo,
  unfinishedFolder,
  writeWhole,
} from '../disk/engines-folder.js';
import { takeLock } from '../disk/lock.js';
import type { EngineContext } from '../engine-context.js';
import { EngineFailure, EngineObstacles, inPlainWords } from '../engine-failure.js';
import { isProgram } from '../machine/cuda-libraries.js';
import { download, receivedBytes } from '../wheel/download.js';
import { openWheel, type Wheel } from '../wheel/wheel.js';
import { localFindings, type LocalFindings } from './local-obstacles.js';
import { makePlan, type InstallPlan } from './make-plan.js';
import { downloadsFolder } from './places.js';
import { ProgressTeller } from './progress.js';
import { busy, engineStatusNow, installedEngine } from './status.js';

export interface InstallWish {
  readonly version?: string;
  readonly flavor?: EngineFlavor;
  /** Also where the same is there already. */
  readonly force: boolean;
}

/** @throws EngineObstacles before anything is downloaded; EngineFailure; the signal's reason */
export async function installEngine(context: EngineContext, wish: InstallWish): Promise<EngineStatus> {
  const { engines } = context.places;
  const progress = new ProgressTeller((told) => context.say({ kind: 'progress', progress: told }));
  progress.begin('checking', 'Looking at what is needed');
  const local = await localFindings(context, wish.flavor);
  // Where the folder cannot be written, there is no lock to take.
  const lock = local.obstacles.some(({ kind }) => kind === 'permission') ? undefined : await takeLock(engines);
  if (lock && !('release' in lock)) throw new EngineObstacles([...local.obstacles, busy(lock.pid)]);
  try {
    const planning = await makePlan(context, local, wish.version);
    const obstacles = [...local.obstacles, ...planning.obstacles];
    if (obstacles.length > 0 || planning.kind === 'none' || !local.package) throw new EngineObstacles(obstacles);
    const { plan } = planning;
    context.say({ kind: 'plan', plan: plan.told });
    if (wish.force || !isThere(context, plan)) {
      await sweepUnfinished(engines);
      await make(context, { local, plan, package: local.package, progress });
    }
    return await engineStatusNow(context, false);
  } catch (error) {
    throw inPlainWords(error, engines);
  } finally {
    await lock?.release();
  }
}

function isThere(context: EngineContext, { told }: InstallPlan): boolean {
  // Whatever BACKSTEP_ENGINE names for the moment, it is the folder's own engine that is installed.
  const installed = installedEngine({ ...context, environment: {} });
  return (
    installed !== undefined &&
    installed.trouble === undefined &&
    !installed.outdated &&
    installed.version === told.version &&
    installed.flavor === told.flavor
  );
}

interface Making {
  readonly local: LocalFindings;
  readonly plan: InstallPlan;
  readonly package: EnginePackage;
  readonly progress: ProgressTeller;
}

async function make(context: EngineContext, making: Making): Promise<void> {
  const { engines } = context.places;
  const { told } = making.plan;
  const files = await fetchWheels(context, making);
  const folder = unfinishedFolder(engines);
  try {
    await mkdir(folder, { recursive: true });
    await unpackWheels(context, making, files, folder);
    await build(context, making, folder);
    const manifest: EngineManifest = {
      format: 1,
      version: told.version,
      flavor: told.flavor,
      platform: context.machine.platform,
      addon: addonFile,
      addonInputs: addonInputs(context.places),
      libraries: ['lib'],
      environment: environmentOf(making.plan),
      bytes: await folderBytes(folder),
      installedAt: Date.now(),
    };
    await writeWhole(path.join(folder, enginePlaces.manifest), JSON.stringify(manifest, undefined, 2));
    making.progress.begin('proving', 'Training a small step with it');
    await prove(context, folder, manifest);
    making.progress.begin('switching', 'Switching over');
    context.signal.throwIfAborted();
    const name = await freeName(engines, `tensorflow-${told.version}-${told.flavor}`);
    await rename(folder, path.join(engines, name));
    await switchTo(engines, name);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  // Older engines, and wheels that are unpacked: a training that runs keeps what it has loaded.
  await rm(downloadsFolder(context.places), { recursive: true, force: true });
  await sweep(engines);
}

async function fetchWheels(context: EngineContext, { plan, progress }: Making): Promise<readonly string[]> {
  const folder = downloadsFolder(context.places);
  const files: string[] = [];
  let before = 0;
  for (const { wheel } of plan.wheels) {
    const what = `${wheel.name} ${wheel.version}`;
    progress.begin('downloading', `Downloading ${what}`);
    progress.bytes(before + (await receivedBytes(folder, wheel)), plan.told.downloadBytes);
    let verifying = false;
    let received = 0;
    files.push(
      await download(context, folder, wheel, {
        onReceived: (bytes, total) => {
          received = bytes;
          progress.bytes(before + bytes, plan.told.downloadBytes ?? (plan.wheels.length === 1 ? total : undefined));
        },
        onVerified: (bytes, total) => {
          if (!verifying) progress.begin('verifying', `Checking ${what}`);
          verifying = true;
          progress.bytes(bytes, total);
        },
      }),
    );
    before += wheel.bytes ?? received;
  }
  return files;
}

async function unpackWheels(
  context: EngineContext,
  { plan, progress }: Making,
  files: readonly string[],
  folder: string,
): Promise<void> {
  progress.begin('unpacking', 'Unpacking the library');
  const opened: { readonly wheel: Wheel; readonly file: string; readonly names: readonly string[] }[] = [];
  try {
    let total = 0;
    for (const [i, file] of files.entries()) {
      const { needs } = plan.wheels[i]!;
      const wheel = await openBroken(file);
      const entries = wheel.entries.filter(({ name }) => needs(name));
      total += entries.reduce((bytes, entry) => bytes + entry.bytes, 0);
      opened.push({ wheel, file, names: entries.map(({ name }) => name) });
    }
    let done = 0;
    for (const { wheel, file, names } of opened) {
      for (const name of names) {
        const target = path.join(folder, targetOf(name));
        await wheel
          .unpack(name, target, {
            openFile: context.openFile,
            signal: context.signal,
            onBytes: (bytes) => progress.bytes((done += bytes), total),
          })
          .catch((error: unknown) => discardBroken(error, file));
        if (isProgram(name)) await chmod(target, 0o755);
      }
    }
  } finally {
    for (const { wheel } of opened) wheel.close();
  }
}

/** A wheel that is broken is not kept: it would be broken the next time, too. */
async function discardBroken(error: unknown, file: string): Promise<never> {
  if (error instanceof EngineFailure) await rm(file, { force: true });
  throw error;
}

function openBroken(file: string): Promise<Wheel> {
  return openWheel(file).catch((error: unknown) => discardBroken(error, file));
}

/** `tensorflow/libtensorflow_cc.so.2` → `lib/…`, `tensorflow/include/…` → `include/…`, `nvidia/…` as it is. */
function targetOf(entry: string): string {
  const header = /^tensorflow\/(include\/.+)$/.exec(entry)?.[1];
  const target = header ?? (entry.startsWith('tensorflow/') ? `lib/${path.posix.basename(entry)}` : entry);
  // No name in a wheel may lead out of the engine's folder.
  if (target.split('/').includes('..') || path.isAbsolute(target)) {
    throw new EngineFailure(`The wheel holds a name that leads out of its folder: ${entry}.`, 'It is not used.');
  }
  return target;
}

async function build(context: EngineContext, making: Making, folder: string): Promise<void> {
  const { places, machine, signal } = context;
  const include = path.join(folder, 'include');
  if (making.local.prebuilt) {
    making.progress.begin('building', 'Placing the addon');
    await copyPrebuiltAddon(places.prebuilds, machine.platform, folder);
  } else {
    making.progress.begin('building', `Compiling the addon with ${making.local.compiler!.version}`);
    await buildAddon(
      making.local.compiler!,
      {
        engine: folder,
        libraries: making.package.libraries.map(targetOf),
        include,
        addonSource: places.addonSource,
        addonPreface: places.addonPreface,
        nodeHeaders: places.nodeHeaders,
      },
      signal,
    );
  }
  await rm(include, { recursive: true, force: true });
}

/** The folders of NVIDIA's libraries as their wheels have them, below `nvidia/`. */
const nvidiaParts = [
  ...['cublas', 'cuda_cupti', 'cuda_nvrtc', 'cuda_runtime', 'cudnn', 'cufft', 'curand'],
  ...['cusolver', 'cusparse', 'nccl', 'nvjitlink'],
];

function environmentOf(plan: InstallPlan): Record<string, string> {
  const folders = [...nvidiaParts.map((part) => `{engine}/nvidia/${part}/lib`), ...plan.systemFolders];
  return {
    // Large activations are allocated and freed every step: keeping their pages saves most page faults.
    MALLOC_TRIM_THRESHOLD_: '4294967296',
    MALLOC_MMAP_THRESHOLD_: '4294967296',
    TF_CPP_MIN_LOG_LEVEL: '2',
    ...(plan.told.flavor === 'cuda'
      ? {
          LD_LIBRARY_PATH: ['{engine}/lib', ...folders].join(':'),
          // Else TensorFlow takes all of the GPU's memory at once.
          TF_FORCE_GPU_ALLOW_GROWTH: 'true',
        }
      : {}),
  };
}
