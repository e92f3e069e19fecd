/** The arguments of requests, the protocol's and Backstep's own, checked before anything is done with them. */
import { z } from 'zod';
import { dapRequests, stepArguments, type DapRequestName, type DapRequests } from '../../shared/protocol/dap.js';

/** How far a step or a pause is to go. @throws Error in words */
export function wantedStep(args: unknown) {
  const { backstep, granularity } = checked(stepArguments, args);
  return { granularity: backstep?.granularity ?? (granularity === 'instruction' ? ('op' as const) : undefined) };
}

/** Of a request of Backstep's own. @throws Error that names what is wrong */
export function checkedArguments<N extends DapRequestName>(name: N, args: unknown): z.output<DapRequests[N]['args']> {
  const schema: z.ZodType = dapRequests[name].args;
  return checked(schema, args) as z.output<DapRequests[N]['args']>;
}

/** @throws Error that names what is wrong */
function checked<T>(schema: z.ZodType<T>, args: unknown): T {
  const parsed = schema.safeParse(args);
  if (!parsed.success) throw new Error(problemOf(parsed.error));
  return parsed.data;
}

const count = z.number().int().nonnegative();
const position = z.number().int();
const source = z.object({ path: z.string().optional(), sourceReference: z.number().int().optional() });
const conditions = { condition: z.string().optional(), hitCondition: z.string().optional() };

/** Of the protocol's requests, by name, what handlers rely on; further fields pass. */
const standard: Readonly<Record<string, z.ZodType | undefined>> = {
  initialize: z.object({
    clientID: z.string().optional(),
    linesStartAt1: z.boolean().optional(),
    columnsStartAt1: z.boolean().optional(),
    pathFormat: z.enum(['path', 'uri']).optional(),
    supportsProgressReporting: z.boolean().optional(),
    supportsInvalidatedEvent: z.boolean().optional(),
  }),
  cancel: z.object({ requestId: z.number().optional(), progressId: z.string().optional() }),
  disconnect: z.object({
    restart: z.boolean().optional(),
    terminateDebuggee: z.boolean().optional(),
    suspendDebuggee: z.boolean().optional(),
  }),
  setBreakpoints: z.object({
    source,
    breakpoints: z
      .array(
        z.object({
          line: position.positive(),
          column: position.positive().optional(),
          ...conditions,
          logMessage: z.string().optional(),
        }),
      )
      .optional(),
    lines: z.array(position.positive()).optional(),
  }),
  setExceptionBreakpoints: z.object({
    filters: z.array(z.string()).optional(),
    filterOptions: z.array(z.object({ filterId: z.string(), condition: z.string().optional() })).optional(),
  }),
  setFunctionBreakpoints: z.object({ breakpoints: z.array(z.object({ name: z.string(), ...conditions })) }),
  setInstructionBreakpoints: z.object({
    breakpoints: z.array(z.object({ instructionReference: z.string(), ...conditions })),
  }),
  setDataBreakpoints: z.object({ breakpoints: z.array(z.object({ dataId: z.string(), ...conditions })) }),
  dataBreakpointInfo: z.object({ name: z.string(), variablesReference: position.optional() }),
  breakpointLocations: z.object({
    source,
    line: position.positive(),
    endLine: position.positive().optional(),
    column: position.positive().optional(),
    endColumn: position.positive().optional(),
  }),
  stackTrace: z.object({ startFrame: count.optional(), levels: count.optional() }),
  scopes: z.object({ frameId: position }),
  variables: z.object({
    variablesReference: position,
    filter: z.enum(['indexed', 'named']).optional(),
    start: count.optional(),
    count: count.optional(),
  }),
  setVariable: z.object({ variablesReference: position, name: z.string(), value: z.string() }),
  setExpression: z.object({ expression: z.string(), value: z.string(), frameId: position.optional() }),
  evaluate: z.object({ expression: z.string(), frameId: position.optional(), context: z.string().optional() }),
  completions: z.object({
    text: z.string(),
    column: position.positive(),
    line: position.positive().optional(),
    frameId: position.optional(),
  }),
  source: z.object({ source: source.optional(), sourceReference: z.number().int().optional() }),
  stepInTargets: z.object({ frameId: position }),
  stepIn: z.object({ targetId: position.optional() }),
};

/** @throws Error that names what is wrong with the arguments of a request of the protocol's */
export function checkStandardArguments(command: string, args: object): void {
  const schema = Object.hasOwn(standard, command) ? standard[command] : undefined;
  if (schema) checked(schema, args);
}

function problemOf({ issues }: z.ZodError): string {
  const issue = issues[0]!;
  return `${issue.path.join('.') || 'The arguments'}: ${issue.message}.`;
}
