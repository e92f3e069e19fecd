/** Whether a condition, a hit count or a log message of a training breakpoint can be read, and how it could go on. Pure. */
import { parseCondition, type KnownNames } from '../../src/shared/conditions/condition.js';
import type { BreakpointPlace } from '../../src/shared/protocol/training.js';

/** Why it cannot be tested at this place, or nothing. */
export function conditionProblem(at: BreakpointPlace, text: string, known: KnownNames): string | undefined {
  // Within a step more is in reach than the names of a whole step: the trainer says what is not.
  if (at.kind === 'layer' || at.kind === 'op' || at.kind === 'phase' || at.kind === 'data') return bracketProblem(text);
  const parsed = parseCondition(text, known);
  return parsed.kind === 'error' ? parsed.message : undefined;
}

function bracketProblem(text: string): string | undefined {
  const count = (character: string) => text.split(character).length - 1;
  if (count('(') > count(')')) return 'A closing bracket ) is missing.';
  return count(')') > count('(') ? 'There is a closing bracket ) too many.' : undefined;
}

export function hitConditionProblem(text: string): string | undefined {
  return /^\s*(?:(?:[=!]=|[<>]=?|%)\s*)?\d+\s*$/.test(text)
    ? undefined
    : 'Write a number, perhaps after >=, >, ==, <, <= or %: 5, >= 10, % 3.';
}

export function logMessageProblem(at: BreakpointPlace, text: string, known: KnownNames): string | undefined {
  for (const { expression, closed } of braces(text)) {
    if (!closed) return 'A closing brace } is missing.';
    if (expression.trim() === '') return 'Write an expression between the braces, for example {loss}.';
    const problem = conditionProblem(at, expression, known);
    if (problem !== undefined) return `{${expression}}: ${problem}`;
  }
  return undefined;
}

interface Brace {
  readonly expression: string;
  readonly start: number;
  readonly closed: boolean;
}

/** What stands in braces; doubled ones are text. */
export function braces(text: string): readonly Brace[] {
  const found: Brace[] = [];
  for (const match of text.matchAll(/\{\{|\{([^{}]*)(\})?/g)) {
    if (match[0] === '{{') continue;
    found.push({ expression: match[1] ?? '', start: match.index + 1, closed: match[2] !== undefined });
  }
  return found;
}
