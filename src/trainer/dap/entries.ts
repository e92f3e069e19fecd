/** What is shown inside of something, before it is read. Knows neither handles nor how it is shown. */
import type { TensorRole } from '../tensors/fitting-views.js';
import type { WatchedValue } from './place-names.js';

/** One thing inside another. */
export interface Entry {
  readonly name: string;
  readonly value: unknown;
  readonly evaluateName?: string;
  /** Of a tensor, what it is in the training, and how it is called by itself. */
  readonly role?: TensorRole;
  readonly fullName?: string;
  /** What a breakpoint on data calls it, where it is a value of the training. */
  readonly watch?: WatchedValue;
  /** Changes it; not there where it cannot be changed. @throws Error that says why not this value */
  readonly set?: (value: unknown) => void;
}

/** Something of the training's own that is no object of the person's: made up of entries when it is opened. */
export class Branch {
  constructor(
    readonly text: string,
    readonly entries: () => readonly Entry[],
    readonly type = '',
  ) {}
}
