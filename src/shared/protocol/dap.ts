/**
 * What Backstep adds to the Debug Adapter Protocol. Standard requests keep their standard meaning:
 * initialize, launch, configurationDone, setBreakpoints (condition, hit condition, log message),
 * breakpointLocations, setExceptionBreakpoints (filters `caught` and `uncaught`: by the person's own
 * code; with conditions over `error`), threads, stackTrace, scopes, variables (paged), setVariable,
 * setExpression, evaluate, completions, exceptionInfo, source, loadedSources, pause, continue, next,
 * stepIn (with targets), stepOut, cancel, terminate, disconnect; `backstep debug` adds restart.
 *
 * - `launch` arguments are `LaunchArguments`;
 * - `next`, `stepIn` and `stepOut` go on at the granularity of the stop that they leave: between two
 *   training steps by training steps, on a line by lines, at an op by ops, at a layer by layers;
 *   `StepArguments` beside the standard ones ask for another one;
 * - `pause` acts within one op, or on the next line of the person's, whichever comes first; with
 *   granularity `step` it acts after the step under way, of which there is everything to see;
 * - `terminate` saves the state and ends the run; `disconnect` ends the process, or with
 *   `terminateDebuggee: false` leaves it to train on by itself;
 * - a `stopped` event's body carries `backstep: StopPoint` beside the standard fields; where
 *   `stands` is there, training is in the middle of a step, or of code before the first one;
 * - every stack has one frame, number 1, that says where in the training this is.
 */
import { z } from 'zod';
import { finding, ruleInfo } from './diagnosis.js';
import { opStatisticsRequests } from '../graph/op-statistics.js';
import { tensorRequests } from './tensors.js';
import { runOptions, stepLook, trainingBreakpoint, trainingEvent } from './training.js';

/** Of the request `launch`. */
export const launchArguments = runOptions.extend({
  /** Whether the library's own code is passed by; `backstep/setJustMyCode` changes it. */
  justMyCode: z.boolean().default(true),
  /** Stop before the first layer of the first step. */
  stopOnEntry: z.boolean().default(false),
  /** When the front end goes away without a word: save and end, or train on to the end without one. */
  onDisconnect: z.enum(['end', 'continue']).default('end'),
  /** A training that has not ended in this time after it was asked to is ended at once, unsaved. */
  endGraceMs: z.number().int().nonnegative().default(30_000),
});
export type LaunchArguments = z.infer<typeof launchArguments>;

/** How far a step goes. */
export const stepGranularity = z.enum(['line', 'op', 'layer', 'step', 'epoch']);
export type StepGranularity = z.infer<typeof stepGranularity>;

/** Beside the standard arguments of `next`, `stepIn`, `stepOut` (any granularity) and `pause` (`op` or `step`). */
export const stepArguments = z.object({
  backstep: z.object({ granularity: stepGranularity.optional() }).optional(),
  /** The protocol's own: `instruction` is an op here. */
  granularity: z.enum(['statement', 'line', 'instruction']).optional(),
});

/** Event `backstep/training`: what happened since the last one, in order. At most one in 16 ms. */
export const trainingBatch = z.object({ events: z.array(trainingEvent) });

export const breakpointStatus = z.object({ id: z.string(), verified: z.boolean(), message: z.string().optional() });
export type BreakpointStatus = z.infer<typeof breakpointStatus>;

/**
 * Event `backstep/breakpoints`: what the training has found out about its breakpoints since they were set,
 * when it starts, after its first step, and where a condition failed. Those that are as before are not in it.
 */
export const breakpointStatuses = z.object({ breakpoints: z.array(breakpointStatus) });

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
  /** Off: frames of TensorFlow.js are shown, stepped into and broken in, in its own TypeScript. On at first. */
  'backstep/setJustMyCode': { args: z.object({ enabled: z.boolean() }), result: z.object({}) },
  /** Paused: hash of weights, optimizer slots, random state and data cursor. */
  'backstep/stateHash': { args: z.object({}), result: z.object({ stateHash: z.string() }) },
  /** Paused: what is wrong here, in plain words; the gravest first. */
  'backstep/explain': { args: z.object({}), result: z.object({ findings: z.array(finding) }) },
  /** The rules that can be armed; answered at any time. */
  'backstep/rules': { args: z.object({}), result: z.object({ rules: z.array(ruleInfo) }) },
  ...tensorRequests,
  ...opStatisticsRequests,
} as const;
export type DapRequests = typeof dapRequests;
export type DapRequestName = keyof DapRequests;
