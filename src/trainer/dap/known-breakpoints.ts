/**
 * The breakpoints on places of the training that the front end has set, and what the run that is under
 * way makes of them. Knows no protocol.
 */
import type { TrainingBreakpoint, TrainingEvent } from '../../shared/protocol/training.js';
import type { BreakpointStatus } from '../../shared/protocol/dap.js';
import { verifyBreakpoint, type KnownRun } from './verify-breakpoint.js';

export class KnownBreakpoints {
  private breakpoints: readonly TrainingBreakpoint[] = [];
  private known: KnownRun = {};

  /** Takes the place of all. */
  set(breakpoints: readonly TrainingBreakpoint[]): BreakpointStatus[] {
    this.breakpoints = breakpoints;
    return breakpoints.map((breakpoint) => verifyBreakpoint(breakpoint, this.known));
  }

  /** A run begins that has these names. @returns what is to be told of breakpoints that it cannot hit */
  runStarts({ metricNames, layers }: Extract<TrainingEvent, { kind: 'start' }>): TrainingEvent[] {
    this.known = { metrics: metricNames, layers: layers.map(({ layer }) => layer) };
    return this.breakpoints.flatMap((breakpoint): TrainingEvent[] => {
      const { at, enabled } = breakpoint;
      if (!enabled || at.kind !== 'condition') return [];
      const { verified, message } = verifyBreakpoint(breakpoint, this.known);
      if (verified || !verifyBreakpoint(breakpoint).verified) return [];
      const what = JSON.stringify(at.condition);
      return [{ kind: 'notice', severity: 'warning', message: `The breakpoint ${what} cannot be hit: ${message}` }];
    });
  }
}
