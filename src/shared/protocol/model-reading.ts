/**
 * What is asked of the process that reads model files (`src/reader`), and what it answers. Typed arrays travel as
 * they are: the channel is Node's, with structured clones.
 */
import type { KerasText } from '../models/keras/keras-files.js';
import type { OpenedModel } from '../models/model-format.js';

export interface ReadingQuestions {
  /** A model of any format, to be looked at. */
  readonly open: { readonly question: { readonly file: string }; readonly answer: OpenedModel };
  /** The experiment that trains it, written beside it; data that fits is looked for there and in `root`. */
  readonly experiment: {
    readonly question: {
      readonly file: string;
      readonly root: string;
      /** Takes the one that is there already in place of another. */
      readonly reuse?: boolean;
    };
    readonly answer: { readonly path: string; readonly isNew: boolean };
  };
  /** Keras's `.keras` or `.h5`: its text; what follows asks for the weights of the same file. */
  readonly keras: {
    readonly question: { readonly file: string };
    readonly answer: { readonly text: KerasText; readonly container: 'archive' | 'hdf5' };
  };
  /** In a group of its HDF5 part. */
  readonly names: { readonly question: { readonly group: string }; readonly answer: readonly string[] };
  readonly texts: {
    readonly question: { readonly group: string; readonly attribute: string };
    readonly answer: readonly string[] | undefined;
  };
  readonly dataset: {
    readonly question: { readonly path: string };
    readonly answer: { readonly shape: readonly number[] } | undefined;
  };
  readonly numbers: { readonly question: { readonly path: string }; readonly answer: Float32Array };
}

export type ReadingKind = keyof ReadingQuestions;

export type ReadingRequest = {
  [Kind in ReadingKind]: {
    readonly id: number;
    readonly kind: Kind;
    readonly question: ReadingQuestions[Kind]['question'];
    /** Of the processor, in place of what a file of its size gets. */
    readonly limitMs?: number;
  };
}[ReadingKind];

export type ReadingReply =
  /** The work has begun, and is ended with the process where it goes beyond these. */
  | { readonly kind: 'begun'; readonly limitMs: number; readonly mostBytes: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  /** What is wrong with the file, for a person. */
  | { readonly kind: 'refused'; readonly id: number; readonly message: string; readonly hint?: string }
  /** Of the file system, by its code; or a fault of ours. */
  | { readonly kind: 'failure'; readonly id: number; readonly message: string; readonly code?: string };
