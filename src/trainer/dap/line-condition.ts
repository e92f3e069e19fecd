/**
 * What a person writes beside a breakpoint on a line (condition, hit count, log message), turned into
 * the one expression that V8 evaluates there. Everything but the names of their code is answered by
 * the training thread's `LineService`. Pure; runs nothing.
 */
import { Script } from 'node:vm';
import { hitRuleProblem, parseHitRule, type HitRule } from '../../shared/breakpoints/hit-condition.js';
import { messageParts } from '../../shared/breakpoints/log-message.js';
import { boundedLoops } from './bounded-loops.js';

export interface LineWish {
  readonly condition?: string;
  /** `5`, `>= 5`, `% 3`… */
  readonly hitCondition?: string;
  /** With expressions in braces. */
  readonly logMessage?: string;
}

/** `undefined` text: it stops whenever it is reached. */
export type LineExpression =
  { readonly kind: 'ok'; readonly text: string | undefined } | { readonly kind: 'problem'; readonly message: string };

/** What the expression hands to `LineService.reached`, beside functions that evaluate in the person's scope. */
export interface LineFacts {
  readonly id: number;
  readonly hit?: HitRule;
  readonly logs: boolean;
}

/** Gives the training thread's side. */
export const linesExpression = 'globalThis[Symbol.for("backstep.lines")]';

export function lineExpression(id: number, wish: LineWish): LineExpression {
  const condition = wish.condition?.trim() ?? '';
  const hitText = wish.hitCondition?.trim() ?? '';
  const { logMessage } = wish;
  if (condition === '' && hitText === '' && !logMessage) return { kind: 'ok', text: undefined };
  const hit = hitText === '' ? undefined : parseHitRule(hitText);
  if (hitText !== '' && !hit) return { kind: 'problem', message: hitRuleProblem(hitText) };
  if (condition !== '') {
    const problem = expressionProblem(condition);
    if (problem !== undefined) return { kind: 'problem', message: `The condition cannot be read: ${problem}` };
  }
  let log = 'undefined';
  if (logMessage) {
    const parts = messageParts(logMessage);
    for (const part of parts) {
      const problem = part.kind === 'expression' ? expressionProblem(part.text) : undefined;
      if (problem !== undefined) {
        return { kind: 'problem', message: `{${part.text}} in the log message cannot be read: ${problem}` };
      }
    }
    log = `[${parts.map(({ kind, text }) => (kind === 'text' ? JSON.stringify(text) : tested(text))).join(', ')}]`;
  }
  const facts: LineFacts = { id, ...(hit ? { hit } : {}), logs: Boolean(logMessage) };
  const test = condition === '' ? 'undefined' : tested(condition);
  return { kind: 'ok', text: `${linesExpression}.reached(${JSON.stringify(facts)}, ${test}, ${log})` };
}

/** As the training thread runs it. */
function tested(expression: string): string {
  return asFunction(boundedLoops(expression, `${linesExpression}.mayGoOn()`));
}

/** On lines of its own, so that a comment at the end does not swallow the bracket. */
function asFunction(expression: string): string {
  return `(() => (${expression}\n))`;
}

/** Why this is no expression; `undefined` where it is one. */
export function expressionProblem(expression: string): string | undefined {
  try {
    new Script(asFunction(expression));
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    // The bracket is ours.
    if (message === "Unexpected token ')'" && !expression.includes(')')) return 'Something is missing at the end.';
    return `${message}.`;
  }
}
