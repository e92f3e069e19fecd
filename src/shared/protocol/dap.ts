/**
 * What Backstep adds to the Debug Adapter Protocol. Standard requests (initialize, launch,
 * configurationDone, threads, stackTrace, scopes, variables, evaluate, pause, continue, next,
 * terminate, disconnect) keep their standard meaning:
 *
 * - `launch` arguments are `RunOptions`;
 * - `next` runs one training step; `continue` runs on; `pause` acts after the step under way;
 * - `terminate` saves the state and ends the run; `disconnect` ends the process;
 * - a `stopped` event's body carries `backstep: StopPoint` beside the standard fields.
 */
import { z } from 'zod';
import { stepLook, trainingBreakpoint, trainingEvent } from './training.js';

/** Event `backstep/training`: what happened since the last one, in order. At most one in 16 ms. */
export const trainingBatch = z.object({ events: z.array(trainingEvent) });

export const breakpointStatus = z.object({ id: z.string(), verified: z.boolean(), message: z.string().optional() });

/** Custom requests: name, arguments, answer. Those marked paused fail with a message while training runs. */
export const dapRequests = {
  /** Replaces all training breakpoints; answered at any time. */
  'backstep/setTrainingBreakpoints': {
    args: z.object({ breakpoints: z.array(trainingBreakpoint) }),
    result: z.object({ breakpoints: z.array(breakpointStatus) }),
  },
  /** Paused: the step that training has just stopped after. */
  'backstep/look': { args: z.object({}), result: stepLook },
  /** Paused: used from the next step on. Not finite or not positive values are refused. */
  'backstep/setLearningRate': {
    args: z.object({ learningRate: z.number() }),
    result: z.object({ learningRate: z.number() }),
  },
  /** Paused: runs on to the end of the epoch, validation included, and stops there. */
  'backstep/runToEpochEnd': { args: z.object({}), result: z.object({}) },
  /** Paused: hash of weights, optimizer slots, random state and data cursor. */
  'backstep/stateHash': { args: z.object({}), result: z.object({ stateHash: z.string() }) },
} as const;
export type DapRequests = typeof dapRequests;
export type DapRequestName = keyof DapRequests;
