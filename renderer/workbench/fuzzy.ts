/** Matching as in every palette: the letters in order, better where they begin words or stand together. Pure. */

export interface Match {
  readonly score: number;
  /** Indices of the matched letters in the text. */
  readonly at: readonly number[];
}

export function fuzzyMatch(query: string, text: string): Match | undefined {
  const wanted = query.toLowerCase().replace(/\s+/g, '');
  if (wanted === '') return { score: 0, at: [] };
  const lower = text.toLowerCase();
  const phrase = query.trim().toLowerCase();
  const together = lower.indexOf(phrase);
  // Two letters that happen to stand together inside a word say less than two beginnings of words.
  if (together >= 0 && (phrase.length > 2 || startsWord(text, together))) {
    const at = Array.from({ length: phrase.length }, (_, index) => together + index);
    return { score: 1000 - together + (startsWord(text, together) ? 200 : 0) - text.length * 0.1, at };
  }
  const at: number[] = [];
  let score = 0;
  let from = 0;
  for (const letter of wanted) {
    let best = lower.indexOf(letter, from);
    if (best < 0) return undefined;
    for (let next = best; next >= 0; next = lower.indexOf(letter, next + 1)) {
      if (startsWord(text, next) || next === from) {
        // A word's beginning is worth a jump, as long as the rest still follows.
        if (canFollow(lower, next + 1, wanted.slice(at.length + 1))) best = next;
        break;
      }
    }
    score += startsWord(text, best) ? 12 : best === from ? 8 : 1;
    at.push(best);
    from = best + 1;
  }
  return { score: score - text.length * 0.1, at };
}

function startsWord(text: string, index: number): boolean {
  if (index === 0) return true;
  const before = text[index - 1] ?? '';
  const here = text[index] ?? '';
  return /[\s/\\._:-]/.test(before) || (/[a-z]/.test(before) && /[A-Z]/.test(here));
}

function canFollow(lower: string, from: number, rest: string): boolean {
  let position = from;
  for (const letter of rest) {
    position = lower.indexOf(letter, position) + 1;
    if (position === 0) return false;
  }
  return true;
}
