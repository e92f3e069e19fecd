/** A text of a run in parts: Markdown's tables, which training writes its settings as, and everything else as it is. Pure. */
export type TextPart =
  | { readonly kind: 'words'; readonly words: string }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };

const RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

export function textParts(text: string): readonly TextPart[] {
  const lines = text.split(/\r?\n/);
  const parts: TextPart[] = [];
  let words: string[] = [];
  const endWords = () => {
    const said = words.join('\n').replace(/^\n+|\n+$/g, '');
    if (said !== '') parts.push({ kind: 'words', words: said });
    words = [];
  };
  for (let at = 0; at < lines.length;) {
    const head = cellsOf(lines[at]!);
    if (!head || !lines[at + 1]?.includes('|') || !RULE.test(lines[at + 1]!)) {
      words.push(lines[at++]!);
      continue;
    }
    endWords();
    const rows: string[][] = [];
    for (at += 2; at < lines.length; at++) {
      const cells = cellsOf(lines[at]!);
      if (!cells) break;
      // Rows are as long as the head: what is missing is empty, what is too much is left out, as Markdown has it.
      rows.push(head.map((_, index) => cells[index] ?? ''));
    }
    parts.push({ kind: 'table', head, rows });
  }
  endWords();
  return parts;
}

/** Of a line with bars in it; one with a backslash before it is a bar of the text. */
function cellsOf(line: string): string[] | undefined {
  const cells = line
    .trim()
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
  if (cells.length < 2) return undefined;
  if (cells[0] === '') cells.shift();
  if (cells.length > 1 && cells.at(-1) === '') cells.pop();
  return cells;
}
