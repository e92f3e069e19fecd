/** A node while a step is recorded and made into a graph: links instead of names. Knows no TensorFlow.js. */
import type { GraphPhase, OpNode } from '../../shared/graph/op-graph.js';
import type { SourcePlace } from '../loader/stack-frames.js';

export interface RecordedInput {
  readonly from: RecordedNode;
  readonly slot: number;
  readonly name: string;
}

export interface RecordedNode {
  readonly op: string;
  readonly kind: OpNode['kind'];
  /** Of a variable or input: its name, scopes included. */
  readonly name?: string;
  readonly inputs: readonly RecordedInput[];
  readonly attributes?: Record<string, unknown>;
  readonly value?: number;
  readonly forward?: RecordedNode;
  readonly place?: SourcePlace;
  layer: string | undefined;
  phase: GraphPhase;
  outputs: OpNode['outputs'];
  ms?: number;
  device?: string;
}

export interface RecordedStep {
  /** Each after all that its inputs come from. */
  readonly nodes: readonly RecordedNode[];
  /** What gradients were taken of. */
  readonly losses: readonly RecordedNode[];
}
