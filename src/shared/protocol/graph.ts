/** What is asked of the trainer's `graph` mode over IPC, and what it says, as texts made by `stringifyMessage`. */
import type { Problem, RunOptionsInput } from './training.js';

/** `pbtxt`: a GraphDef as text. `savedmodel`: a folder that TensorFlow loads, runs and trains. */
export const graphFormats = ['pbtxt', 'savedmodel'] as const;
export type GraphFormat = (typeof graphFormats)[number];

export interface GraphRequest {
  readonly options: RunOptionsInput;
  readonly format: GraphFormat;
  /** Absolute; none: the text comes in the reply. */
  readonly out?: string;
}

export type GraphReply =
  | { readonly kind: 'problem'; readonly problem: Problem }
  /** The step is not compiled. Completes "…: the step reads a value while it runs". */
  | { readonly kind: 'eager'; readonly reason: string }
  | { readonly kind: 'written'; readonly text?: string };
