/** How many times a breakpoint is to be reached before it stops: `5`, `>= 10`, `% 3`. The same for lines and training. */

export type HitOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '%';

export interface HitRule {
  readonly operator: HitOperator;
  readonly count: number;
}

export function parseHitRule(text: string): HitRule | undefined {
  const match = /^(==?=?|!=|<=?|>=?|%)?\s*(\d+)$/.exec(text.trim());
  if (!match) return undefined;
  const sign = match[1] ?? '==';
  const operator = sign === '=' || sign === '===' ? '==' : (sign as HitOperator);
  const count = Number(match[2]);
  return operator === '%' && count === 0 ? undefined : { operator, count };
}

/** What to tell a person whose text is none. */
export function hitRuleProblem(text: string): string {
  return `A hit count is a number, perhaps after one of >=, >, ==, <, <=, %: for example “>= 10”, not “${text.trim()}”.`;
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
