/** What is known of an experiment before it runs: layers with shapes, problems at their lines, the data's outline. */
import { z } from 'zod';
import { dataInfo, layerInfo, problem } from './training.js';

export const experimentAnalysis = z.object({
  file: z.string(),
  layers: z.array(layerInfo),
  totals: z.object({ params: z.number(), trainableParams: z.number(), bytes: z.number() }).optional(),
  data: dataInfo.optional(),
  settings: z
    .object({ seed: z.number(), epochs: z.number(), loss: z.string().optional(), optimizer: z.string().optional() })
    .optional(),
  /** Empty where the experiment can be run as it stands. */
  problems: z.array(problem),
  elapsedMs: z.number(),
});
export type ExperimentAnalysis = z.infer<typeof experimentAnalysis>;

export const analysisRequest = z.object({
  /** Absolute path of the experiment's file. */
  experiment: z.string(),
  /** Unsaved text by absolute path, used in place of what is on disk. */
  overlays: z.record(z.string(), z.string()).default({}),
  dataDir: z.string().optional(),
  settings: z.record(z.string(), z.string()).default({}),
  /** Whether the data's outline (class folders, columns) is looked at too. */
  withData: z.boolean().default(true),
});
export type AnalysisRequest = z.infer<typeof analysisRequest>;
export type AnalysisRequestInput = z.input<typeof analysisRequest>;
