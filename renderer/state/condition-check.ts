/** Whether a condition, a hit count or a log message of a training breakpoint can be read at its place. Pure. */
import { hitRuleProblem, parseHitRule } from '../../src/shared/breakpoints/hit-condition.js';
import { parseCondition, parseLogText, type KnownNames } from '../../src/shared/conditions/condition.js';
import { reachOf } from '../../src/shared/conditions/reach.js';
import type { BreakpointPlace } from '../../src/shared/protocol/training.js';

/** Why it cannot be tested at this place, or nothing. */
export function conditionProblem(at: BreakpointPlace, text: string, known: KnownNames): string | undefined {
  const parsed = parseCondition(text, known, reachOf(at));
  return parsed.kind === 'error' ? parsed.message : undefined;
}

export function hitConditionProblem(text: string): string | undefined {
  return parseHitRule(text) ? undefined : hitRuleProblem(text);
}

export function logMessageProblem(at: BreakpointPlace, text: string, known: KnownNames): string | undefined {
  const parsed = parseLogText(text, known, reachOf(at));
  return parsed.kind === 'error' ? parsed.message : undefined;
}
