/**
 * What a person set for debugging in a folder: breakpoints on lines, exceptions that stop, watched
 * expressions; and what a training makes of the lines. Kept with the workspace, handed to each training
 * by the server. Knows no protocol of the debugger.
 */
import { z } from 'zod';

export const lineBreakpoint = z.object({
  id: z.string(),
  enabled: z.boolean(),
  /** Absolute. */
  file: z.string(),
  /** Counts from 1, in the text as the editor shows it. */
  line: z.number().int().positive(),
  /** In the code's own terms; stops where it holds. */
  condition: z.string().optional(),
  /** `5`, `>= 10`, `% 3`. */
  hitCondition: z.string().optional(),
  /** Printed in place of stopping, with what stands in braces evaluated. */
  logMessage: z.string().optional(),
});
export type LineBreakpoint = z.infer<typeof lineBreakpoint>;

/** Thrown by the person's code: caught there or by the library, or by nobody. */
export const exceptionStop = z.enum(['caught', 'uncaught']);
export type ExceptionStop = z.infer<typeof exceptionStop>;

export const debugging = z.object({
  lines: z.array(lineBreakpoint).default([]),
  exceptions: z.array(exceptionStop).default([]),
  /** Evaluated at every stop, in this order. */
  watches: z.array(z.string()).default([]),
});
export type Debugging = z.infer<typeof debugging>;

export const noDebugging: Debugging = { lines: [], exceptions: [], watches: [] };

/** What the training under way makes of a breakpoint on a line. */
export const lineStatus = z.object({
  verified: z.boolean(),
  /** The line that it was asked for, to tell whether `line` still speaks of it. */
  wished: z.number(),
  /** Where it stops, which is the nearest line from there that has code. */
  line: z.number().optional(),
  /** Why it cannot stop, or what failed at it. */
  message: z.string().optional(),
});
export type LineStatus = z.infer<typeof lineStatus>;

/** By the breakpoint's id. Body of the server's event `backstep/lineBreakpoints`. */
export const lineStatuses = z.object({
  /** Those of all breakpoints, in place of what was said before; otherwise beside it. */
  all: z.boolean(),
  lines: z.record(z.string(), lineStatus),
});
export type LineStatuses = z.infer<typeof lineStatuses>;
