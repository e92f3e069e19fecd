/**
 * Native TensorFlow on this machine: what is installed, what an installation would do, and how far
 * one is. Written to disk by the installer (`src/engine`, a process of its own), read by the trainer,
 * shown by the window and `backstep engine`. This file knows neither disk nor network.
 */
import { z } from 'zod';

export const engineFlavors = ['cpu', 'cuda'] as const;
export const engineFlavor = z.enum(engineFlavors);
export type EngineFlavor = z.infer<typeof engineFlavor>;

/**
 * A finished, proven engine: the content of its `engine.json`. The one in use is named by
 * `engines/current.json` of the Backstep folder, which holds `{ "engine": "<folder's name>" }` and is
 * replaced in one rename, last of all.
 */
export const engineManifest = z.object({
  /** Grows where an older product could not use the folder. */
  format: z.literal(1),
  /** TensorFlow's version: `2.21.0`. */
  version: z.string(),
  flavor: engineFlavor,
  /** What the addon was made of, as one number: an engine with another one trains, and is made anew when set up again. */
  addonInputs: z.string().optional(),
  /** Node's own words: `linux-x64`. */
  platform: z.string(),
  /** The N-API addon, relative to the engine's folder, with `/`. */
  addon: z.string(),
  /** Folders with its shared libraries, relative likewise; first those that are looked in first. */
  libraries: z.array(z.string()),
  /** To be in the environment before the trainer's process starts. `{engine}` stands for the engine's folder. */
  environment: z.record(z.string(), z.string()),
  bytes: z.number(),
  installedAt: z.number(),
});
export type EngineManifest = z.infer<typeof engineManifest>;

/** What stands in the way, and what would help; said before anything is downloaded. */
export const engineObstacle = z.object({
  kind: z.enum(['platform', 'processor', 'compiler', 'disk', 'network', 'index', 'busy', 'permission']),
  message: z.string(),
  hint: z.string().optional(),
});
export type EngineObstacle = z.infer<typeof engineObstacle>;

export const enginePlan = z.object({
  version: z.string(),
  flavor: engineFlavor,
  /** Why this flavor, for a person: "an NVIDIA driver is present (550.54)". */
  because: z.string(),
  packages: z.array(z.object({ name: z.string(), file: z.string(), bytes: z.number().optional() })),
  downloadBytes: z.number().optional(),
  /** Free on the disk while installing. */
  diskBytes: z.number().optional(),
  /** What stays on the disk afterwards. */
  installedBytes: z.number().optional(),
  /** Whether the addon comes with the product, or is compiled here. */
  addon: z.enum(['prebuilt', 'compiled here']),
});
export type EnginePlan = z.infer<typeof enginePlan>;

export const engineProgress = z.object({
  phase: z.enum(['checking', 'downloading', 'verifying', 'unpacking', 'building', 'proving', 'switching']),
  /** For a person: "Downloading tensorflow-cpu 2.21.0". */
  message: z.string(),
  doneBytes: z.number().optional(),
  totalBytes: z.number().optional(),
  /** Of this phase, where it can be told. */
  secondsLeft: z.number().optional(),
});
export type EngineProgress = z.infer<typeof engineProgress>;

export const engineFailure = z.object({
  message: z.string(),
  hint: z.string().optional(),
  /** The part of a build's or a proof's output that matters. */
  log: z.string().optional(),
});
export type EngineFailure = z.infer<typeof engineFailure>;

/** Everything that is known, as one value; a window that comes late starts from it. */
export const engineStatus = z.object({
  installed: z
    .object({
      version: z.string(),
      flavor: engineFlavor,
      folder: z.string(),
      bytes: z.number(),
      installedAt: z.number(),
      /** It trains as it is, and would train faster if it were set up anew. */
      outdated: z.boolean().optional(),
      /** Why it cannot be used as it is, where it cannot: "built for another processor". */
      trouble: z.string().optional(),
    })
    .optional(),
  /** What an installation would do here; none before it was looked for, and where nothing fits. */
  plan: enginePlan.optional(),
  obstacles: z.array(engineObstacle),
  /** While one is under way. */
  progress: engineProgress.optional(),
  /** How the last one of this server failed. */
  failure: engineFailure.optional(),
});
export type EngineStatus = z.infer<typeof engineStatus>;

/** What is asked of the installer's process, as its one argument in JSON. */
export const engineJob = z.discriminatedUnion('kind', [
  /** `plan`: also asks the package index what there is. */
  z.object({ kind: z.literal('status'), plan: z.boolean().default(false) }),
  z.object({
    kind: z.literal('install'),
    version: z.string().optional(),
    flavor: engineFlavor.optional(),
    /** Installs anew where the same engine is there already. */
    force: z.boolean().default(false),
  }),
  z.object({ kind: z.literal('remove') }),
]);
export type EngineJob = z.input<typeof engineJob>;

/** What the installer's process says, one message each; the last is `done` or `failed`. */
export const engineMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status'), status: engineStatus }),
  z.object({ kind: z.literal('plan'), plan: enginePlan }),
  z.object({ kind: z.literal('progress'), progress: engineProgress }),
  z.object({ kind: z.literal('done'), status: engineStatus }),
  z.object({ kind: z.literal('failed'), failure: engineFailure, obstacles: z.array(engineObstacle) }),
]);
export type EngineMessage = z.infer<typeof engineMessage>;
