/** What the training thread and the debug thread say to each other. Structured clones, so numbers stay as they are. */
import type {
  RunOptions,
  StepEvent,
  StopPoint,
  TrainingBreakpoint,
  TrainingEvent,
} from '../../shared/protocol/training.js';
import type { KnownRun } from './verify-breakpoint.js';
import type { MessagePort } from 'node:worker_threads';

export interface DebugThreadSetup {
  readonly flags: SharedArrayBuffer;
  /** Takes `ControlMessage`s; the training reads it between steps. */
  readonly control: MessagePort;
  /** URL of the trainer's only script that V8's debugger may stop in. */
  readonly stoppingPlace: string;
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
  /** What a breakpoint's condition or log message threw, once each. */
  | {
      readonly kind: 'lineProblem';
      readonly id: number;
      readonly of: 'condition' | 'log message';
      readonly message: string;
    }
  /** What a condition of a breakpoint on the training's places failed with, once each. */
  | { readonly kind: 'placeProblem'; readonly id: string; readonly message: string }
  /** Names that the run has, as they become known: weights at its start, ops and metrics by its first step. */
  | { readonly kind: 'runNames'; readonly names: Pick<KnownRun, 'weights' | 'ops' | 'metrics'> }
  /** Which op a number in `SharedFlags.opUnderWay` stands for. */
  | { readonly kind: 'opName'; readonly op: number; readonly name: string }
  /** Of an answer that names this number, which comes after it. */
  | { readonly kind: 'bytes'; readonly number: number; readonly bytes: Uint8Array }
  | { readonly kind: 'finished'; readonly exitCode: number };

/** Where the training is, asked of it at a stop that it has not announced itself. */
export interface Whereabouts {
  readonly epoch: number;
  readonly step: number;
  readonly stepInEpoch: number;
  /** As in `StopPoint`. */
  readonly path: readonly string[];
  readonly lastStep: StepEvent | undefined;
  readonly learningRate: number | undefined;
  /** What runs is no step, but a recording of one, or work beside the training. */
  readonly recording: boolean;
}

/** JSON text of this is what `PausedService` answers. A failure is for a person to read. */
export type Answer<T> =
  { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'failure'; readonly message: string };

/** Name of the function, in the trainer's host, that announces a stop and waits until it can be made. */
export const announcingFunction = 'announceStop';

/** Expression that gives the object serving looks while stopped. */
export const pausedExpression = 'globalThis[Symbol.for("backstep.paused")]';
