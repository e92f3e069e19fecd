/** What a backend is to Backstep: one file each beside this one, listed in index.ts. */
import type { BackendName } from '../../../../shared/protocol/training.js';

export interface BackendKind {
  readonly name: BackendName;
  /**
   * Makes it the backend of TensorFlow.js and computes something small on it. Does not throw for what
   * can be expected: that it is not there, or does not work here. What works and is no gain starts
   * only `by name`.
   */
  start(asked: 'by name' | 'as one of several'): Promise<BackendStart>;
}

export type BackendStart =
  | {
      readonly kind: 'works';
      /** For a person: `CPU, SIMD, 1 thread`. */
      readonly device: string;
    }
  | Unavailable;

export interface Unavailable {
  readonly kind: 'unavailable';
  /** Why, for a person: completes "tensorflow is not in use: …". */
  readonly reason: string;
  /** What the person can do about it, where there is anything. */
  readonly change?: string;
}
