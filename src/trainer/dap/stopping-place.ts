/**
 * Where the training thread stands still, by a `debugger` statement, between two steps or in the
 * middle of one. Built into a file of its own, the only one of the trainer's that V8's debugger is
 * told to see. Parameters and constants are the names that an expression can use here.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { StepEvent, StopPoint } from '../../shared/protocol/training.js';

/** What a person may name in an expression, beside what their own code has in reach. */
export interface PausedScope {
  readonly model?: tfjs.LayersModel;
  readonly optimizer?: tfjs.Optimizer;
  readonly batch?: unknown;
}

/** For the debug thread: the script that it must let V8 stop in. */
export const stoppingPlace = import.meta.url;

export function standBetweenSteps(
  tf: typeof tfjs,
  scope: PausedScope,
  at: StopPoint,
  lastStep: StepEvent | undefined,
  learningRate: number | undefined,
): unknown {
  const { model, optimizer, batch } = scope;
  const { epoch, step } = at;
  const { loss, metrics } = lastStep ?? {};
  debugger;
  // Used only by name, from outside: this keeps the optimizer of the code from dropping them.
  return [tf, model, optimizer, batch, epoch, step, loss, metrics, learningRate];
}

/** An op or a layer, before or after it has run. */
export function standInStep(
  tf: typeof tfjs,
  scope: PausedScope,
  at: StopPoint,
  layer: tfjs.layers.Layer | undefined,
  op: string | undefined,
  inputs: unknown,
  output: unknown,
  attributes: unknown,
): unknown {
  const { model, optimizer, batch } = scope;
  const { epoch, step } = at;
  debugger;
  return [tf, model, optimizer, batch, epoch, step, layer, op, inputs, output, attributes];
}
