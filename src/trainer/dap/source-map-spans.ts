/**
 * Where the code of each source lies in what a source map belongs to: Node's own reader finds the source of a
 * place, not the other way round. Format: https://tc39.es/ecma426/. Knows no files.
 */

/** Counts from 0. */
export interface GeneratedPlace {
  readonly line: number;
  readonly column: number;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const valueOf = new Uint8Array(128);
for (let digit = 0; digit < alphabet.length; digit++) valueOf[alphabet.charCodeAt(digit)] = digit;

/** From a source's first piece of code to its last, by its place in the map's list. */
export function spansOf(mappings: string): Map<number, { from: GeneratedPlace; to: GeneratedPlace }> {
  const spans = new Map<number, { from: GeneratedPlace; to: GeneratedPlace }>();
  let [line, column, source] = [0, 0, 0];
  let [field, value, shift] = [0, 0, 0];
  const endOfSegment = (): void => {
    if (field > 1) {
      const here = { line, column };
      const span = spans.get(source);
      if (span) span.to = here;
      else spans.set(source, { from: here, to: here });
    }
    field = 0;
  };
  for (let at = 0; at < mappings.length; at++) {
    const character = mappings[at]!;
    if (character === ',') endOfSegment();
    else if (character === ';') {
      endOfSegment();
      line++;
      column = 0;
    } else {
      const digit = valueOf[mappings.charCodeAt(at)]!;
      value |= (digit & 31) << shift;
      shift += 5;
      if (digit & 32) continue;
      const delta = value & 1 ? -(value >> 1) : value >> 1;
      if (field === 0) column += delta;
      else if (field === 1) source += delta;
      field++;
      [value, shift] = [0, 0];
    }
  }
  endOfSegment();
  return spans;
}
