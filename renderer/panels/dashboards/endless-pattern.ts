/**
 * Regular expressions that would stop the window: `(.+)+x` tries all ways to cut a name into pieces, of thirty letters
 * for a minute, of forty for a day, and nothing ends the search. They may come with a folder or a link. Pure.
 */

/** Whether a group repeats that itself holds something of changing length or a choice; where one looks for a part of a name it says no more without. */
export function mayBeEndless(source: string): boolean {
  /** Of each group that is open, whether it can be read in several ways. */
  const groups = [false];
  for (let at = 0; at < source.length; at++) {
    const letter = source[at]!;
    if (letter === '\\') at++;
    else if (letter === '[') at = endOfClass(source, at);
    else if (letter === '(') {
      groups.push(false);
      // `(?:`, `(?=`, `(?<name>`: no quantifier.
      if (source[at + 1] === '?') at++;
    } else if (letter === ')') {
      const severalWays = groups.pop() ?? false;
      if (severalWays && /^(?:[*+]|\{\d+(?:,\d*)?\})/.test(source.slice(at + 1))) return true;
      if (severalWays) groups[groups.length - 1] = true;
    } else if ('|*+?'.includes(letter) || /^\{\d+,\d*\}/.test(source.slice(at))) groups[groups.length - 1] = true;
  }
  return false;
}

function endOfClass(source: string, from: number): number {
  let at = from + 1;
  while (at < source.length && source[at] !== ']') at += source[at] === '\\' ? 2 : 1;
  return at;
}
