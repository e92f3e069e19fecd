/** `run.json` of a run's folder: what is not in its event files. Readers tolerate what they do not know. */
import { z } from 'zod';
import { dataInfo } from './training.js';

/** What summaries were written beside the curves, and what that took. */
export const summaryReport = z.object({
  mode: z.enum(['off', 'default', 'all', 'own']),
  /** The share of training time that they may take, 0 to 1; none where it does not matter. */
  budget: z.number().optional(),
  costMs: z.number(),
  /** What of it was for the last ones, when training ended. */
  endMs: z.number().optional(),
  /** Of training time, 0 to 1. */
  share: z.number(),
  bytes: z.number(),
  /** By what pays for it (`weights` with gradients and updates, `images`, …): how many times it was written, and for how much. */
  sets: z.record(z.string(), z.object({ times: z.number(), costMs: z.number() })),
});
export type SummaryReport = z.infer<typeof summaryReport>;

export const runFile = z.looseObject({
  formatVersion: z.literal(1),
  name: z.string(),
  /** `script`: a plain TensorFlow.js script, which steps by itself and has no state to continue from. */
  kind: z.enum(['experiment', 'script']).optional(),
  /** The experiment's path relative to the folder that holds `runs/`, where it is below it. */
  experiment: z.string(),
  /** `interrupted`: its process went without ending it, as whoever noticed wrote down. */
  status: z.enum(['running', 'completed', 'stopped', 'failed', 'interrupted']),
  /** Of the process that trains, while it does: a reader tells an interrupted run by its absence. */
  pid: z.number().optional(),
  createdAt: z.number(),
  updatedAt: z.number(),
  seed: z.number(),
  epochs: z.number(),
  epoch: z.number(),
  step: z.number(),
  wallMs: z.number(),
  backend: z.string(),
  device: z.string(),
  params: z.number(),
  continuedFrom: z.string().optional(),
  stateHash: z.string().optional(),
  data: dataInfo.optional(),
  settings: z.record(z.string(), z.string()).optional(),
  summaries: summaryReport.optional(),
  error: z.string().optional(),
  versions: z.record(z.string(), z.string()),
});
export type RunFile = z.infer<typeof runFile>;
