/**
 * What is copied out of a TypeScript file, such as `rows![0] as number`, as V8 can evaluate it.
 * Reads text alone.
 */
import { isSyntax } from './is-syntax.js';
import { expressionProblem } from './line-condition.js';

/** As it is where it is JavaScript already, or cannot be read as TypeScript either. */
export async function withoutTypes(expression: string): Promise<string> {
  if (expressionProblem(expression) === undefined) return expression;
  // It takes its time to load, for what is rarely entered.
  const { stripTypes } = await import('../loader/strip-types.js');
  // As a statement that is no block.
  const stripped = stripTypes(`(${expression}\n)`, 'expression.ts');
  if (stripped.kind === 'problem') return isSyntax(expression) ? expression : statements(expression);
  const plain = stripped.code.trim().replace(/^;?\(/, '').replace(/\)$/, '').trim();
  return expressionProblem(plain) === undefined ? plain : expression;

  /** `const n: number = 3`. */
  function statements(text: string): string {
    const whole = stripTypes(text, 'expression.ts');
    return whole.kind === 'stripped' && isSyntax(whole.code) ? whole.code : text;
  }
}
