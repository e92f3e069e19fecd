/**
 * What an installation would do here: which wheels from where, what of them is unpacked, how much that
 * is. Asks the index and looks into wheels by ranges; downloads and changes nothing.
 */
import { engineVersion, type EnginePackage } from '../../shared/engine/engine-platforms.js';
import type { EngineObstacle, EnginePlan } from '../../shared/protocol/engine.js';
import type { EngineContext } from '../engine-context.js';
import { chooseWheel, type WheelChoice, type WheelWish } from '../index/choose-wheel.js';
import { NetworkFailure } from '../index/http-client.js';
import { offeredWheels, type OfferedWheel } from '../index/simple-index.js';
import { requirementsOfExtra, type Requirement } from '../index/versions.js';
import { foundOnSystem, isNeededOfNvidia, systemLibraries } from '../machine/cuda-libraries.js';
import { freeBytes } from '../disk/engines-folder.js';
import { receivedBytes } from '../wheel/download.js';
import { HttpReader } from '../wheel/http-reader.js';
import { openWheel, type Wheel } from '../wheel/wheel.js';
import type { LocalFindings } from './local-obstacles.js';
import { downloadsFolder } from './places.js';
import { fileURLToPath } from 'node:url';

export interface PlannedWheel {
  readonly wheel: OfferedWheel;
  /** Which entries are unpacked. */
  needs(entry: string): boolean;
  /** Undefined where the index gives no ranges. */
  readonly unpackedBytes?: number;
}

export interface InstallPlan {
  readonly told: EnginePlan;
  /** TensorFlow's own first. */
  readonly wheels: readonly PlannedWheel[];
  /** Folders of the system whose NVIDIA libraries are used as they are. */
  readonly systemFolders: readonly string[];
}

export type Planning =
  | { readonly kind: 'plan'; readonly plan: InstallPlan; readonly obstacles: readonly EngineObstacle[] }
  | { readonly kind: 'none'; readonly obstacles: readonly EngineObstacle[] };

/** Building leaves some megabytes, and nobody likes a disk that is full to the brim. */
const SPARE_BYTES = 200 * 2 ** 20;
const AT_A_TIME = 4;
/** A wheel of TensorFlow unpacks, as far as it is needed, to about three times its size. */
const USUAL_RATIO = 3.2;

/** TensorFlow's two libraries and the headers of its C interface, a few hundred kilobytes. */
export function isNeededOfTensorFlow(libraries: readonly string[]): (entry: string) => boolean {
  return (entry) =>
    libraries.includes(entry) ||
    /^tensorflow\/include\/(tensorflow\/c|tsl\/c|xla\/tsl\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/platform)\/.*\.h$/.test(
      entry,
    );
}

export async function makePlan(
  context: EngineContext,
  local: LocalFindings,
  wantedVersion: string | undefined,
): Promise<Planning> {
  if (!local.package) return { kind: 'none', obstacles: [] };
  const version = wantedVersion ?? engineVersion;
  const main = await find(context, local.package.name, {
    specifiers: `==${version}`,
    platform: local.package.wheelPlatform,
  });
  if (main.kind === 'obstacle') return { kind: 'none', obstacles: [main.obstacle] };
  const looked = await lookInto(context, main.wheel);
  if (looked.kind === 'obstacle') return { kind: 'none', obstacles: [looked.obstacle] };
  const wheels: PlannedWheel[] = [
    planned(main.wheel, looked.wheel, isNeededOfTensorFlow(local.package.libraries), looked.bytes),
  ];
  const obstacles: EngineObstacle[] = [...lackingLibraries(local.package, main.wheel, looked.wheel)];
  let systemFolders: readonly string[] = [];
  try {
    if (local.flavor === 'cuda') {
      const nvidia = await planNvidia(context, main.wheel, looked.wheel);
      wheels.push(...nvidia.wheels);
      obstacles.push(...nvidia.obstacles);
      systemFolders = nvidia.systemFolders;
    }
  } finally {
    looked.wheel?.close();
  }
  const sizes = await Promise.all(
    wheels.map(async ({ wheel, unpackedBytes }) => ({
      bytes: wheel.bytes,
      unpacked: unpackedBytes ?? (wheel.bytes === undefined ? undefined : wheel.bytes * USUAL_RATIO),
      received: await receivedBytes(downloadsFolder(context.places), wheel),
    })),
  );
  const downloadBytes = sum(sizes.map(({ bytes }) => bytes));
  const installedBytes = sum(sizes.map(({ unpacked }) => unpacked));
  const diskBytes =
    downloadBytes === undefined || installedBytes === undefined
      ? undefined
      : downloadBytes + installedBytes + SPARE_BYTES;
  if (diskBytes !== undefined) {
    const received = sizes.reduce((total, size) => total + size.received, 0);
    const free = await freeBytes(context.places.engines);
    if (free < diskBytes - received) {
      obstacles.push({
        kind: 'disk',
        message: `${gigabytes(diskBytes - received)} are needed in ${context.places.engines}; ${gigabytes(free)} are free.`,
        hint: 'Free some space, or set BACKSTEP_HOME to a folder on another disk.',
      });
    }
  }
  return {
    kind: 'plan',
    obstacles,
    plan: {
      wheels,
      systemFolders,
      told: {
        version: main.wheel.version,
        flavor: local.flavor,
        because: local.because,
        packages: wheels.map(({ wheel: { name, file, bytes } }) => ({ name, file, bytes })),
        downloadBytes,
        diskBytes,
        installedBytes,
        addon: local.prebuilt ? 'prebuilt' : 'compiled here',
      },
    },
  };
}

type Found =
  | { readonly kind: 'wheel'; readonly wheel: OfferedWheel }
  | { readonly kind: 'obstacle'; readonly obstacle: EngineObstacle };

async function find(context: EngineContext, name: string, wish: WheelWish): Promise<Found> {
  const offer = await offeredWheels(context, name);
  const choice = chooseWheel(offer.wheels, wish, context.machine);
  if (choice.kind === 'wheel') return choice;
  const [trouble] = offer.troubles;
  // What an index did not say counts for more than what the others do not have.
  if (trouble && (choice.kind === 'none' || offer.wheels.length === 0)) {
    return {
      kind: 'obstacle',
      obstacle: {
        kind: trouble.failure.status === undefined ? 'network' : 'index',
        message: `${name} cannot be looked up: ${trouble.failure.message}`,
        hint: trouble.failure.hint,
      },
    };
  }
  return { kind: 'obstacle', obstacle: obstacleOf(context, name, wish, choice) };
}

function obstacleOf(
  { machine, settings }: EngineContext,
  name: string,
  wish: WheelWish,
  choice: Exclude<WheelChoice, { kind: 'wheel' }>,
): EngineObstacle {
  if (choice.kind === 'system-too-old') {
    const needs =
      choice.needs.glibc === undefined
        ? `macOS ${choice.needs.macos ?? ''} or newer; this is macOS ${machine.macos ?? ''}`
        : machine.glibc === undefined
          ? `the C library glibc ${choice.needs.glibc} or newer; this system has another C library`
          : `glibc ${choice.needs.glibc} or newer; this system has ${machine.glibc}`;
    return {
      kind: 'platform',
      message: `${name} ${wish.specifiers.replace('==', '')} needs ${needs}.`,
      hint: 'Use a newer system, or an older version of TensorFlow: --version <x.y.z>. `wasm` works everywhere.',
    };
  }
  const some = choice.versions.slice(0, 5).join(', ');
  return {
    kind: 'index',
    message:
      settings.indexes.length + settings.findLinks.length === 0
        ? 'pip’s settings name no package index (no-index) and no folder of wheels (find-links).'
        : `The package index has no ${name} ${wish.specifiers} for ${machine.platform}.`,
    hint: some
      ? `It has ${some}: choose one with --version.`
      : 'Check pip’s settings (PIP_INDEX_URL, pip.conf): the index may not carry it.',
  };
}

type Looked =
  | { readonly kind: 'looked'; readonly wheel?: Wheel; readonly bytes?: number }
  | { readonly kind: 'obstacle'; readonly obstacle: EngineObstacle };

/** Into a wheel that is not downloaded yet, where the server lets one. */
async function lookInto({ http, signal }: EngineContext, wheel: OfferedWheel): Promise<Looked> {
  try {
    if (wheel.url.startsWith('file:')) return { kind: 'looked', wheel: await openWheel(fileURLToPath(wheel.url)) };
    const reader = await HttpReader.open(http, wheel.url, signal);
    return reader ? { kind: 'looked', wheel: await openWheel(reader), bytes: reader.totalBytes } : { kind: 'looked' };
  } catch (error) {
    signal.throwIfAborted();
    const failure = error as NetworkFailure;
    if (failure.name !== 'EngineFailure') throw error;
    return {
      kind: 'obstacle',
      obstacle: {
        kind: failure instanceof NetworkFailure && failure.status === undefined ? 'network' : 'index',
        message: `${wheel.file} cannot be looked into: ${failure.message}`,
        hint: failure.hint,
      },
    };
  }
}

function planned(
  offered: OfferedWheel,
  looked: Wheel | undefined,
  needs: (entry: string) => boolean,
  bytes: number | undefined,
): PlannedWheel {
  return {
    wheel: { ...offered, bytes: bytes ?? offered.bytes },
    needs,
    unpackedBytes: looked?.entries.reduce((total, entry) => total + (needs(entry.name) ? entry.bytes : 0), 0),
  };
}

function lackingLibraries(
  chosen: EnginePackage,
  { file }: OfferedWheel,
  wheel: Wheel | undefined,
): readonly EngineObstacle[] {
  if (!wheel) return [];
  const names = new Set(wheel.entries.map(({ name }) => name));
  const lacking = chosen.libraries.filter((library) => !names.has(library));
  if (lacking.length === 0) return [];
  return [
    {
      kind: 'platform',
      message: `${file} holds no ${lacking.join(' and no ')}, which the addon is linked to.`,
      hint: `Leave --version out: ${engineVersion} has it.`,
    },
  ];
}

/** NVIDIA's packages as TensorFlow's own wheel asks for them. */
async function planNvidia(
  context: EngineContext,
  wheel: OfferedWheel,
  looked: Wheel | undefined,
): Promise<{
  readonly wheels: readonly PlannedWheel[];
  readonly obstacles: readonly EngineObstacle[];
  readonly systemFolders: readonly string[];
}> {
  const metadata = looked?.entries.find(({ name }) => /^[^/]+\.dist-info\/METADATA$/.test(name));
  if (!looked || !metadata) {
    return {
      wheels: [],
      systemFolders: [],
      obstacles: [
        {
          kind: 'index',
          message: `${wheel.file} cannot be looked into before it is downloaded, so that NVIDIA’s packages are not known.`,
          hint: 'The index’s server gives no ranges of files. Use another index, or --flavor cpu.',
        },
      ],
    };
  }
  const requirements = requirementsOfExtra(await looked.readText(metadata.name), 'and-cuda');
  const system = await systemLibraries(context.environment);
  const systemFolders = new Set<string>();
  const wheels: PlannedWheel[] = [];
  const obstacles: EngineObstacle[] = [];
  const lookUp = async (requirement: Requirement): Promise<PlannedWheel | EngineObstacle | string> => {
    const folder = foundOnSystem(requirement, system);
    if (folder !== undefined) return folder;
    const found = await find(context, requirement.name, {
      specifiers: requirement.specifiers,
      platform: /^manylinux.*_x86_64$/,
    });
    if (found.kind === 'obstacle') return found.obstacle;
    const inside = await lookInto(context, found.wheel);
    if (inside.kind === 'obstacle') return inside.obstacle;
    inside.wheel?.close();
    return planned(found.wheel, inside.wheel, isNeededOfNvidia, inside.bytes);
  };
  // A few at a time: each takes some requests, and there are a dozen.
  for (let at = 0; at < requirements.length; at += AT_A_TIME) {
    for (const found of await Promise.all(requirements.slice(at, at + AT_A_TIME).map(lookUp))) {
      if (typeof found === 'string') systemFolders.add(found);
      else if ('wheel' in found) wheels.push(found);
      else obstacles.push(found);
    }
    // Without the network the next ones would only say the same again.
    if (obstacles.some(({ kind }) => kind === 'network')) break;
  }
  return { wheels, obstacles, systemFolders: [...systemFolders] };
}

function sum(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce<number | undefined>(
    (total, value) => (total === undefined || value === undefined ? undefined : total + value),
    0,
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
