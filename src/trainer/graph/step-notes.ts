/**
 * What is noted of a step while it runs: references and the clock alone, for each microsecond here is one more of
 * every op. All else is worked out of it afterwards, by `readNotes`.
 */
import type * as tf from '@tensorflow/tfjs';
import type { GraphPhase } from '../../shared/graph/op-graph.js';
import type { ValueNumbers } from '../../shared/graph/op-statistics.js';
import type { HeldStack, SourcePlace } from '../loader/stack-frames.js';

export type StepNote = OpNote | ConstantNote | AssignNote;

/** A layer while it is called. */
export interface LayerNote {
  readonly label: string;
  readonly place: SourcePlace | undefined;
  /** Then it calls nothing of the person's. */
  readonly isLibrarys: boolean;
  /** Where it was called, of one that is not the library's. */
  readonly calledAt: HeldStack | undefined;
}

/** Where training was: which layer it was in, and the stack where the person's code may have been running. */
export interface PlaceNote {
  readonly layer: LayerNote | undefined;
  readonly stack: HeldStack | undefined;
}

/** What the ops of a gradient belong to. */
export interface PartnerNote {
  /** Of the op whose gradient it is. */
  readonly output: tf.Tensor | undefined;
  readonly layer: LayerNote | undefined;
}

interface Noted {
  readonly layer: LayerNote | undefined;
  readonly phase: GraphPhase;
}

export type KernelInputs = Readonly<Record<string, tf.Tensor | readonly tf.Tensor[] | null | undefined>>;

/** At the place of its beginning among the notes; what it has run inside itself comes after it. */
export interface OpNote extends Noted, PlaceNote {
  readonly kind: 'op';
  readonly op: string;
  readonly inputs: KernelInputs;
  readonly attributes: Readonly<Record<string, unknown>> | undefined;
  readonly partner: PartnerNote | undefined;
  /** The library's update that it is part of: where that was asked for. */
  readonly update: PlaceNote | undefined;
  /** None where it has failed. */
  result: tf.Tensor | readonly tf.Tensor[] | undefined;
  ms: number;
  device: string | undefined;
  /** What it runs inside itself is no op of the graph; what is kept of it for its gradient is. */
  isKeeping: boolean;
}

export interface ConstantNote extends Noted {
  readonly kind: 'constant';
  readonly tensor: tf.Tensor;
  /** Of a single number. */
  readonly value: number | undefined;
}

export interface AssignNote extends Noted {
  readonly kind: 'assign';
  readonly variable: tf.Variable;
  readonly value: tf.Tensor;
  /** What the variable's data was before. */
  readonly dataBefore: object;
  readonly dataAfter: object;
  /** What it holds afterwards, where that is measured. */
  readonly numbers: ValueNumbers | undefined;
}

export interface StepNotes {
  readonly notes: readonly StepNote[];
  /** What gradients were taken of. */
  readonly losses: readonly tf.Tensor[];
  /** By the tensor's number: its values when it was first seen, where they are measured. */
  readonly numbers: ReadonlyMap<number, ValueNumbers | undefined>;
}
