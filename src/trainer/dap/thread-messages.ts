/** What the training thread and the debug thread say to each other. Structured clones, so numbers stay as they are. */
import type {
  RunOptions,
  StepEvent,
  StopPoint,
  TrainingBreakpoint,
  TrainingEvent,
} from '../../shared/protocol/training.js';
import type { MessagePort } from 'node:worker_threads';

export interface DebugThreadSetup {
  readonly flags: SharedArrayBuffer;
  /** Takes `ControlMessage`s; the training reads it between steps. */
  readonly control: MessagePort;
  /** File descriptor of the duplex pipe to the front end. */
  readonly fd: number;
}

export type ToTraining =
  { readonly kind: 'start'; readonly options: RunOptions } | { readonly kind: 'exit'; readonly exitCode: number };

export interface ControlMessage {
  readonly breakpoints: readonly TrainingBreakpoint[];
}

/** What is known at a stop without asking the training thread. */
export interface StopFacts {
  readonly at: StopPoint;
  readonly lastStep: StepEvent | undefined;
  readonly learningRate: number | undefined;
  /** Where the experiment's default export stands. */
  readonly source?: { readonly file: string; readonly line: number; readonly column: number };
}

export type FromTraining =
  | { readonly kind: 'events'; readonly events: readonly TrainingEvent[] }
  /** The training thread is about to stop, and waits until the debugger is attached. */
  | { readonly kind: 'stopping'; readonly facts: StopFacts }
  | { readonly kind: 'finished'; readonly exitCode: number };

/** Name of the function in which the training thread stands while it is stopped between steps. */
export const stopFunctionName = 'standBetweenSteps';

/** Expression that gives the object serving looks while stopped. */
export const pausedExpression = 'globalThis[Symbol.for("backstep.paused")]';
