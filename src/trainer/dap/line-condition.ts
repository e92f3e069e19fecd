/**
 * What a person writes beside a breakpoint on a line (condition, hit count, log message), turned into
 * the one expression that V8 evaluates there. Everything but the names of their code is answered by
 * the training thread's `LineService`. Pure; runs nothing.
 */
import { Script } from 'node:vm';

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

export type HitOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '%';

export interface HitRule {
  readonly operator: HitOperator;
  readonly count: number;
}

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
  if (hitText !== '' && !hit) {
    return {
      kind: 'problem',
      message: `A hit count is a number, perhaps after one of >=, >, ==, <, <=, %: for example “>= 10”, not “${hitText}”.`,
    };
  }
  if (condition !== '') {
    const problem = syntaxProblem(condition);
    if (problem !== undefined) return { kind: 'problem', message: `The condition cannot be read: ${problem}` };
  }
  let log = 'undefined';
  if (logMessage) {
    const parts = messageParts(logMessage);
    for (const part of parts) {
      const problem = part.kind === 'expression' ? syntaxProblem(part.text) : undefined;
      if (problem !== undefined) {
        return { kind: 'problem', message: `{${part.text}} in the log message cannot be read: ${problem}` };
      }
    }
    log = `() => [${parts.map(({ kind, text }) => (kind === 'text' ? JSON.stringify(text) : `{ value: ${asFunction(text)}() }`)).join(', ')}]`;
  }
  const facts: LineFacts = { id, ...(hit ? { hit } : {}), logs: Boolean(logMessage) };
  const test = condition === '' ? 'undefined' : asFunction(condition);
  return { kind: 'ok', text: `${linesExpression}.reached(${JSON.stringify(facts)}, ${test}, ${log})` };
}

export function parseHitRule(text: string): HitRule | undefined {
  const match = /^(==?=?|!=|<=?|>=?|%)?\s*(\d+)$/.exec(text);
  if (!match) return undefined;
  const sign = match[1] ?? '==';
  const operator = sign === '=' || sign === '===' ? '==' : (sign as HitOperator);
  const count = Number(match[2]);
  return operator === '%' && count === 0 ? undefined : { operator, count };
}

/** Whether the `hits`-th time is one to stop at. */
export function isHit({ operator, count }: HitRule, hits: number): boolean {
  switch (operator) {
    case '==':
      return hits === count;
    case '!=':
      return hits !== count;
    case '<':
      return hits < count;
    case '<=':
      return hits <= count;
    case '>':
      return hits > count;
    case '>=':
      return hits >= count;
    case '%':
      return hits % count === 0;
  }
}

interface MessagePart {
  readonly kind: 'text' | 'expression';
  readonly text: string;
}

/** Braces nest, as object literals do; `\{` is a brace of the text. One that is never closed is text. */
export function messageParts(message: string): MessagePart[] {
  const parts: MessagePart[] = [];
  let text = '';
  for (let at = 0; at < message.length; at++) {
    const character = message[at]!;
    if (character === '\\' && (message[at + 1] === '{' || message[at + 1] === '}')) {
      text += message[++at]!;
      continue;
    }
    const end = character === '{' ? closingBrace(message, at) : -1;
    const inside = end < 0 ? '' : message.slice(at + 1, end).trim();
    if (inside === '') {
      text += character;
      continue;
    }
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
    parts.push({ kind: 'expression', text: inside });
    at = end;
  }
  if (text !== '') parts.push({ kind: 'text', text });
  return parts;
}

function closingBrace(message: string, from: number): number {
  let depth = 0;
  for (let at = from; at < message.length; at++) {
    if (message[at] === '{') depth++;
    else if (message[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

/** On lines of its own, so that a comment at the end does not swallow the bracket. */
function asFunction(expression: string): string {
  return `(() => (${expression}\n))`;
}

/** Why this is no expression; `undefined` where it is one. */
function syntaxProblem(expression: string): string | undefined {
  try {
    new Script(asFunction(expression));
    return undefined;
  } catch (error) {
    return `${(error as Error).message}.`;
  }
}
