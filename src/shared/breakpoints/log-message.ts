/** The log message of a breakpoint: text with expressions in braces. Knows no expressions. */

export interface MessagePart {
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
