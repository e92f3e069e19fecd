/** The arguments of Backstep's own requests, checked against the protocol's schemas. */
import type { z } from 'zod';
import { dapRequests, stepArguments, type DapRequests } from '../../shared/protocol/dap.js';

/** How far a step or a pause is to go. @throws Error in words */
export function wantedStep(args: unknown) {
  const parsed = stepArguments.safeParse(args);
  if (!parsed.success) throw new Error(problemOf(parsed.error));
  const { backstep, granularity } = parsed.data;
  return { granularity: backstep?.granularity ?? (granularity === 'instruction' ? ('op' as const) : undefined) };
}

type CheckedRequests = 'backstep/setTrainingBreakpoints' | 'backstep/setLearningRate' | 'backstep/setJustMyCode';

/** @throws Error that names what is wrong */
export function checkedArguments<N extends CheckedRequests>(name: N, args: unknown): z.output<DapRequests[N]['args']> {
  const parsed = dapRequests[name].args.safeParse(args);
  if (!parsed.success) throw new Error(problemOf(parsed.error));
  return parsed.data as z.output<DapRequests[N]['args']>;
}

function problemOf({ issues }: z.ZodError): string {
  const issue = issues[0]!;
  return `${issue.path.join('.') || 'The arguments'}: ${issue.message}.`;
}
