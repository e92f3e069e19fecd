/** What is known of an experiment before it runs: layers with shapes, problems at their lines, the data's outline. */
import { z } from 'zod';
import { dataInfo, layerInfo, problem, type Problem } from './training.js';

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

/** Code of the person's that runs during an analysis, said before it does. */
export interface WorkAhead {
  /** For a person: `model()`. */
  readonly what: string;
  readonly place: { readonly file: string; readonly line: number; readonly column: number };
}

/** What the analysing process says over IPC, as texts made by `stringifyMessage`; `{ id, request }` goes in. */
export type AnalysisReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'working'; readonly id: number; readonly work: WorkAhead }
  | { readonly kind: 'analysis'; readonly id: number; readonly analysis: ExperimentAnalysis }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string };

/** The problem of an experiment whose analysis was ended after `limitMs`. */
export function unfinishedProblem(experiment: string, work: WorkAhead | undefined, limitMs: number): Problem {
  return {
    severity: 'error',
    message: `${work?.what ?? 'The experiment'} did not finish within ${limitMs / 1000} s.`,
    hint: 'Look for a loop that does not end, a promise that is never kept, or work that belongs into training.',
    ...(work?.place ?? { file: experiment }),
  };
}
