/** What is asked of the trainer's `graph` and `record` modes over IPC, and what they say, as texts made by `stringifyMessage`. */
import { z } from 'zod';
import { opGraph } from '../graph/op-graph.js';
import type { WorkAhead } from './analysis.js';
import { backendNames, problem, type Problem, type RunOptionsInput } from './training.js';

/**
 * What `backstep graph` writes. `json`: the recorded ops with all that is known of them. `pbtxt`: a GraphDef as
 * text. `svg`: a picture. `savedmodel`: a folder that TensorFlow loads, runs and trains.
 */
export const graphFormats = ['json', 'pbtxt', 'svg', 'savedmodel'] as const;
export type GraphFormat = (typeof graphFormats)[number];

/** Of the graph that a step is compiled to on native TensorFlow. */
export type CompiledGraphFormat = Extract<GraphFormat, 'pbtxt' | 'savedmodel'>;

export interface GraphRequest {
  readonly options: RunOptionsInput;
  readonly format: CompiledGraphFormat;
  /** Absolute; none: the text comes in the reply. */
  readonly out?: string;
}

export type GraphReply =
  | { readonly kind: 'problem'; readonly problem: Problem }
  /** The step is not compiled. Completes "…: the step reads a value while it runs". */
  | { readonly kind: 'eager'; readonly reason: string }
  | { readonly kind: 'written'; readonly text?: string };

/** Asks for the ops of an experiment's steady training step, on any backend. */
export const recordingRequest = z.object({
  /** Absolute path of the experiment's file. */
  experiment: z.string(),
  /** Unsaved text by absolute path, used in place of what is on disk. */
  overlays: z.record(z.string(), z.string()).optional(),
  dataDir: z.string().optional(),
  settings: z.record(z.string(), z.string()).default({}),
  backend: z.enum(['auto', ...backendNames]).default('auto'),
  /** `zeros`: the data is not read, and a batch of zeros of its shape stands in. */
  batch: z.enum(['first', 'zeros']).default('first'),
  /** Measures the values of all outputs, too, which takes about as long as the step. */
  withStatistics: z.boolean().default(false),
  /** Answered by itself. Otherwise, of questions about an experiment that wait, the last is answered to all. */
  alone: z.boolean().optional(),
});
export type RecordingRequest = z.infer<typeof recordingRequest>;
export type RecordingRequestInput = z.input<typeof recordingRequest>;

export const graphRecording = z.object({
  /** None where the experiment cannot be trained as it stands; `problems` say why. */
  graph: opGraph.optional(),
  problems: z.array(problem),
});
export type GraphRecording = z.infer<typeof graphRecording>;

/** What the recording process says; `{ id, request }` goes in. */
export type RecordingReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'working'; readonly id: number; readonly work: WorkAhead }
  | { readonly kind: 'recording'; readonly id: number; readonly recording: GraphRecording }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string };
