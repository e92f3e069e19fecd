/** The text of a condition as a tree, or what is wrong with it in plain words at its column. Knows no names. */
import jsep from 'jsep';

export class ConditionError extends Error {
  constructor(
    message: string,
    readonly column: number,
  ) {
    super(message);
  }
}

/** @throws ConditionError */
export function parse(text: string): jsep.Expression {
  const assignment = /(?<![=!<>])=(?!=)/.exec(text);
  if (assignment) throw new ConditionError('A single = does not compare. Write == for “equal”.', assignment.index + 1);
  try {
    return jsep(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const index = 'index' in error && typeof error.index === 'number' ? error.index : text.length;
    throw new ConditionError(plainWords(error.message, text, index), Math.min(index, text.length) + 1);
  }
}

/** jsep's own messages name its internals ("gobbleGroup"); people get the place and what is missing. */
function plainWords(message: string, text: string, index: number): string {
  const count = (character: string) => text.split(character).length - 1;
  if (count('(') > count(')')) return 'A closing bracket ) is missing.';
  if (count(')') > count('(')) return 'There is a closing bracket ) too many.';
  if (/quote/i.test(message)) return 'A closing quote is missing.';
  if (/Expected expression after|Expected exponent/i.test(message) || index >= text.length)
    return 'Something is missing at the end: a number or a name.';
  const character = text[index];
  return `This cannot be read${character ? ` at “${character}”` : ''}. Write, for example: loss > 2 || isNaN(loss)`;
}
