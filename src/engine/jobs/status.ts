/** What is installed, whether it can be used as it is, and what stands in the way of an installation. Changes nothing. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { findEngine } from '../../shared/engine/find-engine.js';
import type { EngineManifest, EngineObstacle, EngineStatus } from '../../shared/protocol/engine.js';
import { addonInputs } from '../build/addon-inputs.js';
import { lockHolder } from '../disk/lock.js';
import { readOptional } from '../disk/read-optional.js';
import type { EngineContext } from '../engine-context.js';
import { localFindings } from './local-obstacles.js';
import { makePlan } from './make-plan.js';

export async function engineStatusNow(context: EngineContext, withPlan: boolean): Promise<EngineStatus> {
  const obstacles: EngineObstacle[] = [];
  const holder = await lockHolder(context.places.engines);
  if (holder && holder.pid !== process.pid) obstacles.push(busy(holder.pid));
  const local = await localFindings(context, undefined);
  obstacles.push(...local.obstacles);
  const planning = withPlan ? await makePlan(context, local, undefined) : undefined;
  if (planning) obstacles.push(...planning.obstacles);
  return {
    installed: installedEngine(context),
    plan: planning?.kind === 'plan' ? planning.plan.told : undefined,
    obstacles,
  };
}

export function busy(pid: number): EngineObstacle {
  return {
    kind: 'busy',
    message: `Another Backstep is setting up or removing native TensorFlow (process ${pid}).`,
    hint: 'Wait for it, or cancel it there.',
  };
}

export function installedEngine(context: EngineContext): EngineStatus['installed'] {
  const found = findEngine({
    environment: context.environment,
    home: path.dirname(context.places.engines),
    join: path.join,
    readText: readOptional,
  });
  if (found.kind === 'none') return undefined;
  if (found.kind === 'damaged') {
    return {
      version: 'unknown',
      flavor: 'cpu',
      folder: found.folder ?? context.places.engines,
      bytes: 0,
      installedAt: 0,
      trouble: `${found.reason}. Install it anew.`,
    };
  }
  const { version, flavor, bytes, installedAt } = found.manifest;
  const trouble = troubleOf(context, found.folder, found.manifest);
  const inputs = addonInputs(context.places);
  const outdated = inputs !== undefined && found.manifest.addonInputs !== inputs;
  return { version, flavor, folder: found.folder, bytes, installedAt, outdated, trouble };
}

function troubleOf(context: EngineContext, folder: string, manifest: EngineManifest): string | undefined {
  const { machine } = context;
  if (manifest.platform !== machine.platform) {
    return `It was built for ${manifest.platform}; this is Node.js for ${machine.platform}. Install it anew.`;
  }
  if (machine.avx === false) return 'This processor has no AVX, which it needs.';
  const missing = [manifest.addon, ...manifest.libraries].find((part) => !existsSync(path.join(folder, part)));
  if (missing !== undefined) return `${missing} is missing in its folder. Install it anew.`;
  if (manifest.flavor === 'cuda' && !machine.nvidia)
    return 'There is no NVIDIA driver any more: it trains on the processor.';
  return undefined;
}
