/** The expression that stands before a dot where a person types, for completing its members. Pure. */

/** `text` up to where is typed: what stands before the last dot, and the name begun after it; `undefined` where a name is begun. */
export function expressionBefore(text: string): { readonly object: string; readonly start: string } | undefined {
  const begun = /(\?\.|\.)([\p{ID_Continue}$]*)$/u.exec(text);
  if (!begun) return undefined;
  const end = begun.index;
  let at = end;
  while (at > 0) {
    const before = stepBack(text, at);
    if (before === undefined) break;
    at = before;
  }
  const object = text.slice(at, end).trim();
  // A number with its decimal point, or nothing, has no members to offer.
  return object === '' || /^[\d.]+$/.test(object) ? undefined : { object, start: begun[2]! };
}

/** Where the part of the expression that ends at `at` begins; `undefined` where the expression does. */
function stepBack(text: string, at: number): number | undefined {
  const last = text[at - 1]!;
  if (/[\p{ID_Continue}$.?!]/u.test(last)) return last === '?' && text[at] !== '.' ? undefined : at - 1;
  if (last === ')' || last === ']') return openingOf(text, at - 1);
  if (last === '"' || last === "'" || last === '`') {
    const opening = text.lastIndexOf(last, at - 2);
    return opening < 0 ? undefined : opening;
  }
  return undefined;
}

const opening: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Of the bracket at `at`; texts inside are passed by. */
function openingOf(text: string, at: number): number | undefined {
  const expected: string[] = [];
  for (let index = at; index >= 0; index--) {
    const character = text[index]!;
    if (character === '"' || character === "'" || character === '`') {
      index = text.lastIndexOf(character, index - 1);
      if (index < 0) return undefined;
    } else if (opening[character]) expected.push(opening[character]);
    else if (character === expected.at(-1)) {
      expected.pop();
      if (expected.length === 0) return index;
    }
  }
  return undefined;
}
