/**
 * One training session as everyone sees it: a pure fold over what the trainer says. The server
 * folds it so that a window that connects late finds the session as it is; a window folds on from
 * there. Nothing here knows a transport or a screen.
 */
import { z } from 'zod';
import { finding, findingKey, type Finding } from '../protocol/diagnosis.js';
import { lineStatus, lineStatuses } from '../protocol/debugging.js';
import { breakpointStatus, breakpointStatuses } from '../protocol/dap.js';
import {
  problem,
  startEvent,
  stopPoint,
  summaryCost,
  type StopPoint,
  type TrainingEvent,
} from '../protocol/training.js';

export const scalarColumn = z.object({
  steps: z.array(z.number()),
  values: z.array(z.number()),
  wallTimes: z.array(z.number()),
});

export const logLine = z.object({
  level: z.enum(['log', 'info', 'warn', 'error', 'debug']),
  text: z.string(),
  file: z.string().optional(),
  line: z.number().optional(),
  wallTime: z.number(),
});
export type LogLine = z.infer<typeof logLine>;

export const sessionState = z.object({
  sessionId: z.string(),
  experiment: z.string(),
  status: z.enum(['starting', 'running', 'paused', 'stopping', 'completed', 'stopped', 'failed']),
  activity: z
    .object({
      activity: z.string(),
      message: z.string().optional(),
      done: z.number().optional(),
      total: z.number().optional(),
    })
    .optional(),
  start: startEvent.optional(),
  stop: stopPoint.optional(),
  /** Breakpoints hit and epochs stopped after, in order; the latest ones. For marks in time. */
  stops: z.array(stopPoint).optional(),
  /** What this training makes of the breakpoints on lines, by id. */
  lineBreakpoints: z.record(z.string(), lineStatus).optional(),
  /** What this training has found out about its other breakpoints since they were set, by id. */
  breakpoints: z.record(z.string(), breakpointStatus).optional(),
  epoch: z.number(),
  step: z.number(),
  stepInEpoch: z.number(),
  learningRate: z.number().optional(),
  /** Exponential means over recent steps, for the status bar. */
  stepMs: z.number().optional(),
  dataWaitShare: z.number().optional(),
  memory: z.object({ numTensors: z.number(), tensorBytes: z.number(), processBytes: z.number() }).optional(),
  /** By series name: `train/loss`, `train/accuracy`, `train/learning_rate`, `validation/loss`… */
  scalars: z.record(z.string(), scalarColumn),
  logs: z.array(logLine),
  problems: z.array(problem),
  /** What the training's rules have found, in order. */
  findings: z.array(finding).optional(),
  /** What writing summaries took, once the training has ended. */
  summaries: summaryCost.optional(),
  /** Hash of the last epoch's or the end's state. */
  stateHash: z.string().optional(),
});
export type SessionState = z.infer<typeof sessionState>;

const LOG_LINES_KEPT = 5000;
const STOPS_KEPT = 1000;

export function newSession(sessionId: string, experiment: string): SessionState {
  return {
    sessionId,
    experiment,
    status: 'starting',
    epoch: 0,
    step: 0,
    stepInEpoch: 0,
    scalars: {},
    logs: [],
    problems: [],
  };
}

/**
 * Folds one event into the state. Scalars and logs are appended in place (a run can have millions of
 * points); every other field is replaced, so the returned object is always a new one.
 */
export function foldTrainingEvent(state: SessionState, event: TrainingEvent): SessionState {
  switch (event.kind) {
    case 'activity':
      return { ...state, activity: event.activity === 'idle' ? undefined : event };
    case 'start':
      return {
        ...state,
        status: state.status === 'starting' ? 'running' : state.status,
        start: event,
        epoch: event.startEpoch,
        step: event.startStep,
        learningRate: event.learningRate,
      };
    case 'step': {
      append(state, 'train/loss', event.step, event.loss, event.wallTime);
      for (const [name, value] of Object.entries(event.metrics))
        append(state, `train/${name}`, event.step, value, event.wallTime);
      if (event.learningRate !== undefined)
        append(state, 'train/learning_rate', event.step, event.learningRate, event.wallTime);
      return {
        ...state,
        epoch: event.epoch,
        step: event.step,
        stepInEpoch: event.stepInEpoch,
        learningRate: event.learningRate,
        stepMs: smooth(state.stepMs, event.stepMs),
        dataWaitShare: smooth(state.dataWaitShare, event.stepMs > 0 ? event.dataWaitMs / event.stepMs : 0),
      };
    }
    case 'epoch': {
      append(state, 'train/epoch_loss', event.step, event.loss, event.wallTime);
      for (const [name, value] of Object.entries(event.metrics))
        append(state, `train/epoch_${name}`, event.step, value, event.wallTime);
      for (const [name, value] of Object.entries(event.validation ?? {}))
        append(state, `validation/${name}`, event.step, value, event.wallTime);
      return { ...state, epoch: event.epoch, step: event.step, stateHash: event.stateHash };
    }
    case 'speed':
      return {
        ...state,
        start: state.start && { ...state.start, speed: event.speed, speedReason: event.reason },
      };
    case 'memory':
      return { ...state, memory: event };
    case 'log':
      state.logs.push(event);
      if (state.logs.length > LOG_LINES_KEPT * 1.2) state.logs.splice(0, state.logs.length - LOG_LINES_KEPT);
      return { ...state };
    case 'notice':
      return { ...state, problems: [...state.problems, event] };
    case 'finding':
      return { ...state, findings: withFinding(state.findings, event.finding) };
    case 'end':
      return {
        ...state,
        status: event.reason,
        stop: undefined,
        activity: undefined,
        stateHash: event.stateHash,
        summaries: event.summaries,
        epoch: event.epoch,
        step: event.steps,
      };
    case 'error':
      return {
        ...state,
        status: 'failed',
        stop: undefined,
        activity: undefined,
        problems: [...state.problems, { ...event, severity: 'error' }],
      };
  }
}

export function foldStopped(state: SessionState, stop: StopPoint): SessionState {
  const marked = stop.reason === 'breakpoint' || stop.reason === 'epochEnd';
  const stops = marked ? [...(state.stops ?? []).slice(1 - STOPS_KEPT), stop] : state.stops;
  return { ...state, status: 'paused', stop, stops, activity: undefined };
}

export function foldContinued(state: SessionState): SessionState {
  // A paused training that was asked to end goes on only to save its state.
  return { ...state, status: state.status === 'stopping' ? 'stopping' : 'running', stop: undefined };
}

export function hasEnded(state: SessionState): boolean {
  return state.status === 'completed' || state.status === 'stopped' || state.status === 'failed';
}

/** Takes one Debug Adapter Protocol message of the trainer; messages that say nothing of the session leave it as it is. */
export function foldDapMessage(
  state: SessionState,
  message: { readonly type: string; readonly event?: unknown; readonly body?: unknown },
): SessionState {
  if (message.type !== 'event') return state;
  switch (message.event) {
    case 'backstep/training': {
      const batch = message.body as { events: readonly TrainingEvent[] };
      return batch.events.reduce(foldTrainingEvent, state);
    }
    case 'stopped': {
      const stop = stopPoint.safeParse((message.body as { backstep?: unknown } | undefined)?.backstep);
      return stop.success ? foldStopped(state, stop.data) : state;
    }
    case 'backstep/lineBreakpoints': {
      const said = lineStatuses.safeParse(message.body);
      if (!said.success) return state;
      const { all, lines } = said.data;
      return { ...state, lineBreakpoints: all ? lines : { ...state.lineBreakpoints, ...lines } };
    }
    case 'backstep/breakpoints': {
      const said = breakpointStatuses.safeParse(message.body);
      if (!said.success) return state;
      const news = Object.fromEntries(said.data.breakpoints.map((status) => [status.id, status]));
      return { ...state, breakpoints: { ...state.breakpoints, ...news } };
    }
    case 'continued':
      return hasEnded(state) ? state : foldContinued(state);
    default:
      return state;
  }
}

function append(state: SessionState, name: string, step: number, value: number, wallTime: number): void {
  const column = (state.scalars[name] ??= { steps: [], values: [], wallTimes: [] });
  column.steps.push(step);
  column.values.push(value);
  column.wallTimes.push(wallTime);
}

/** One that is told again, graver by now, takes the place of what it was. */
function withFinding(before: readonly Finding[] = [], fresh: Finding): Finding[] {
  return [...before.filter((one) => findingKey(one) !== findingKey(fresh)), fresh];
}

function smooth(mean: number | undefined, value: number): number {
  return mean === undefined ? value : mean + 0.1 * (value - mean);
}
